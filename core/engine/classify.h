/* SPDX-License-Identifier: MIT */
/*
 * classify.h - what the end of an exchange means where the codec has nothing to add: one table of HTTP
 * statuses for every tracker, and the waiting that follows from it.
 */
#ifndef ENGINE_CLASSIFY_H
#define ENGINE_CLASSIFY_H

#include <ferry/tracker.h>
#include <transport.h>

enum fate {
    FATE_PARSE = 1,    /* a success: the codec's outcomes count */
    FATE_REFUSED = 2,  /* nothing was applied, an item is at fault */
    FATE_OVERSIZE = 3, /* nothing was applied: fewer at once */
    FATE_BUSY = 4,     /* nothing was applied: the same again, later */
    FATE_SIGN_IN = 5,  /* nothing was applied: the credentials were not taken */
    FATE_PARKED = 6,   /* nothing was applied: a person is needed */
    FATE_UNSURE = 7,   /* may have been applied */
    FATE_NOT_SENT = 8  /* nothing left this process */
};

/* By status alone; for exchanges that were answered. */
enum fate classify_status(uint32_t status);
/* By the exchange and, where the codec gave one (size > 0), by its verdict. */
enum fate classify(const struct exchange *x, const struct ferry_verdict *verdict);

/*
 * FERRY_OK, or the status with which memory or the disk of this machine failed the exchange, or what of its configuration has to be mended
 * first, and err filled: asking again helps nobody.
 */
int32_t classify_machine(const struct exchange *x, const char *name, struct ferry_error *err);

enum { CLASSIFY_WAIT_MOST = 300000 };
/*
 * How long to wait before trying again, in ms: what the answer's Retry-After says (seconds or a date; clamped to 1 s .. 300 s;
 * 0, junk and the past count as absent), else full jitter up to 1 s doubled with each try, at most 60 s. `chance`: 64 random bits.
 */
int64_t classify_wait(const struct ferry_message *answer, uint32_t tries, int64_t now_ms,
                      uint64_t chance);

#endif
