/* SPDX-License-Identifier: MIT */
/*
 * sockets.h - the torture over real sockets: scenes that the program is taken through while the proxy misbehaves, and what is tried
 * with them. Rows are judged by faults_row.c, as those in process are.
 */
#ifndef TORTURE_SOCKETS_H
#define TORTURE_SOCKETS_H

#include "proxy.h"

struct scene {
    const char *name;
    void (*before)(struct world *w);
    void (*act)(struct world *w, const char *more, const char *const *env, struct told *t);
    unsigned projects, results; /* how many of both there are then */
    int reads_before;           /* it reads from a tracker before all is captured */
    /* learned from a call without faults */
    struct lines want;
    unsigned counts[OP_KIND_NONE + 1],
        later[OP_KIND_NONE + 1]; /* later: pages that are not the first */
    unsigned cases, runs;        /* 0: as many as results, as projects */
    int only_qase;
};
/* The last one takes no turns: it is for what happens to long lists. */
enum { SCENE_UPLOAD, SCENE_FAN, SCENE_MIRROR, SCENE_SECOND, SCENE_PAGES, SCENE_LONG, SCENES };
extern const struct scene scene_models[SCENES];
/* Without faults; 0 and a complaint where it does not end well. */
int scene_learn(struct world *w, struct scene *s);
void scene_finish(struct scene *s);
/* A row of this scene, to be filled in. */
struct row scene_row(const struct scene *s, const char *name);

struct sockets_totals {
    unsigned rows, hit, lost, doubled, beyond, found, impossible, failed;
    unsigned cells, seen; /* cells of the matrix that the proxy has hit */
    unsigned noticed;     /* defects */
    unsigned died, both;  /* of pairs: killed; and hit by a fault before */
};
void sockets_matrix(struct world *w, struct sockets_totals *t);
void sockets_afterwards(struct world *w, struct sockets_totals *t);
void sockets_lists(struct world *w, struct sockets_totals *t);
void sockets_defects(struct world *w, struct sockets_totals *t);
void sockets_pairs(struct world *w, struct sockets_totals *t);
void sockets_stale(struct world *w, struct sockets_totals *t);

/* FERRY_TORTURE=full, or full:I/N, the part I of N of it. */
int is_full(void);
/* Is the n-th row in that part? UINT_MAX: are all rows? */
int in_share(unsigned n);
/* FERRY_TORTURE_ROW=WORDS: only rows that have these in their name. */
int is_wanted(const char *name);

#endif
