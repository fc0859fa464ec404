/* SPDX-License-Identifier: MIT */
/* fuzz.c - see fuzz.h. Linked into every target. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <rig.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void fuzz_same(const char *what, struct ferry_str a, struct ferry_str b)
{
    uint64_t at = 0, from;
    while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at]) {
        at++;
    }
    if (at == a.len && at == b.len) {
        return;
    }
    from = at < 200 ? 0 : at - 200;
    a = str_sub(a, from, 400);
    b = str_sub(b, from, 400);
    fuzz_fail(__FILE__, __LINE__, "%s: differ at byte %llu\n--- a\n%.*s\n--- b\n%.*s", what,
              (unsigned long long)at, STR_ARG(a), STR_ARG(b));
}

void fuzz_message(const struct ferry_error *err)
{
    struct ferry_str text = {err->message, strnlen(err->message, sizeof err->message)};
    struct buf shown;
    fuzz_claim(text.len < sizeof err->message, "a message has no end");
    fuzz_claim(strnlen(err->where, sizeof err->where) < sizeof err->where, "a place has no end");
    fuzz_claim(text.len > 0, "status %d and no message", err->status);
    fuzz_claim(utf8_valid(text) == text.len, "a message is not UTF-8: %s", err->message);
    buf_init(&shown, sizeof err->message * 8);
    text_show(&shown, text, 0);
    fuzz_same("a message and what is inert of it", text, buf_str(&shown));
    buf_finish(&shown);
}

/* --- files ------------------------------------------------------------------------------- */

static char folder[4096];

static void leave(void)
{
    if (chdir("/") == 0) {
        folder_remove(folder);
    }
}

const char *fuzz_folder(void)
{
    const char *base = getenv("TMPDIR");
    if (!folder[0]) {
        base = base && *base ? base : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        snprintf(folder, sizeof folder, "%s/ferry-fuzz-XXXXXX", base);
        fuzz_claim(mkdtemp(folder) && chdir(folder) == 0, "%s: %s", folder, strerror(errno));
        atexit(leave);
    }
    return folder;
}

void fuzz_file(const char *path, struct ferry_str bytes)
{
    struct ferry_error err = {.size = sizeof err};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_claim(fd >= 0, "%s: %s", path, strerror(errno));
    fuzz_claim(fd_write(fd, path, bytes, &err) == FERRY_OK, "%s", err.message);
    close(fd);
}

/* --- taking inputs apart ---------------------------------------------------------------- */

int fuzz_part(struct ferry_str *rest, struct ferry_str *part)
{
    const char *end;
    if (!rest->ptr) {
        return 0;
    }
    *part = *rest;
    end = rest->len ? memmem(rest->ptr, (size_t)rest->len, "\n%%\n", 4) : NULL;
    if (!end) {
        *rest = (struct ferry_str){NULL, 0};
        return 1;
    }
    part->len = (uint64_t)(end - rest->ptr);
    *rest = str_sub(*rest, part->len + 4, rest->len);
    return 1;
}

uint32_t fuzz_choice(struct ferry_str *rest, uint32_t n)
{
    unsigned char c = rest->len ? (unsigned char)rest->ptr[0] : 0;
    *rest = str_sub(*rest, 1, rest->len);
    return (uint32_t)(c - (c >= 'A' ? 'A' : c >= '0' ? '0' : 0)) % n;
}

void fuzz_cuts_init(struct fuzz_cuts *c, struct ferry_str input)
{
    c->state = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (uint64_t i = 0; i < input.len; i++) {
        c->state = (c->state ^ (unsigned char)input.ptr[i]) * UINT64_C(0x100000001b3);
    }
}

uint64_t fuzz_cuts_next(struct fuzz_cuts *c)
{
    c->state = c->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t n = c->state >> 33;
    switch (n & 7) {
    case 0:
        return 1 + (n >> 3) % 2000;
    case 1:
    case 2:
        return 1 + (n >> 3) % 60;
    default:
        return 1 + (n >> 3) % 4;
    }
}
