/* SPDX-License-Identifier: MIT */
/* engine.h - what capture, plan, deliver and audit share while one command runs. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "events.h"
#include "exchanges.h"
#include "journal.h"

#include <config.h>
#include <network.h>

struct engine {
    struct journal journal;
    const struct config *config;
    struct plugins *plugins;
    struct clock *clock;
    struct network network; /* for destinations with a URL */
    const char *state;      /* the state folder */
    const volatile int *interrupted;
    int64_t settle_ms;   /* how late an unanswered request may act, where the codec does not know */
    int64_t patience_ms; /* without a sign of life a destination is given up for this time */
    uint64_t max_attachment;     /* bytes of a text that goes the way of an attachment */
    uint32_t jobs;               /* requests under way at once, at most */
    struct exchanges *exchanges; /* the exchange log; NULL: none is kept */
    struct events *events;       /* who is told of each operation; NULL: nobody */
    struct paper *paper;         /* where a dry run writes what it would send; NULL: nowhere */
    int64_t deadline_ms;         /* on the clock: when this command stops delivering */
};

/* Opens the journal of the state folder and reads the settings of delivery. */
int32_t engine_open(struct engine *e, const struct config *config, struct plugins *plugins,
                    struct clock *clock, const char *state, const volatile int *interrupted,
                    struct ferry_error *err);
void engine_close(struct engine *e); /* accepts zeroed */

#endif
