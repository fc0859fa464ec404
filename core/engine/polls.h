/* SPDX-License-Identifier: MIT */
/*
 * polls.h - what a server has ACCEPTED and works on: who is asked how it ended, and when. A question is under way like any other request, so that
 * nothing else waits for its answer; and an answer "not yet" changes nothing in the journal. When to ask first is there, for who comes after a
 * death.
 */
#ifndef ENGINE_POLLS_H
#define ENGINE_POLLS_H

#include "batch.h"

struct deliver;
struct flight;

/* One token of one request, by the first of its operations. */
struct poll {
    int64_t op, request, due_ms;
    int64_t taken_ms;   /* when it was ACCEPTED; of an earlier process: sent */
    int64_t not_yet_ms; /* when it was last asked for and had not ended; 0: never */
    uint32_t act;
    int under_way;
};
struct polls {
    struct poll *v;
    uint32_t n, room;
    int64_t usual_ms;       /* how long tasks take here, as far as seen; 0: not seen */
    int64_t next_ms;        /* no question is put before: see poll_next() */
    struct buf token;       /* what polls_add() was given last; the caller forgets it */
    int64_t token_due_ms;   /* when that is asked for */
    int64_t token_retry_ms; /* as the codec wished */
};

void polls_init(struct polls *p);
void polls_finish(struct polls *p); /* accepts zeroed */
/* What the journal holds of an earlier process; after its times were put right. */
int32_t polls_load(struct deliver *d);

/* A new answer is settled: whatever it leaves ACCEPTED is told by polls_when(). */
void polls_begin(struct polls *p);
/*
 * When operation `op`, ACCEPTED with this token, is asked for first; in *due_ms. The first of a request's operations with one token speaks for
 * all of them, if they are told of one after the other.
 */
int32_t polls_add(struct deliver *d, int64_t op, const struct ferry_outcome *o, int64_t *due_ms);

/* When the next question is due; INT64_MAX: none is. Those that are under way are not. */
int64_t polls_due(const struct polls *p);
/* How many requests of a kind a server works on. */
uint32_t polls_held(const struct polls *p, uint32_t act);

/*
 * A source of deliver.c: hands the question that is due to the transport, in a flight of its own. Where a destination takes so many requests a second they are
 * put evenly: of tasks that end together each is followed by its successor, which does not wait behind the ends of all the others.
 */
int32_t poll_next(struct deliver *d, struct flight *f, int *took);
/*
 * Its answer: not yet, or what became of the operations: then *ended, and poll_settle() writes it down. Where there is no answer to use it is asked again,
 * with all the patience that there is; unless `last`, when nothing more is asked here.
 */
int32_t poll_landed(struct deliver *d, struct flight *f, int last, int *ended);
int32_t poll_settle(struct deliver *d, struct flight *f);

#endif
