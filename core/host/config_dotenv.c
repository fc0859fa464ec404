/* SPDX-License-Identifier: MIT */
/*
 * config_dotenv.c - the .env file beside ferry.json: NAME=VALUE lines that stand in for variables
 * that the environment lacks. They are never put into the environment itself. The file often
 * holds a token, so one that others can read is refused, and under CI none is read unasked.
 */
#include "config_private.h"

#include <ci.h>
#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { LARGEST = 256 * 1024 };

struct reader {
    struct config *c;
    const char *name; /* of the file, for messages */
    struct ferry_str rest;
    uint32_t line;
    struct config_variable **last;
    struct ferry_error *err;
};

/* The text of a quoted value; r->rest stands behind its opening quote and is moved behind the
 * closing one. */
static int32_t quoted(struct reader *r, char quote, struct buf *out)
{
    uint32_t began = r->line;
    uint64_t i = 0;
    for (; i < r->rest.len && r->rest.ptr[i] != quote; i++) {
        char ch = r->rest.ptr[i];
        r->line += ch == '\n';
        if (ch == '\\' && quote == '"' && i + 1 < r->rest.len) {
            i++;
            ch = r->rest.ptr[i];
            ch = ch == 'n' ? '\n' : ch == 't' ? '\t' : ch;
        }
        buf_putc(out, ch);
    }
    if (i == r->rest.len) {
        return ferry_fail(r->err, FERRY_E_CONFIG, r->name,
                          "%s line %u: the quote that opens here has no end", r->name, began);
    }
    r->rest = str_sub(r->rest, i + 1, r->rest.len);
    return out->failed;
}

/* An unquoted value: to the end of the line or to " #". */
static void unquoted(struct reader *r, struct buf *out)
{
    struct ferry_str line = r->rest;
    const char *end = line.len ? memchr(line.ptr, '\n', (size_t)line.len) : NULL;
    line.len = end ? (uint64_t)(end - line.ptr) : line.len;
    r->rest = str_sub(r->rest, line.len, r->rest.len);
    for (uint64_t i = 1; i < line.len; i++) {
        if (line.ptr[i] == '#' && (line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t')) {
            line.len = i;
        }
    }
    buf_put(out, str_trim(line));
}

static int32_t keep(struct reader *r, struct ferry_str name, struct ferry_str value)
{
    struct config_variable *v = arena_new(&r->c->arena, struct config_variable);
    if (!v) {
        return ferry_fail(r->err, FERRY_E_NO_MEMORY, r->name, "%s: out of memory", r->name);
    }
    v->name = arena_str(&r->c->arena, name);
    v->value = arena_str(&r->c->arena, value);
    *r->last = v;
    r->last = &v->next;
    if (config_names_secret(name)) {
        secrets_add(value);
    }
    return r->c->arena.failed;
}

/* The name at the start of a line, or absent where the line is no assignment. Moves behind the '='.
 */
static struct ferry_str take_name(struct reader *r)
{
    struct ferry_str name = {NULL, 0};
    uint64_t begin = 0, end;
    while (begin < r->rest.len && (r->rest.ptr[begin] == ' ' || r->rest.ptr[begin] == '\t')) {
        begin++;
    }
    if (str_starts(str_sub(r->rest, begin, 7), "export ")) {
        begin += 7;
    }
    for (end = begin; end < r->rest.len; end++) {
        char ch = r->rest.ptr[end];
        if (!((ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ||
              ch == '_')) {
            break;
        }
    }
    if (end > begin && end < r->rest.len && r->rest.ptr[end] == '=') {
        name = str_sub(r->rest, begin, end - begin);
        r->rest = str_sub(r->rest, end + 1, r->rest.len);
    }
    return name;
}

static void skip_line(struct reader *r)
{
    const char *end = r->rest.len ? memchr(r->rest.ptr, '\n', (size_t)r->rest.len) : NULL;
    r->rest = end ? str_sub(r->rest, (uint64_t)(end - r->rest.ptr) + 1, r->rest.len)
                  : (struct ferry_str){NULL, 0};
    r->line++;
}

static int32_t read_lines(struct reader *r)
{
    struct buf value;
    int32_t rc = FERRY_OK;
    buf_init(&value, LARGEST);
    while (!rc && r->rest.len > 0) {
        struct ferry_str name = take_name(r);
        if (!name.ptr) { /* a comment, or another program's business */
            skip_line(r);
            continue;
        }
        buf_reset(&value);
        buf_put(&value, FERRY_LIT(""));
        if (r->rest.len > 0 && (r->rest.ptr[0] == '"' || r->rest.ptr[0] == '\'')) {
            char quote = r->rest.ptr[0];
            r->rest = str_sub(r->rest, 1, r->rest.len);
            rc = quoted(r, quote, &value);
        } else {
            unquoted(r, &value);
        }
        rc = rc ? rc : keep(r, name, buf_str(&value));
        skip_line(r);
    }
    buf_finish(&value);
    return rc;
}

/* Why this file is not to be read, or NULL. */
static const char *refusal(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        return "is not a regular file";
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        return "belongs to another user";
    }
    if (st.st_mode & 077) {
        return "can be read by others; run chmod 600 on it";
    }
    return NULL;
}

static int32_t read_fd(struct config *c, int fd, const char *name, struct ferry_error *err)
{
    struct reader r = {.c = c, .name = name, .line = 1, .last = &c->dotenv, .err = err};
    struct buf text;
    int32_t rc;
    buf_init(&text, LARGEST);
    rc = file_read_fd(fd, name, &text, err);
    if (rc == FERRY_E_IO && file_status(errno, FERRY_OK)) {
        return rc;
    }
    if (!rc) {
        r.rest = buf_str(&text);
        rc = read_lines(&r);
    }
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    return rc == FERRY_OK || rc == FERRY_E_NO_MEMORY ? rc : FERRY_E_CONFIG;
}

int32_t config_read_dotenv(struct config *c, struct ferry_error *err)
{
    const char *asked = getenv("FERRY_ENV_FILE"), *why;
    struct buf path;
    int32_t rc = FERRY_OK;
    int fd, number;
    asked = asked && *asked ? asked : NULL;
    buf_init(&path, 64 * 1024);
    path_join(&path, asked ? c->work : c->folder, asked ? asked : ".env");
    fd = path.failed ? -1 : open(buf_cstr(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    number = path.failed ? ENOMEM : errno;
    c->dotenv_file = fd < 0 && !asked ? NULL : arena_str(&c->arena, buf_str(&path)).ptr;
    buf_finish(&path);
    if (fd < 0 && file_status(number, FERRY_OK)) { /* not to be taken for one that is not there */
        return file_fail(err, asked ? asked : ".env", "cannot open", number);
    }
    if (fd < 0) {
        return !asked ? FERRY_OK
                      : ferry_fail(
                            err, FERRY_E_CONFIG, "FERRY_ENV_FILE",
                            "FERRY_ENV_FILE: \"%s\" cannot be opened; check the path and its mode",
                            asked);
    }
    why = refusal(fd);
    if (why && asked) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "FERRY_ENV_FILE",
                        "FERRY_ENV_FILE: \"%s\" is not read: it %s", asked, why);
    } else if (why) {
        c->dotenv_refused = arena_printf(&c->arena, ".env is not read: it %s", why).ptr;
    } else if (!asked && ci_is_here()) {
        c->dotenv_refused = ".env is not read under CI; set FERRY_ENV_FILE to name one";
    } else {
        rc = read_fd(c, fd, asked ? asked : ".env", err);
    }
    close(fd);
    return rc;
}
