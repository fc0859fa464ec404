/* SPDX-License-Identifier: MIT */
/*
 * capture.h - reads items and commits them to the journal. When a capture function has returned OK its inputs may vanish:
 * "captured" is the word after which nothing may be lost.
 */
#ifndef ENGINE_CAPTURE_H
#define ENGINE_CAPTURE_H

#include "engine.h"
#include "inputs.h"
#include "keys.h"
#include "read.h"
#include "remote.h"

/*
 * What is to happen with the capture belongs to it: fn is called in the transaction that makes it count, so that a process
 * that dies right after "captured" leaves word of where it was going. fn may be NULL.
 */
struct captured;
struct capture_commit {
    void *self;
    int32_t (*fn)(void *self, const struct captured *c, struct ferry_error *err);
};

struct capture_call {
    struct read_call read; /* readers, roots, caps; self, item and notice are capture's own */
    const struct keys *keys;
    struct ferry_str run_key; /* absent: the digest of the inputs and the CI job */
    struct ferry_str part;    /* which of several jobs that share a run; absent: none */
    struct ferry_str ci_job;  /* what the CI says of build and job; absent: no CI */
    struct ferry_str run_title, run_description;
    const struct ferry_kv *run_fields; /* of a run that is made: "branch", "main" */
    uint32_t n_run_fields;
    uint32_t again, shared; /* a new run on purpose; several uploads share the run */
    struct capture_commit commit;
    void *self; /* for notice */
    void (*notice)(void *self, const char *path, const struct ferry_notice *notice);
};

struct captured {
    int64_t run_id, capture_id;
    char run_key[128];
    struct read_counts counts;
    uint64_t reports, unreadable, truncated; /* inputs: read, not at all, only in part */
    uint64_t contradictory; /* of those read: they say of themselves what they do not hold */
    uint64_t left_out;      /* of those a pattern led to: files of another kind */
    uint64_t results;       /* all attempts */
    uint64_t fresh;         /* of them not captured before */
    uint64_t
        twins; /* equal to the last digit to one of another report or an earlier capture: kept once */
    uint64_t no_key; /* without an Automation Key of their own */
    char first_no_key[3][160];
};

int32_t capture_reports(struct engine *e, const struct inputs *inputs,
                        const struct capture_call *call, struct captured *out,
                        struct ferry_error *err);

/* A run read back from a tracker. `run` is its row there; `marker` what mirrors of it are to carry. */
struct capture_source {
    struct remote *remote;
    int64_t dest_id;
    struct ferry_str run_id, run_title, marker;
    const struct ferry_kv *fields; /* of the run, and its tags: see ferry_run */
    const struct ferry_str *tags;
    uint32_t n_fields, n_tags;
    struct capture_commit commit;
};
int32_t capture_run(struct engine *e, const struct capture_source *source, struct captured *out,
                    struct ferry_error *err);

#endif
