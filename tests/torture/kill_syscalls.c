/* SPDX-License-Identifier: MIT */
/*
 * kill_syscalls.c - SIGKILL at system calls, with strace: also between the named steps, in the
 * middle of SQLite's own writing and of the spool's. On a state folder that does not exist yet,
 * so that making it dies too. Skipped where strace or ptrace is not to be had.
 */
#include "sweep.h"

#include <file.h>
#include <string.h>

enum { SKIP = 77, POINTS = 40, POINTS_SLOW = 8, SOME = 2, WORD = 256 };

/*
 * What changes something, and openat, which stands for what reads. strace counts each of them by
 * itself.
 */
static const char *const calls[] = {"write",    "pwrite64",  "fsync", "fdatasync", "rename",
                                    "renameat", "renameat2", "link",  "linkat",    "unlink",
                                    "unlinkat", "openat",    "mkdir", "mkdirat",   "ftruncate"};
enum { CALLS = sizeof calls / sizeof *calls };

struct counts {
    unsigned of[CALLS], all;
};

static int is_possible(struct rig *r)
{
    static const char *const strace[] = {"strace", "-f",          "-o", "/dev/null",
                                         "-e",     "trace=write", NULL};
    static const char *const args[] = {"version", NULL};
    struct start start = {.args = args, .state = "state", .before = strace};
    int code = rig_run(r, &start);
    if (code == 0) {
        return 1;
    }
    printf("skipped: strace %s\n",
           code == 127 ? "is not installed" : "may not trace here (ptrace is not permitted?)");
    return 0;
}

/* Lines "PID name(...": of the first process alone, because strace counts for each of its own. */
static int count_calls(const char *file, struct counts *out)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text, line, first = {NULL, 0};
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    int ok = file_read(file, &bytes, &err) == FERRY_OK;
    text = buf_str(&bytes);
    while (ok && str_split(&text, '\n', &line)) {
        struct ferry_str pid, name, rest = line;
        str_split(&rest, ' ', &pid);
        rest = str_trim(rest);
        str_split(&rest, '(', &name);
        first = first.ptr ? first : pid;
        for (size_t i = 0; i < CALLS && ferry_eq(pid, first); i++) {
            out->of[i] += (unsigned)str_is(name, calls[i]);
            out->all += (unsigned)str_is(name, calls[i]);
        }
    }
    if (!ok) {
        printf("%s\n", err.message);
    }
    buf_finish(&bytes);
    return ok;
}

static int measure(struct rig *r, const struct scenario *s, struct counts *out)
{
    char trace[WORD] = "trace=";
    const char *const strace[] = {"strace", "-f", "-o", "trace", "-e", trace, NULL};
    struct start start = {.args = s->act, .state = "state", .before = strace};
    for (size_t i = 0; i < CALLS; i++) {
        size_t n = strlen(trace);
        snprintf(trace + n, sizeof trace - n, "%s%s", i ? "," : "", calls[i]);
    }
    if (!folder_copy(s->seed, "state") || !inputs_write() || rig_run(r, &start) != 0) {
        rig_show(r);
        return 0;
    }
    return count_calls("trace", out);
}

static int try_call(struct sweep *s, struct reference *ref, const char *call, unsigned n)
{
    char trace[WORD], inject[WORD], how[WORD * 2];
    const char *const strace[] = {"strace", "-f", "-o",   "/dev/null", "-e",
                                  trace,    "-e", inject, NULL};
    struct point p = {.before = strace};
    snprintf(trace, sizeof trace, "trace=%s", call);
    snprintf(inject, sizeof inject, "inject=%s:signal=SIGKILL:when=%u", call, n);
    snprintf(how, sizeof how, "with strace -f -e %s", inject);
    return sweep_point(s, ref, &p, how);
}

/* Each call gets points by its part of all, but some in any case. */
static int sweep_call(struct sweep *s, struct reference *ref, const struct counts *c, size_t i,
                      unsigned most)
{
    unsigned share = most * c->of[i] / c->all, n;
    unsigned least = is_slow() ? 1 : SOME;
    share = share < least ? least : share;
    for (unsigned k = 0; (n = spread(c->of[i], share, k)) != 0; k++) {
        if (!try_call(s, ref, calls[i], n)) {
            return 0;
        }
    }
    return 1;
}

int sweep_syscalls(struct rig *r)
{
    const struct scenario *first = &scenarios[1];
    struct sweep s = {.r = r};
    struct reference ref = {.scenario = NULL};
    struct counts c = {.all = 0};
    if (!is_possible(r)) {
        return SKIP;
    }
    int ok = reference_make(r, first, NULL, &ref) && measure(r, first, &c);
    unsigned most = wants_all() ? c.all : is_slow() ? POINTS_SLOW : POINTS;
    for (size_t i = 0; i < CALLS && ok; i++) {
        ok = sweep_call(&s, &ref, &c, i, most);
    }
    if (c.all < 100 || s.deaths + s.points / 20 < s.points) {
        printf("FAILED %u system calls, %u points, but only %u kills\n", c.all, s.points, s.deaths);
        s.failed++;
    }
    reference_finish(&ref);
    printf(
        "syscalls: %u seen, %u kill points, %u of them after \"captured\", %u lost, %u doubled\n",
        c.all, s.deaths, s.captured, s.lost, s.doubled);
    return ok && s.failed == 0;
}
