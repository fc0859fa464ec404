/* SPDX-License-Identifier: MIT */
/*
 * transport_faults.h - a transport that misbehaves on cue, around the in-process one. For tests: the engine meets
 * lost answers, late effects and lagging lists without a network.
 *
 * A script is lines of
 *
 *     METHOD GLOB N FAULT [ARG]        # comment
 *
 * METHOD or `*`; GLOB over the target's path (or the whole target); N: the N-th request that matches, from 1, or `*`: each.
 * The first rule that fires wins; every rule counts on its own.
 *
 *     refuse              not sent
 *     drop-before         sent, not applied, no answer
 *     drop-after          applied, no answer
 *     late MS             no answer; applied MS later (on the clock), or when the transport is closed
 *     error-before STATUS answered with STATUS, not applied
 *     error-after STATUS  applied, answered with STATUS all the same
 *     partial             only the first half of the body's largest array is applied; no answer
 *     truncate N          applied; the answer's body lacks its last N bytes
 *     lag N               a read is answered from the state before the last N requests that were not reads
 *     status-429 S        answered with 429 and "retry-after: S", not applied
 */
#ifndef HOST_TRANSPORT_FAULTS_H
#define HOST_TRANSPORT_FAULTS_H

#include "service_state.h"
#include "transport.h"

struct faults;
/* E_CONFIG with `name`, the line and what is wrong with it. */
int32_t faults_parse(struct faults **out, struct ferry_str script, const char *name,
                     struct ferry_error *err);
/*
 * Same, from a file. Each firing is also appended to "PATH.fired" as "LINE FAULT METHOD TARGET DIGEST": of the body as it was
 * sent, 16 hex digits, "-" where it has none. "PATH.past", where there is such a file, is a state.db of an earlier time: what
 * `lag` answers from when not as many requests were seen as it goes back.
 */
int32_t faults_load(struct faults **out, const char *path, struct ferry_error *err);
void faults_free(struct faults *f); /* accepts NULL */

uint32_t faults_count(const struct faults *f);
/* How often rule i (from 0, in the script's order) has fired; and how many requests it has matched. */
uint32_t faults_fired(const struct faults *f, uint32_t i);
uint32_t faults_matched(const struct faults *f, uint32_t i);

/*
 * Takes over `inner` (made by transport_inproc_open), closes it when it is closed. `owns`: frees `faults` then, too. Not
 * TRANSPORT_SYNCHRONOUS where a rule says `late` or `lag`. On failure inner is the caller's still.
 */
int32_t transport_faults_open(struct transport *out, const struct transport *inner,
                              struct spool *spool, struct clock *clock, struct faults *faults,
                              int owns, struct ferry_error *err);

/* Another script from now on, taken over as at opening; what is late already stays late. */
int32_t transport_faults_replace(struct transport *t, struct faults *faults,
                                 struct ferry_error *err);

#endif
