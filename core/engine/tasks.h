/* SPDX-License-Identifier: MIT */
/*
 * tasks.h - the slices of uploads, as the journal's view upload_tasks has them, and `retry`: what was rejected is planned again.
 */
#ifndef ENGINE_TASKS_H
#define ENGINE_TASKS_H

#include "engine.h"

#include <ferry/tasks.h>

/* Which; absent and 0: any. */
struct task_filter {
    struct ferry_str plugin, run_key;
    int64_t dest; /* its row */
};

int32_t tasks_each(struct engine *e, const struct task_filter *filter, ferry_task_fn *fn,
                   void *data, struct ferry_error *err);

/* The lanes that have something to do again, primaries first; at most `room` of them. */
struct retried {
    int64_t *lanes;
    uint32_t room, n;
    uint64_t ops;
};
/*
 * Puts back what was rejected, with the next edition: of the tasks of these names (tokens, or numbers of requests), where none is named all that the
 * filter lets through; with what it needs, and what was rejected because of it. A run that was completed meanwhile is completed again. E_CONFIG:
 * a name of no task, which then leaves everything as it was. The destinations are locked meanwhile.
 */
int32_t tasks_retry(struct engine *e, const struct task_filter *filter,
                    const struct ferry_str *names, uint32_t n_names, struct retried *out,
                    struct ferry_error *err);

#endif
