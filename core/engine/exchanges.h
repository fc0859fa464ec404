/* SPDX-License-Identifier: MIT */
/*
 * exchanges.h - the exchange log, for who wants to see what was sent: a file FOLDER/JOB.json for each run, with every request to every
 * destination, its attempts, what was answered, what was waited for and why. JOB is the run's key, or a UUID made of it where it is
 * no fit name for a file.
 *
 * The journal is the truth and this is told: nothing is decided by it, and trouble with it stops nothing. Each change rewrites the file as a whole
 * (another one beside it, then a rename), save that a twentieth of the time is spent on that at most; what waits is written before
 * anybody waits. Another process reads it back and goes on with it, and puts right by the journal what a death left unsaid. Several
 * processes may write the destinations of one run: each keeps what the others wrote.
 *
 * Nothing secret is in it: of headers none is shown, secrets in bodies are shown by their names, and the whole passes the filter of secrets. Bodies
 * are in it only where that was asked for, and then those of requests that change something.
 */
#ifndef ENGINE_EXCHANGES_H
#define ENGINE_EXCHANGES_H

#include <clock.h>
#include <db.h>
#include <transport.h>

struct exchanges;
struct ferry_traits;

/* JOB of a run's key. */
enum { EXCHANGES_NAME = 128 };
void exchanges_name(struct ferry_str run_key, char out[EXCHANGES_NAME]);

/* Makes the folder where it is missing. The clock and the journal outlive it. */
int32_t exchanges_open(struct exchanges **out, const char *folder, int bodies, struct clock *clock,
                       struct db *journal, struct ferry_error *err);
/* Writes what is not written yet; accepts NULL, as all of these do. */
void exchanges_close(struct exchanges *e);

/* Reads from here on are this lane's. */
void exchanges_lane(struct exchanges *e, int64_t lane);
/* How its work ended: FERRY_OK and "", or why it could not go on. */
void exchanges_lane_ended(struct exchanges *e, int64_t lane, int32_t rc, const char *error);

/* A request that changes something, before it is submitted; `op` is its first operation. */
struct exchanges_request {
    int64_t lane, request, op;
    uint32_t items;
    struct ferry_str kind; /* "create result" */
};
void exchanges_request(struct exchanges *e, const struct exchange *x,
                       const struct exchanges_request *r);
/* Handed to the transport; and come back from it. One that was not announced is a read. */
void exchanges_sent(struct exchanges *e, const struct exchange *x);
void exchanges_ended(struct exchanges *e, const struct exchange *x);
/* The answer's outcomes are committed: how long its operations wait now, and for what, the journal says. */
void exchanges_settled(struct exchanges *e, const struct exchange *x);
/* The lane's destination is not talked to for so long. */
void exchanges_waits(struct exchanges *e, const char *reason, int64_t ms);

/* Writes what has changed, if it is time to; `now`: in any case. */
void exchanges_tell(struct exchanges *e, int now);

#endif
