/* SPDX-License-Identifier: MIT */
/*
 * plan.h - decides, through a planner, what should exist at one destination, and writes it down as operations. Reads the
 * destination; changes nothing there.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "index.h"
#include "lane.h"

/* What a plan came to. Counts are of this plan; the journal has the rest. */
struct plan_counts {
    uint64_t items;     /* results looked at */
    uint64_t wanted;    /* results that should exist */
    uint64_t fresh;     /* operations on results that are new, or reopened */
    uint64_t there;     /* results that were there already */
    uint64_t skipped;   /* results left out, by reason in the table `skip` */
    uint64_t new_cases; /* operations that create a case */
    uint64_t
        undecided; /* results of them left out because the source could not be read, and planned when it can be */
    struct ferry_error source; /* why it could not */
    int64_t first_op; /* operations from this one on were planned by this plan; 0: none was made */
    int64_t cases;    /* that the destination held when it was looked at; -1: it was not */
};

/*
 * Plans one lane: reads cases and the target run, asks the planner about each item, commits. `remote` is open and the
 * destination's lock is held; `source` is the side that keys are lent from, NULL where it cannot be read now. Planning again changes only
 * what has changed. E_UNREACHABLE, E_REFUSED: nothing was written; E_CONFIG: a person has to decide.
 */
int32_t plan_lane(struct engine *e, struct lane *lane, struct remote *remote, struct remote *source,
                  struct plan_counts *counts, struct ferry_error *err);

#endif
