/* SPDX-License-Identifier: MIT */
/* ci_private.h - what the files ci*.c share; nobody else includes it. */
#ifndef HOST_CI_PRIVATE_H
#define HOST_CI_PRIVATE_H

#include "ci.h"

/* What can be known of a job; each names the variables that may hold it, the best first. */
enum ci_what {
    CI_BUILD,
    CI_PIPELINE,
    CI_NUMBER,
    CI_INDEX,
    CI_TOTAL,
    CI_ATTEMPT,
    CI_BRANCH,
    CI_TAG,
    CI_COMMIT,
    CI_PULL,
    CI_ACTOR,
    CI_REPOSITORY,
    CI_URL,
    CI_BUILD_URL,
    CI_WHATS
};

struct ci_system {
    const char *name, *people;
    const char *signs[3]; /* any of them is set */
    const char *of[CI_WHATS][4];
    const char *job[5];  /* together: the job as people call it, and what tells it apart */
    const char *more[3]; /* further variables that tell jobs apart, and that nobody wants to read */
    const char *dull;    /* a name that stands for none */
    int index_from_zero, attempt_from_zero;
    int number_of_job; /* its number is the job's, not the build's */
    int any_case;      /* its variables come in upper, lower or mixed case, with '.' or '_' */
    int alike;         /* see ci_job.alike */
    /* What no table can say. */
    void (*mend)(const struct ci_system *s, struct ci_job *job, struct arena *arena);
};
extern const struct ci_system ci_systems[]; /* alphabetical; ends with a NULL name */

/* A variable of this system; NULL where it is not set, empty, or a reference that nobody resolved. */
const char *ci_variable(const struct ci_system *s, const char *name);

/* Texts to what may be shown; each absent where it is not of its form. All in the arena. */
struct ferry_str ci_text(struct ferry_str raw, struct arena *arena);   /* one line, bounded */
struct ferry_str ci_digits(struct ferry_str raw);                      /* up to 18 digits */
struct ferry_str ci_commit(struct ferry_str raw);                      /* 7 to 64 hex digits */
struct ferry_str ci_url(struct ferry_str raw, struct arena *arena);    /* http(s), no user info */
struct ferry_str ci_branch(struct ferry_str raw, struct arena *arena); /* without refs/heads/ */

#endif
