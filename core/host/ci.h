/* SPDX-License-Identifier: MIT */
/*
 * ci.h - what the CI says of the job that ferry runs in, from its environment: which build, which
 * job of it, which of its matrix or shards, and what a person wants to read of it in a tracker.
 *
 * The variables are untrusted: a branch is called what its author likes. Texts come out valid
 * UTF-8, on one line, bounded; what has the wrong form (a commit, a number, a URL) is left out. All
 * of them may be absent, for a container often gets only some of the variables.
 */
#ifndef HOST_CI_H
#define HOST_CI_H

#include <arena.h>

/* What tells an upload apart from those of other jobs is the same when the job is tried again. */
struct ci_job {
    const char *name;   /* "github"; "ci": some CI, unknown to ferry; NULL: none */
    const char *people; /* "GitHub Actions" */
    const char *lacks;  /* a variable without which the build is not known; NULL: nothing lacks */
    int alike; /* 1: the jobs of a matrix look the same from inside, and nothing was said to tell them apart */
    struct ferry_str key;  /* build and part, for run keys; absent: neither is known */
    struct ferry_str part; /* which job and which of its matrix; FERRY_PART says it better */
    int part_given;        /* it is FERRY_PART */

    struct ferry_str build; /* the CI's own id of the build */
    struct ferry_str pipeline, number, job;
    int number_of_job;             /* the number is of the job alone, not of the build */
    struct ferry_str index, total; /* of a job that runs several times, from 1 */
    struct ferry_str attempt;      /* "2" where it was tried again; absent at the first */
    struct ferry_str branch, tag, commit, pull, actor, repository;
    struct ferry_str url, build_url; /* of the job and of the build, without user or password */
};

/*
 * Texts live in the arena or the environment. E_CONFIG where FERRY_PART is no part: one line of 1 to 100 bytes.
 * Detection itself never fails: what is not understood is left out.
 */
int32_t ci_detect(struct ci_job *out, struct arena *arena, struct ferry_error *err);
/* Whether this is a job of some CI, known or not. */
int ci_is_here(void);
/* What a part has to be, for --part and FERRY_PART; `what` is how it is called in the message. */
int32_t ci_part_check(struct ferry_str part, const char *what, struct ferry_error *err);

/*
 * For people, in the arena; absent where nothing is known. `shared`: several jobs share the run, so
 * it says what is true of all of them.
 */
struct ferry_str ci_title(const struct ci_job *job, int shared, struct arena *arena);
struct ferry_str ci_description(const struct ci_job *job, int shared, struct arena *arena);
enum { CI_FIELDS = 12 };
/* The same as fields of a run ("branch", "main"); how many. */
uint32_t ci_fields(const struct ci_job *job, int shared, struct ferry_kv out[CI_FIELDS]);

#endif
