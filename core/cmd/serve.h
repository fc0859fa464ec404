/* SPDX-License-Identifier: MIT */
/* serve.h - between the files of `ferry serve`: serve.c takes up what is queued, serve_answer.c is what callers meet. */
#ifndef CMD_SERVE_H
#define CMD_SERVE_H

#include "cmd.h"

#include <buf.h>
#include <db.h>
#include <ferry/hook.h>
#include <listener.h>

enum { SERVE_PAIRS = 64 };

/* "SOURCE=TARGET": a completed run of the one is mirrored into the other. */
struct serve_pair {
    struct ferry_str source, target; /* as they were said */
    struct target *at;               /* the source */
    const struct ferry_hook *hook;   /* its plugin's */
    struct ferry_str secret;
};

/* What callers were told; for /metrics. */
enum serve_outcome {
    SERVE_QUEUED,
    SERVE_REPEATED,
    SERVE_OTHER,     /* nothing that concerns ferry */
    SERVE_UNPAIRED,  /* of a project that nothing is mirrored from */
    SERVE_REFUSED,   /* the secret is not ours */
    SERVE_MALFORMED, /* not what its tracker sends */
    SERVE_FAILED,    /* could not be kept; the caller is asked to come again */
    SERVE_OUTCOMES
};

struct serve {
    struct app *app;
    struct serve_pair pairs[SERVE_PAIRS];
    uint32_t n_pairs;
    struct ferry_str hmac_header; /* absent: the secret itself is compared */
    struct db *db;                /* the journal; of the thread that answers alone */
    uint64_t told[SERVE_OUTCOMES];
    struct buf token;        /* of uploads; wiped at the end */
    struct ferry_str bearer; /* within it; absent: none are taken */
    uint64_t upload_max, state_max;
    int64_t job;                   /* that is taken up just now; 0: none; through __atomic */
    uint64_t mirrored, unfinished; /* by the thread that takes up; both through __atomic */
};

/* serve_answer.c: a listener_answer_fn over a struct serve. */
enum listener_do serve_answer(void *self, const struct ferry_message *request,
                              struct request *answer);

#endif
