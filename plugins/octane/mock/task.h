/* SPDX-License-Identifier: MIT */
/* task.h - a payload made things of, when its time has come. */
#ifndef OCTANE_MOCK_TASK_H
#define OCTANE_MOCK_TASK_H

#include "entity.h"
#include "payload.h"

/* Where results belong, as far as it was found. Texts are ids. */
struct place {
    struct ferry_str suite, suite_name, external_run_id, program, release, milestone;
    struct ferry_str test_level, framework, tool;
    struct ids backlog, backlog_types, areas, test_types, taxonomies;
};

struct task {
    struct http *h;
    struct arena *arena; /* of the task: until its work is done */
    int64_t id;
    int skip_errors;
    struct place place; /* of all of its runs */
    struct buf details, log;
    struct buf said;           /* of one thing at a time, as a request would say it */
    uint32_t n_notes;          /* things that were wrong */
    uint32_t n_runs, n_stored; /* in the payload; made */
    /* the suite run that was last used: its id, what it is of, and the worst status in it */
    struct ferry_str suite_run, suite_run_of, suite_run_name, worst;
};

/* Something is wrong with a run (NULL: with what is said of all). */
void alm_task_note(struct task *t, const struct payload_run *run, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* resolve.c: what a context names, looked up. *wrong: how much of it is not there; it is left out of the place. */
int32_t alm_resolve(struct task *t, const struct payload_run *run, const struct context *c,
                    struct place *out, uint32_t *wrong);

/* runs.c: makes the test, the suite run and the run. */
int32_t alm_make_run(struct task *t, const struct payload_run *run, const struct place *place);

#endif
