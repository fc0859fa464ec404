/* SPDX-License-Identifier: MIT */
/*
 * doctor.h - what the parts of `ferry doctor` share: saying what was found. A part is a function that
 * looks at one thing after the other and never stops at the first that is wrong.
 */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "cmd.h"

#include <json.h>

enum finding {
    FINDING_OK,
    FINDING_UNCHECKED, /* could not be looked at; the text says why */
    FINDING_WARN,
    FINDING_FAIL
};
enum { FINDINGS = FINDING_FAIL + 1 };

struct doctor {
    struct app *app;
    const char *group; /* "state" */
    struct buf text;
    struct json_out json;
    int as_json, quiet, online;
    int color;
    uint32_t counts[FINDINGS];
    uint32_t failed;            /* bit per place in the table of exit codes */
    int64_t began_ms, began_us; /* by the clock of the wall, and by the one that never goes back */
    int64_t newest_ms;          /* the latest time that doctor_state() saw; 0: none */
    const char *newest;         /* what it is the time of */
};

/*
 * One line. `cure`: what to do about it; NULL where the text says it. A failure has the exit code
 * that an upload would have had.
 */
void doctor_ok(struct doctor *d, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_unchecked(struct doctor *d, const char *name, const char *cure, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void doctor_warn(struct doctor *d, const char *name, const char *cure, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void doctor_fail(struct doctor *d, int code, const char *name, const char *cure, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* The parts, in the order in which they are told. */
void doctor_plugins(struct doctor *d); /* doctor_plugins.c */
void doctor_config(struct doctor *d);  /* doctor_config.c: sources, trackers, hosts */
void doctor_host(struct doctor *d, const struct target *t); /* doctor_host.c: asks it */
void doctor_state(struct doctor *d);   /* doctor_state.c: the state folder and what is in it */
void doctor_machine(struct doctor *d); /* doctor_machine.c: clock, CI, limits, temporary files */

#endif
