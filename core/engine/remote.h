/* SPDX-License-Identifier: MIT */
/*
 * remote.h - one destination, opened for talking: codec, transport, session and facts together. Reads are done here to
 * their end, with all pages and patience; what changes anything goes through deliver.c, which borrows the parts.
 */
#ifndef ENGINE_REMOTE_H
#define ENGINE_REMOTE_H

#include "classify.h"
#include "exchanges.h"
#include "journal.h"
#include "limiter.h"
#include "reply.h"

#include <network.h>

struct remote {
    const struct target *target;
    const struct ferry_tracker *codec;
    struct transport transport;
    struct journal *journal; /* for facts; may be NULL */
    int64_t dest_id;
    struct clock *clock;
    const volatile int *interrupted;
    int64_t settle_ms;   /* host's default */
    int64_t patience_ms; /* without a sign of life it is given up for this time */
    int64_t opened_ms;
    struct arena memory;    /* facts and session */
    struct ferry_kv *facts; /* in `memory`, as the next */
    uint32_t *fact_said;    /* by which question since this was opened; 0: before */
    uint32_t n_facts, room_facts, questions;
    struct ferry_kv session[16], session_before[16]; /* values are its own */
    struct ferry_str session_names[16];
    uint32_t n_session, signed_in;
    uint64_t sessions; /* begun so far; a request was sent in the newest one of its time */
    struct request_values values;
    struct request dress;
    struct limiter limiter; /* of what goes over a socket */
    int limited;
    struct exchange *early[160]; /* of others, that ended while one was waited for */
    uint32_t n_early;
    struct ahead *ahead[6];      /* questions that were put ahead; owned, NULL: none */
    uint64_t requests;           /* sent so far */
    struct exchanges *exchanges; /* the log of them; NULL: none */
};

struct remote_setup {
    struct journal *journal;
    int64_t dest_id;
    const char *state;       /* folder for services in process */
    struct network *network; /* for URLs; NULL: they cannot be reached */
    struct plugins *plugins;
    struct clock *clock;
    const volatile int *interrupted;
    int64_t settle_ms, patience_ms;
    uint32_t jobs;               /* requests under way at once, at most; 0: one */
    struct exchanges *exchanges; /* NULL: no log is kept */
};
/* Opens the transport that the target asks for. E_CONFIG where it cannot be reached from here at all. */
int32_t remote_open(struct remote *r, const struct target *target, const struct remote_setup *setup,
                    struct ferry_error *err);
void remote_close(struct remote *r); /* accepts zeroed */

/* The codec's call as things stand; valid until facts or session change. */
struct ferry_call remote_call(const struct remote *r);
/* What the codec says of a kind; effect 0: not supported. */
int32_t remote_describe(struct remote *r, uint32_t kind, struct ferry_traits *traits,
                        struct ferry_error *err);
/* How late an unanswered request of this kind may act. */
int64_t remote_settle_ms(const struct remote *r, const struct ferry_traits *traits);

/* Whether somebody else has changed the destination since it was opened here; as `fallback` says where nobody can tell. */
int remote_disturbed(const struct remote *r, int fallback);

/*
 * Every item of a noun: all pages, each item handed over once its page is parsed. `ops` (may be NULL): on whose behalf. E_UNREACHABLE: no sign
 * of life, interrupted by patience, or a list that does not hold still; E_REFUSED: where = "credentials" for 401 and 403, else "".
 *
 * NULL instead of an item or a page: the list has changed while it was read, all that was handed over is void, and it begins again.
 * Where OK comes back, nothing that was there all the time is missing; what moved may have come twice.
 */
typedef int32_t remote_item_fn(void *data, const struct ferry_item *item);
int32_t remote_list(struct remote *r, const struct ferry_ask *ask, remote_item_fn *fn, void *data,
                    struct ferry_error *err);
/* The same, page by page: fn sees all that the codec said of one. */
typedef int32_t remote_page_fn(void *data, struct reply *page, struct ferry_error *err);
int32_t remote_pages(struct remote *r, const struct ferry_ask *ask, remote_page_fn *fn, void *data,
                     struct ferry_error *err);
/* How many of a noun there are (of a run, where one is given), for a list that COUNTS; -1 where the answer does not say. */
int32_t remote_count(struct remote *r, uint32_t noun, struct ferry_str run, int64_t *n,
                     struct ferry_error *err);
/* One question, its answer in `reply`. */
int32_t remote_ask(struct remote *r, const struct ferry_ask *ask, struct reply *reply,
                   struct ferry_error *err);
/*
 * A question that will be put soon is put now, where the limit has room for it; nobody waits, and nothing fails. remote_ask() takes the answer to the very same
 * request: once, within ten seconds, where it came well and nothing was written from here since. One that needs facts has those asked ahead instead.
 * Does nothing in process, where there is nothing to wait for, and before a session has begun.
 */
void remote_ahead(struct remote *r, const struct ferry_ask *ask);
/* The facts alone that such a question needs, where not all of it is known yet. */
void remote_ahead_needs(struct remote *r, const struct ferry_ask *ask);
/* The same for what remote_rehearse() will have to know. */
void remote_rehearse_ahead(struct remote *r, const struct ferry_op *op);
/* How many of those are under way; and until none is. */
uint32_t remote_ahead_n(const struct remote *r);
int32_t remote_ahead_rest(struct remote *r, struct ferry_error *err);
/* The bytes of an attachment, into the spool. */
int32_t remote_fetch(struct remote *r, struct ferry_str id, char digest[DIGEST_TEXT],
                     uint64_t *bytes, struct ferry_error *err);
/* A fact that a codec asked for; asked, stored, kept. */
int32_t remote_learn(struct remote *r, struct ferry_str fact, struct ferry_error *err);
/*
 * Whether an operation that creates something could be written, by facts that are asked for anew. E_CONFIG: what a person has to say or
 * mend. Anything else that is wrong with this one operation is none of the caller's business, and OK.
 */
int32_t remote_rehearse(struct remote *r, const struct ferry_op *op, struct ferry_error *err);
/* Begins a session where the codec has them. Single: a session that is there is kept unless `again`. */
int32_t remote_sign_in(struct remote *r, int again, struct ferry_error *err);
/* Ends the session, where there is one; nothing is sent after it. */
void remote_sign_out(struct remote *r);
/* Remembers what an answer says of the session; one that cannot be read says nothing of it. */
int32_t remote_keep(struct remote *r, const struct ferry_message *answer, struct ferry_error *err);

/* Sends one request and waits for its end; x is initialised by exchange_init(). */
void exchange_init(struct exchange *x, const struct remote *r, const struct request *request);
void exchange_finish(struct exchange *x);
int32_t remote_exchange(struct remote *r, struct exchange *x, struct ferry_error *err);
/* The same, and nothing is kept of the answer. */
int32_t remote_carry(struct remote *r, struct exchange *x, struct ferry_error *err);
/*
 * When the next request may leave: now or earlier, or a time to wait for. It takes a place in the account's budget, which
 * remote_turn_back() gives back where nothing was sent. For requests that are submitted to the transport itself; others wait by themselves.
 */
int64_t remote_turn(struct remote *r);
void remote_turn_back(struct remote *r);
/* How many of a kind may be under way now. */
uint32_t remote_window(const struct remote *r, const struct ferry_traits *traits);
/* Hands an exchange to the transport; counted. */
int32_t remote_submit(struct remote *r, struct exchange *x, struct ferry_error *err);
/* The next exchange that has ended, of those that were submitted to the transport itself. */
struct exchange *remote_next(struct remote *r, int64_t wait_ms);
/* Until one more of those under way has ended, or a moment is over; it waits for remote_wait_for(), or remote_next(). */
int32_t remote_wait_some(struct remote *r, struct ferry_error *err);
/* Until this one of those under way has ended; others that end meanwhile wait for remote_next(). */
int32_t remote_wait_for(struct remote *r, struct exchange *x, struct ferry_error *err);
/* What is under way is not waited for, and never comes back; nothing can be sent any more. */
void remote_abandon(struct remote *r);

/* Parts: a question as a request; what the codec makes of its answer. */
int32_t remote_write_ask(struct remote *r, const struct ferry_ask *ask, struct request *request,
                         struct ferry_error *err);
int32_t remote_read_answer(struct remote *r, const struct ferry_ask *ask, const struct exchange *x,
                           struct reply *reply, struct ferry_error *err);
/* Parts: the headers of every request, written anew when the session has more to name; and wiping. */
int32_t remote_dress(struct remote *r, struct ferry_error *err);
void remote_forget(struct ferry_kv *value);

/* 64 random bits, for jitter alone. */
uint64_t chance(void);

#endif
