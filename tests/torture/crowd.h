/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - eight commands at once on one state folder: which, on what, and what is done afterwards
 * so that there is one right end to it.
 */
#ifndef TORTURE_CROWD_H
#define TORTURE_CROWD_H

#include "rig.h"

enum { CROWD = 8, WORDS_OF_ACT = 14 };

struct mix {
    const char *name;
    const char *const (*before)[WORDS_OF_ACT]; /* the state it begins with; ended by an empty one */
    const char *dies;                          /* where the last of `before` is killed, or NULL */
    const char *const acts[CROWD][WORDS_OF_ACT];
    const char *const (*after)[WORDS_OF_ACT]; /* ended by an empty one */
    const char *projects[10];                 /* that are looked at, NULL-ended */
};
extern const struct mix mixes[];
extern const size_t n_mixes;

#endif
