/* SPDX-License-Identifier: MIT */
/*
 * point.h - one point at which the program dies, what a user does then, and what must be true
 * afterwards. The only place that judges.
 */
#ifndef TORTURE_POINT_H
#define TORTURE_POINT_H

#include "places.h"
#include "scenario.h"

/* A scenario with what it leaves when nothing goes wrong. */
struct reference {
    const struct scenario *scenario;
    struct book book;
    struct buf said;      /* its stdout */
    struct ending ending; /* on a machine of machine.h */
    struct places places; /* likewise, where the rig wants them */
    struct buf judged;    /* digests of the states from which all went well */
};
/*
 * Makes the seed, goes the scenario once undisturbed. `steps`: FERRY_STEPS of that run, may be
 * NULL.
 */
int reference_make(struct rig *r, const struct scenario *s, const char *steps,
                   struct reference *out);
void reference_finish(struct reference *ref); /* accepts zeroed */

struct point {
    const char *crash;         /* "step:n"; or NULL */
    int signal;                /* what it gets there: it has to end by itself; 0: SIGKILL */
    const char *const *before; /* what kills it otherwise: strace and its words; or NULL */
    const char *faults;        /* nothing kills it, its tracker fails as this file says; or NULL */
    const struct illness *ill; /* nothing kills it, the machine fails it; or NULL */
    const char *later;         /* what MACHINE_TIME is after the death; NULL: the same */
    const char *crash_again;   /* where the first resume dies too; or NULL */
    int upload_again;          /* afterwards the user repeats the command instead of resuming */
};

struct verdict {
    int died;       /* it was killed (it was to be), or ended with the code of the signal */
    int died_again; /* and so was the resume */
    int captured;   /* when it died, "captured" had been committed */
    int got_over;   /* what failed it did not keep it from its work */
    int missed;     /* it ended before what was to fail it */
    int known;      /* it left a state from which all went well before */
    unsigned lost, doubled;
    struct buf words; /* of the process that got a signal */
    struct buf wrong; /* everything that is not as it must be, a line each; "" is a pass */
};
void verdict_init(struct verdict *v);
void verdict_finish(struct verdict *v);

/* 0 where the point could not be tried at all (a message was printed). */
int point_try(struct rig *r, struct reference *ref, const struct point *p, struct verdict *v);

#endif
