/* SPDX-License-Identifier: MIT */
/*
 * deliver.h - carries out the operations of one destination: the only place that changes anything anywhere.
 *
 * The rules, each of which has a test that breaks it on purpose:
 *   - SENT is committed before the first byte leaves, and left only by a parsed answer or by find
 *   - what is in doubt and REPEATABLE is sent again as stored; what is ONCE is looked for when it has settled
 *   - waiting is a time in the journal, never a sleep on an operation; the crash path and the normal path are one
 *   - what was planned long ago, or by a look that others have overtaken, is looked for before it is made
 *   - a run is closed only when everything in it is settled
 *   - nothing goes on for ever: a destination that does not answer, or answers only that it cannot, is given up for this time; an
 *     operation that comes back into doubt again and again is parked
 */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "batch.h"
#include "hunt.h"
#include "lane.h"
#include "polls.h"

/* No operation waits longer, whatever a server or a journal says: settle times end at a day. */
#define DELIVER_LONGEST_WAIT_MS (INT64_C(24) * 3600 * 1000)

struct deliver_counts {
    uint64_t delivered; /* results that arrived */
    uint64_t cases;     /* cases created, by us or by the server for us */
    uint64_t requests;
    uint64_t resent; /* stored bytes sent again */
    uint64_t looked; /* operations looked for */
    uint64_t rejected;
};

/* What one answer says of its request, until settle_close_request() writes it to the request's row. */
struct tally {
    uint32_t done, rejected;
    struct ferry_str token, error;
};

enum { PREPARED = 8 };
struct deliver {
    struct engine *e;
    struct remote *r;
    uint32_t made;    /* flags of what is made now: OP_ALONE where nobody else has been there */
    int64_t first_op; /* from this one on they were planned just now, on what is there now */
    int64_t cases;    /* that were there then; -1: not known, or no longer (alone.h) */
    struct deliver_counts counts;
    struct tally tally;
    uint32_t fruitless;   /* sendings in a row without an answer that can be used */
    int64_t fruitless_ms; /* when the first of them ended */
    int signed_again;
    struct paper *paper; /* a dry run's: nothing is sent, it is written there; NULL otherwise */
    struct hunts *hunts; /* for items that make requests be refused */
    struct polls polls;  /* what is ACCEPTED */
    uint32_t last_act;   /* what was sent last; 0: nothing yet */
    struct prepared {    /* requests that are written ahead, in the order in which they go */
        struct flight *list[PREPARED];
        uint32_t n;
    } prepared;
    const struct flight *flights; /* FLIGHTS of them, those of what is on its way in use */
    int32_t gave_up; /* E_UNREACHABLE, E_REFUSED: the destination is given up for this time */
    struct ferry_error *err;
};

/*
 * Works until nothing is left that can be done now. OK also where operations stay open (parked, held, in doubt past
 * patience): the receipt counts them. E_UNREACHABLE: no sign of life; E_REFUSED, where = "credentials"; E_STOP: interrupted.
 * The destination's lock is held. `plan`: that was just made, NULL where none was; what was planned before that is
 * looked for before it is made.
 */
struct plan_counts;
int32_t deliver(struct engine *e, struct remote *r, const struct plan_counts *plan,
                struct deliver_counts *counts, struct ferry_error *err);

/* --- its parts (settle.c, find.c, send.c) -------------------------------------------------- */

/* One request on its way, of some operations; or a question after what is ACCEPTED (polls.h). */
enum { FLIGHTS = 64 };
struct flight {
    int used, repeat;
    int prepared;     /* written, and not sent yet (prepare.c) */
    int64_t polled;   /* a question: its operation; else 0 */
    int64_t asked_ms; /* when it was put */
    uint64_t session; /* it was sent in */
    int64_t request_id;
    struct batch batch;
    struct request request;
    struct reply notes; /* what the codec said while it wrote the request */
    struct exchange x;
};
void flight_init(struct flight *f);
void flight_finish(struct flight *f); /* accepts zeroed; its exchange is the caller's */

/* settle.c: what an answer means for each operation, in one transaction. */
int32_t settle_answer(struct deliver *d, struct flight *f);
int32_t settle_done(struct deliver *d, const struct batch_op *row, const struct ferry_outcome *o,
                    uint32_t flags);
int32_t settle_reject(struct deliver *d, int64_t op, struct ferry_str text);
/* An OPTIONAL one was refused, or cannot be written: the thing is there, only its trimming is not. Noted. */
int32_t settle_without(struct deliver *d, const struct batch_op *row, struct ferry_str text);
void settle_count_rejected(struct deliver *d, struct ferry_str text); /* one of a request's own */
int32_t settle_later(struct deliver *d, int64_t op, enum op_state state, int64_t not_before,
                     struct ferry_str text);
/*
 * settle_many.c: results from `first` on that are done, and no more, or operations that are taken in with one token, at once; *n of them,
 * 0 where they have to be settled one by one.
 */
int32_t settle_many(struct deliver *d, const struct batch *b, const struct reply *reply,
                    uint32_t first, uint32_t *n);
/* When to ask again, by what a codec says; it may have had that from the server. */
int64_t settle_retry_at(const struct deliver *d, int64_t retry_ms);
/* A poll's answer: outcomes for operations of one request that a server had ACCEPTED. */
int32_t settle_poll(struct deliver *d, struct batch *b, struct reply *reply);
/* Requests in which nothing is open keep their digest, and what became of them, alone. Takes the tally. */
int32_t settle_close_request(struct deliver *d, int64_t request_id);

/* find.c: looks for each operation of the batch; found ones are DONE, absent ones PLANNED again. */
int32_t find_batch(struct deliver *d, struct batch *b);

/* For an audit: how often each is there, into counts[b->n]; those that are there more than once are named in notes. */
/* What looking for these will ask is asked ahead: see remote_ahead(). */
void find_ahead(struct engine *e, struct remote *r, enum batch_of of, uint32_t kind, int64_t lane);
int32_t find_copies(struct deliver *d, struct batch *b, uint64_t *copies);

/* send.c: fills a flight with the next request and hands it to the transport. *took is 0 where there was none. */
int32_t send_next(struct deliver *d, struct flight *f, int *took);
int32_t send_again(struct deliver *d, struct flight *f, int *took);
/* Its parts: a flight's batch becomes a request, and the batch what that took; 0 in *written where the first one cannot be written, and is settled. */
int32_t send_write(struct deliver *d, struct flight *f, int *written);
/* And SENT is committed, and it goes. */
int32_t send_off(struct deliver *d, struct flight *f);
/* A server works on so many of a kind, and wants no more of them at once: requests that it has, or has taken. */
int32_t send_held(struct deliver *d, uint32_t act, int *held);

/* prepare.c: writes the next request of results into a free flight, where one is wanted; *took as above. */
int32_t prepare_next(struct deliver *d, struct flight *f, int *took);
/* The flight to be sent off now; NULL where there is none, or things have changed and it is no longer the next. */
int32_t prepare_take(struct deliver *d, struct flight **f);
void prepare_drop(struct deliver *d);

#endif
