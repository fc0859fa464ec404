/* SPDX-License-Identifier: MIT */
/*
 * tasks.h - ferry.host.tasks/1, for commands: the slices in which results were sent to the command's destination, what became of
 * each, and a second chance for what was refused. The host remembers them; whoever only reads sends nothing.
 *
 * Since level 1.
 */
#ifndef FERRY_TASKS_H
#define FERRY_TASKS_H

#include "host.h"

#define FERRY_HOST_TASKS_1 "ferry.host.tasks/1"

enum ferry_task_state {
    FERRY_TASK_RUNNING = 1, /* on its way, or the server still works on it */
    FERRY_TASK_SUCCESS = 2,
    FERRY_TASK_WARNING = 3, /* some of its items were refused */
    FERRY_TASK_FAILED = 4   /* all of them were */
};

/* The English name of a state, as JSON spells it; never NULL. [any] */
static inline const char *ferry_task_state_text(uint32_t state)
{
    switch (state) {
    case FERRY_TASK_SUCCESS:
        return "Success";
    case FERRY_TASK_WARNING:
        return "Warning";
    case FERRY_TASK_FAILED:
        return "Failed";
    default:
        return "Running";
    }
}

/* One request that brought results, or that its server took up as a task. What was sent again otherwise is not one. */
struct ferry_task {
    uint32_t size;
    uint32_t state;          /* enum ferry_task_state */
    uint32_t slice;          /* of its run and kind, from 1, in the order of sending */
    uint32_t items;          /* operations in it */
    uint32_t done, rejected; /* of them, so far */
    uint32_t attempts;       /* how often it was sent */
    uint32_t kind;           /* FERRY_OP(verb, noun) */
    uint32_t retried;        /* of the refused, how many went again since, in other requests */
    uint32_t reserved;
    int64_t request;          /* its number here: a name for it where there is no token */
    int64_t created_ms;       /* when it was first sent */
    int64_t ended_ms;         /* 0: not yet */
    struct ferry_str token;   /* the server's name for it; absent where it gave none */
    struct ferry_str text;    /* why it, or the first of its items, was refused; untrusted */
    struct ferry_str project; /* of the destination */
    struct ferry_str run_key, run_title;
};

/* Returns OK, or any other status to be returned by each(). */
typedef int32_t ferry_task_fn(void *data, const struct ferry_task *task);

enum { FERRY_RETRY_JSON = 1u }; /* what came of it as JSON, not as a table */

struct ferry_tasks {
    void *self;
    /* The oldest first; of the destination, else of all of the plugin's. [call] */
    int32_t (*each)(void *self, ferry_task_fn *fn, void *data, struct ferry_error *err);
    /*
     * Items that were refused go again, with the next edition, so that the codec writes other bytes; what they need and what was refused
     * because of them goes with them. `tasks`: tokens or numbers of requests; none: all that was refused. Then everything that waits at
     * these destinations is delivered as `ferry resume` does, which writes its receipt to stdout and decides about the exit code. *n: how
     * many operations went again; 0 delivers nothing. E_CONFIG where a name is that of no task. [call]
     */
    int32_t (*retry)(void *self, const struct ferry_str *tasks, uint32_t n_tasks, uint32_t flags,
                     uint64_t *n, struct ferry_error *err);
};

#endif
