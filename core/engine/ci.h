/* SPDX-License-Identifier: MIT */
/* ci.h - what the CI says of the job it runs, from its environment: one build and job is one upload, one run. */
#ifndef ENGINE_CI_H
#define ENGINE_CI_H

#include <arena.h>

struct ci_job {
    const char *name; /* "github"; NULL: no CI known to ferry */
    struct ferry_str
        build; /* which build and which job of it, the same when the job is tried again */
    struct ferry_str title; /* what people call the job */
};
/* Texts live in the arena or the environment. */
void ci_detect(struct ci_job *out, struct arena *arena);

#endif
