/* SPDX-License-Identifier: MIT */
/* doctor_machine.c - the clock, the CI that ferry runs in, and the limits that this machine sets. */
#include "doctor.h"

#include <ci.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <text.h>
#include <unistd.h>

#define FIRST_MS INT64_C(1704067200000) /* 2024-01-01: before there was any ferry */
#define LAST_MS  INT64_C(4102444800000) /* 2100-01-01 */

enum { AHEAD_MS = 5 * 60 * 1000, DAY_MS = 24 * 3600 * 1000, JUMP_MS = 1000 };
enum { FEW_FILES = 128, LITTLE_MIB = 16, SMALL_FILE_MIB = 1024 };

/* --- the clock ---------------------------------------------------------------------------------- */

/* When this ferry was put on this machine: no time before that can be now. */
static int64_t installed_ms(void)
{
    struct stat st;
    return stat("/proc/self/exe", &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000 : 0;
}

static void look_at_clock(struct doctor *d)
{
    struct clock *c = &d->app->clock;
    int64_t now = c->now_ms(c), passed_ms = (c->mono_us(c) - d->began_us) / 1000;
    int64_t jump = now - d->began_ms - passed_ms, ahead = d->newest_ms - now;
    char text[TIME_TEXT], other[TIME_TEXT];
    time_text(now, text);
    if (now < FIRST_MS || now > LAST_MS || now < installed_ms() - DAY_MS) {
        time_text(installed_ms(), other);
        doctor_warn(d, "clock", "set the clock; certificates and times in trackers depend on it",
                    "it is said to be %s, and this ferry was installed %s", text, other);
    } else if (jump > JUMP_MS || jump < -JUMP_MS) {
        doctor_warn(d, "clock", "see that only one program sets the clock, and slowly",
                    "it jumped by %lld ms while we looked", (long long)jump);
    } else if (d->newest_ms && ahead > AHEAD_MS) {
        time_text(d->newest_ms, other);
        doctor_warn(d, "clock",
                    "set the clock, or wait: what is to be sent again later waits as "
                    "much longer",
                    "%s is of %s, and it is said to be %s: the clock was set back", d->newest,
                    other, text);
    } else {
        doctor_ok(d, "clock", "%s", text);
    }
}

/* --- the CI ---------------------------------------------------------------------------------------- */

static void look_at_ci(struct doctor *d)
{
    struct ferry_error err = {.size = sizeof err};
    struct arena arena;
    struct ci_job job;
    arena_init(&arena, 1 << 20);
    if (ci_detect(&job, &arena, &err)) {
        doctor_fail(d, err.status == FERRY_E_CONFIG ? EXIT_USAGE : EXIT_SYSTEM, "ci", NULL, "%s",
                    err.message);
    } else if (!job.name) {
        doctor_ok(d, "ci", "none");
    } else if (job.lacks) {
        doctor_warn(d, "ci", "hand the CI's variables on to where ferry runs",
                    "%s, but %s is not set: this build cannot be told from others", job.people,
                    job.lacks);
    } else if (!job.key.ptr) {
        doctor_ok(d, "ci", "%s that ferry does not know; FERRY_PART tells its jobs apart",
                  job.people);
    } else if (job.alike) {
        doctor_ok(d, "ci",
                  "%s, part %.*s; jobs of a matrix look alike, FERRY_PART tells them apart",
                  job.people, STR_ARG(job.key));
    } else {
        doctor_ok(d, "ci", "%s, part %.*s", job.people, STR_ARG(job.key));
    }
    arena_finish(&arena);
}

/* --- limits ------------------------------------------------------------------------------------------ */

static void look_at_limits(struct doctor *d)
{
    struct rlimit files, size;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || getrlimit(RLIMIT_FSIZE, &size) < 0) {
        doctor_unchecked(d, "limits", NULL, "%s", strerror(errno));
        return;
    }
    if (files.rlim_cur < FEW_FILES) {
        doctor_warn(d, "open files", "raise it with ulimit -n", "a process may have %llu",
                    (unsigned long long)files.rlim_cur);
    } else {
        doctor_ok(d, "open files", "a process may have %llu", (unsigned long long)files.rlim_cur);
    }
    if (size.rlim_cur != RLIM_INFINITY && size.rlim_cur >> 20 < SMALL_FILE_MIB) {
        doctor_warn(d, "file size", "raise it with ulimit -f",
                    "no file may be longer than %llu KiB, which the journal may outgrow",
                    (unsigned long long)size.rlim_cur >> 10);
    } else {
        doctor_ok(d, "file size", "not limited");
    }
}

/* Dry runs plan there. */
static void look_at_tmpdir(struct doctor *d)
{
    const char *given = getenv("TMPDIR"), *path = given && given[0] == '/' ? given : "/tmp";
    struct statvfs fs;
    if (access(path, W_OK | X_OK) < 0) {
        doctor_warn(d, "temporary files", "point TMPDIR to a folder that can be written",
                    "%s: %s; a dry run needs it", path, strerror(errno));
    } else if (statvfs(path, &fs) == 0 &&
               (unsigned long long)fs.f_bavail * fs.f_frsize >> 20 < LITTLE_MIB) {
        doctor_warn(d, "temporary files", "free some space, or point TMPDIR elsewhere",
                    "%s is nearly full; a dry run needs it", path);
    } else {
        doctor_ok(d, "temporary files", "%s", path);
    }
}

void doctor_machine(struct doctor *d)
{
    d->group = "machine";
    look_at_clock(d);
    look_at_ci(d);
    look_at_limits(d);
    look_at_tmpdir(d);
}
