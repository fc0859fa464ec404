/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - many points, counted and told; each kind of sweep is one ctest. They return 1 where
 * all is well.
 */
#ifndef TORTURE_SWEEP_H
#define TORTURE_SWEEP_H

#include "point.h"

#include <step.h>

struct sweep {
    struct rig *r;
    unsigned points, deaths, second_deaths, captured, lost, doubled, failed;
};

/* Tries one point; tells of a failure, with the words that repeat it. */
int sweep_point(struct sweep *s, const struct reference *ref, const struct point *p,
                const char *how);

/* How often each step is reached by a scenario; made by a reference run with FERRY_STEPS. */
struct steps {
    unsigned count[STEP_COUNT];
};
const char *step_name(int step);
int steps_read(const char *file, struct steps *out);

/* Everything, whatever time it takes: FERRY_TORTURE=full. */
int wants_all(void);
/* Few points: under a sanitizer. */
int is_slow(void);
/*
 * The i-th of at most `most` numbers from 1 to n, spread evenly, first and last among them; 0
 * after the last.
 */
unsigned spread(unsigned n, unsigned most, unsigned i);

int sweep_steps(struct rig *r);                       /* kill_steps.c */
int sweep_syscalls(struct rig *r);                    /* kill_syscalls.c; 77: not possible here */
int sweep_stops(struct rig *r);                       /* stops.c */
int sweep_notices(struct rig *r, const char *defect); /* notices.c */
/* versions.c; `folder`: tests/torture/versions, absolute. The second prints what this ferry leaves. */
int sweep_versions(struct rig *r, const char *folder);
int keep_version(struct rig *r, const char *folder);
/* crowd.c; `seed`: that one round and no other, or NULL */
int sweep_crowd(struct rig *r, const char *mix, const char *seed);

#endif
