/* SPDX-License-Identifier: MIT */
/* engine.c - the journal and the settings of delivery, opened together. */
#include "engine.h"

#include <text.h>

static int64_t setting(const struct config *config, const char *path, int64_t fallback)
{
    int64_t n;
    return str_int64(config_get(config, path), &n) ? n : fallback;
}

int32_t engine_open(struct engine *e, const struct config *config, struct plugins *plugins,
                    struct clock *clock, const char *state, const volatile int *interrupted,
                    struct ferry_error *err)
{
    enum {
        SETTLE_MS = 120000,
        PATIENCE_MS = 60000,
        DEADLINE_MS = 600000,
        ATTACHMENT_MAX = 32 << 20,
        JOBS = 8
    };
    memset(e, 0, sizeof *e);
    e->config = config;
    e->plugins = plugins;
    e->clock = clock;
    e->state = state;
    e->interrupted = interrupted;
    e->settle_ms = setting(config, "delivery.settle", SETTLE_MS);
    e->max_attachment = (uint64_t)setting(config, "attachments.max_size", ATTACHMENT_MAX);
    e->patience_ms = setting(config, "delivery.patience", PATIENCE_MS);
    e->deadline_ms = clock->now_ms(clock) + setting(config, "delivery.deadline", DEADLINE_MS);
    e->jobs = (uint32_t)setting(config, "delivery.jobs", JOBS);
    network_init(&e->network, config, clock);
    int32_t rc =
        journal_open(&e->journal, state, (uint64_t)setting(config, "state.max_size", 0), err);
    e->journal.interrupted = interrupted;
    e->journal.lock_wait_ms = setting(config, "delivery.lock_wait", e->journal.lock_wait_ms);
    return rc;
}

void engine_close(struct engine *e)
{
    network_finish(&e->network);
    journal_close(&e->journal);
    memset(e, 0, sizeof *e);
}
