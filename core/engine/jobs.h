/* SPDX-License-Identifier: MIT */
/*
 * jobs.h - uploads that somebody asked `ferry serve` for, in the journal from before he was answered. The same reports to the same place are the
 * same job, however often they come; so a caller who heard no answer asks again. Their bytes lie in the spool until the job is forgotten
 * (`ferry prune`), so that it can be tried again.
 */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include <buf.h>
#include <db.h>
#include <hash.h>

/* Stored, so never renumbered. */
enum job_state { JOB_WAITING = 0, JOB_DONE = 1, JOB_GIVEN_UP = 2 };

struct job_report {
    struct ferry_str name;
    char digest[DIGEST_TEXT];
};
/* What is asked for. */
struct job_call {
    struct ferry_str text;            /* as it is kept: JSON, see serve_jobs.c */
    struct ferry_str idempotency_key; /* absent: none */
    struct job_report *reports;       /* put in order by their digests */
    uint32_t n;
};

struct job {
    int64_t id, state, tries, code, run_id, not_before, received_ms, ended_ms;
    char name[UUID_TEXT]; /* what callers know it by */
    char text[160];       /* what became of it */
};

enum job_put { JOB_NEW = 1, JOB_KNOWN = 2, JOB_OTHER = 3, JOB_FULL = 4 };
/*
 * Commits it, or finds it; `name` is filled for JOB_NEW and JOB_KNOWN. JOB_OTHER: the key was used for something else. JOB_FULL: `most` of them
 * wait already.
 */
int32_t jobs_put(struct db *db, struct job_call *call, int64_t now_ms, int64_t most,
                 enum job_put *what, char name[UUID_TEXT], struct ferry_error *err);
/* *got: 0 where there is none. */
int32_t jobs_find(struct db *db, struct ferry_str name, struct job *out, int *got,
                  struct ferry_error *err);
/* The next whose time has come; with what was asked for, in `call`, and fn for each of its reports. */
int32_t jobs_next(struct db *db, int64_t now_ms, struct job *out, struct buf *call, int *got,
                  struct ferry_error *err);
int32_t jobs_reports(struct db *db, int64_t id,
                     int32_t (*fn)(void *data, int64_t n, struct ferry_str name,
                                   struct ferry_str digest),
                     void *data, struct ferry_error *err);
/* What became of it; JOB_WAITING: again at `not_before_ms`. run_id 0: not known. */
int32_t jobs_settle(struct db *db, const struct job *job, enum job_state state,
                    int64_t not_before_ms, int64_t now_ms, struct ferry_error *err);
/* It is taken up again. *changed: 0 where it waits already, or is not there. */
int32_t jobs_again(struct db *db, struct ferry_str name, int *changed, struct ferry_error *err);
/* How many are in a state; -1 where that cannot be told. */
int64_t jobs_count(struct db *db, enum job_state state);

#endif
