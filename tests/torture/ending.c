/* SPDX-License-Identifier: MIT */
/*
 * ending.c - how a process ended on a machine that failed it: did it say clearly what is wrong, with the exit code for it, and did it
 * give back what it took? See rig.h.
 */
#include "rig.h"

#include <file.h>
#include <string.h>

enum { MACHINE_FAILED = 74, SHOWN = 600 };

/* --- machine.log ------------------------------------------------------------------------------- */

static void take_line(struct ferry_str line, struct ending *e)
{
    uint64_t n = line.len;
    int64_t value = 0;
    while (n > 0 && line.ptr[n - 1] != ' ') {
        n--;
    }
    if (n > 1 && str_int64(str_sub(line, n, line.len), &value) &&
        e->n < sizeof e->counts / sizeof *e->counts) {
        struct count *c = &e->counts[e->n++];
        snprintf(c->what, sizeof c->what, "%.*s", (int)n - 1, line.ptr);
        c->n = (unsigned long)value;
    }
}

int ending_read(struct ending *e)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text, line;
    struct buf bytes;
    memset(e, 0, sizeof *e);
    buf_init(&bytes, 1 << 20);
    int ok = file_read("machine.log", &bytes, &err) == FERRY_OK;
    text = buf_str(&bytes);
    while (ok && str_split(&text, '\n', &line)) {
        take_line(line, e);
    }
    buf_finish(&bytes);
    return ok;
}

unsigned long ending_count(const struct ending *e, const char *what)
{
    unsigned long n = 0;
    for (unsigned i = 0; i < e->n; i++) {
        n += strcmp(e->counts[i].what, what) == 0 ? e->counts[i].n : 0;
    }
    return n;
}

/* --- judging ------------------------------------------------------------------------------------ */

static void show_end(struct buf *wrong, struct ferry_str text)
{
    text_show(wrong, str_sub(text, text.len > SHOWN ? text.len - SHOWN : 0, SHOWN), 0);
    buf_putc(wrong, '\n');
}

static void judge_sanitizers(const struct rig *r, struct buf *wrong)
{
    static const char *const marks[] = {"Sanitizer", "runtime error:", "stack smashing"};
    const char *all = buf_cstr(&r->told), *at;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if ((at = strstr(all, marks[i])) != NULL) {
            buf_puts(wrong, "a sanitizer reports: ");
            text_show(wrong, str_sub(ferry_cstr(at), 0, 4 * SHOWN), 0);
            buf_putc(wrong, '\n');
            return;
        }
    }
}

/* The last error on stderr. */
static struct ferry_str last_error(const struct rig *r)
{
    struct ferry_str text = buf_str(&r->told), line, found = {NULL, 0};
    while (str_split(&text, '\n', &line)) {
        found = str_starts(line, "ferry: error: ") ? line : found;
    }
    return found;
}

/* "object: cause; cure", and of a cause that is the machine's. */
static void judge_error(const struct rig *r, struct buf *wrong)
{
    struct ferry_str line = last_error(r);
    struct ferry_str said = str_sub(line, strlen("ferry: error: "), line.len);
    if (!line.ptr) {
        buf_puts(wrong, "it did not say why: ");
        show_end(wrong, buf_str(&r->told));
    } else if (!memmem(said.ptr, said.len, ": ", 2) || !memmem(said.ptr, said.len, "; ", 2) ||
               memmem(said.ptr, said.len, "report this", 11)) {
        buf_puts(wrong, "not \"object: cause; cure\": ");
        show_end(wrong, said);
    }
}

/* The C library, its loader and libcrypto keep things on purpose; a sanitizer knows which of them nobody can reach any more. */
static int keeps_on_purpose(const char *object)
{
    return str_starts(ferry_cstr(object), "libc.so") || str_starts(ferry_cstr(object), "ld-") ||
           str_starts(ferry_cstr(object), "libcrypto");
}

static void judge_leaks(const struct ending *e, const struct ending *sound, struct buf *wrong)
{
    static const char left[] = "left ";
    for (unsigned i = 0; i < e->n && !ending_count(e, "cut short"); i++) {
        const struct count *c = &e->counts[i];
        unsigned long usual = ending_count(sound, c->what);
        if (str_starts(ferry_cstr(c->what), left) && c->n > usual &&
            !keeps_on_purpose(c->what + sizeof left - 1)) {
            buf_printf(wrong, "%s %lu blocks, where an undisturbed run leaves %lu\n", c->what, c->n,
                       usual);
        }
    }
}

/* Did it come to the call that the rule names? Its number may be the last one, and an allocation more or less is the loader's affair. */
static int came_to(const struct ending *e, const char *rule)
{
    char call[16];
    unsigned long n = 0;
    return sscanf(rule, "%15[^:]:%lu", call, &n) == 2 && ending_count(e, call) >= n;
}

int ending_judge(const struct rig *r, const struct illness *ill, int code,
                 const struct ending *sound, struct buf *wrong)
{
    struct ending e;
    int hit = 1;
    judge_sanitizers(r, wrong);
    if (code >= DIED) {
        buf_printf(wrong, "it died of signal %d: ", code - DIED);
        show_end(wrong, buf_str(&r->told));
        return hit;
    }
    if (code != 0 && code != MACHINE_FAILED) {
        buf_printf(wrong, "it ended with %d, not with %d: ", code, MACHINE_FAILED);
        show_end(wrong, buf_str(&r->told));
    } else if (code != 0) {
        judge_error(r, wrong);
    }
    if (ending_read(&e)) {
        judge_leaks(&e, sound, wrong);
        hit = !ill->rules || ending_count(&e, "struck") > 0;
        if (!hit && came_to(&e, ill->rules)) {
            buf_puts(wrong, "nothing failed it\n");
        }
    }
    return hit;
}
