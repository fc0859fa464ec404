/* SPDX-License-Identifier: MIT */
/*
 * needs.h - ferry.tracker.needs/1: what has to be at a destination before something else can be there, and no
 * report speaks of: the module above a suite, the suite above a run. Planners are the same for all trackers, so it
 * is the codec that knows; a small table beside ferry.tracker/1.
 *
 * Since level 1.
 */
#ifndef FERRY_NEEDS_H
#define FERRY_NEEDS_H

#include "planner.h"

#define FERRY_NEEDS_1 "ferry.tracker.needs/1"

/* Where they are named. */
struct ferry_ground {
    void *self;
    /* One more thing that has to be there: an operation as a planner wants it, by its natural key, with an item of its
     * own. It is asked for its own needs in turn. [call] */
    int32_t (*want)(void *self, const struct ferry_action *action);
    /* The operation in hand refers to it, and waits for it. [call] */
    int32_t (*refer)(void *self, const struct ferry_ref *ref);
};

struct ferry_needs {
    /*
     * What this operation needs. Pure, like all of a codec; called once for each operation that is planned. OK also
     * where it needs nothing; anything else ends the plan before anything is sent: E_CONFIG, with the option to mend
     * in err. [any]
     */
    int32_t (*needs)(const struct ferry_call *call, const struct ferry_action *action,
                     const struct ferry_ground *ground, struct ferry_error *err);
};

#endif
