/* SPDX-License-Identifier: MIT */
/* mirror_run.h - one run's way into another project, whoever asks for it: `ferry mirror`, or a tracker that calls `ferry serve`. */
#ifndef CMD_MIRROR_RUN_H
#define CMD_MIRROR_RUN_H

#include "session.h"

/* Absent texts: as documented at the options of `ferry mirror`. */
struct mirror_call {
    struct ferry_str source, target;    /* destinations, as a person names them */
    struct ferry_str run_id, run_title; /* the source run; neither: the one with the highest id */
    struct ferry_str target_run_id, target_run_title;
    struct ferry_str key_field;
    struct ferry_str match, on_duplicate_key;
    struct ferry_str status_map; /* FROM=TO, one a line */
    int no_create_cases;
    int64_t
        quiet_ms; /* how long the source's list has to stay as it is, where results may come late */
};

/*
 * Captures the run's results and takes them to the target, as far as that is possible now; what came of it stands in s->captured and
 * s->lanes. No results: nothing is done, and that is no error. E_INPUT: there is no such run.
 */
int32_t mirror_run(struct session *s, const struct mirror_call *call, struct ferry_error *err);

#endif
