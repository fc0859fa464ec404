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
    unsigned points, deaths, second_deaths, captured, got_over, missed, known, lost, doubled,
        failed;
};

/* Tries one point; tells of a failure, with the words that repeat it. */
int sweep_point(struct sweep *s, struct reference *ref, const struct point *p, const char *how);

/* How often each step is reached by a scenario; made by a reference run with FERRY_STEPS. */
struct steps {
    unsigned count[STEP_COUNT];
};
const char *step_name(int step);
int steps_read(const char *file, struct steps *out);
/* The same of a run of its own, under a script of faults. */
int steps_count(struct rig *r, const struct scenario *s, const char *faults, struct steps *out);

/* Everything, whatever time it takes: FERRY_TORTURE=full, or full:I/N for the part I of N of a machine's illnesses. */
int wants_all(void);
/* Whether the i-th point of a row belongs to the part that is asked for. */
int is_ours(unsigned i);
/* Whether the i-th of the small scenarios is to be swept: the one that is named, or all. */
int is_wanted(size_t i, const char *only);
/* Few points: under a sanitizer. */
int is_slow(void);
/*
 * The i-th of at most `most` numbers from 1 to n, spread evenly, first and last among them; 0
 * after the last.
 */
unsigned spread(unsigned n, unsigned most, unsigned i);

/* Tries one illness of the machine. */
int sweep_illness(struct sweep *s, struct reference *ref, const struct illness *ill);
void sweep_sum(struct sweep *all, const struct sweep *one);
/* A line of what illnesses came to; 1 where all is well. Where many ended before what was to fail them, nothing was tried. */
int sweep_tell(const struct sweep *s, const char *name);

int sweep_steps(struct rig *r);                       /* kill_steps.c */
int sweep_syscalls(struct rig *r);                    /* kill_syscalls.c; 77: not possible here */
int sweep_stops(struct rig *r);                       /* stops.c */
int sweep_notices(struct rig *r, const char *defect); /* notices.c */
/* versions.c; `folder`: tests/torture/versions, absolute. The second prints what this ferry leaves. */
int sweep_versions(struct rig *r, const char *folder);
int keep_version(struct rig *r, const char *folder);
/* crowd.c; `seed`: that one round and no other, or NULL */
int sweep_crowd(struct rig *r, const char *mix, const char *seed);
/* ill_memory.c; call: "malloc" or "other". Here and below, `only`: this scenario of the small ones, or NULL. */
int sweep_memory(struct rig *r, const char *call, const char *only);
int sweep_disk(struct rig *r, const char *only);   /* ill_disk.c */
int sweep_limits(struct rig *r, const char *only); /* ill_limits.c */
int sweep_clock(struct rig *r);                    /* ill_clock.c */
int sweep_jump(struct rig *r, char **words);       /* one point of it */

#endif
