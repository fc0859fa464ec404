/* SPDX-License-Identifier: MIT */
/*
 * times.h - what reports write into `time` and `timestamp`, as numbers. Pure functions of their
 * text: no clock, no locale, no time zone of this machine.
 */
#ifndef JUNIT_TIMES_H
#define JUNIT_TIMES_H

#include <ferry/base.h>

enum times_verdict {
    TIMES_BAD = 0,   /* not a time; the outputs are untouched */
    TIMES_OK = 1,    /* one meaning */
    TIMES_DOUBT = 2, /* read, but another reading is possible ("1,234") */
    TIMES_FORM = 4,  /* one meaning, in another form than the schemas' ("1m2.5s") */
    TIMES_NONE = 3 /* the writer's way of saying "no time" (the epoch itself); outputs untouched */
};

/* Seconds, or a form with units, as microseconds. Negative is BAD. [any] */
enum times_verdict times_duration(struct ferry_str text, int64_t *us);

/* A point in time in milliseconds since the epoch; *zoneless: without a zone, read as UTC. [any] */
enum times_verdict times_stamp(struct ferry_str text, int64_t *ms, int *zoneless);

#endif
