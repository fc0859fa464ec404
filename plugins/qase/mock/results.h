/* SPDX-License-Identifier: MIT */
/*
 * results.h - results on their way in. Three passes, so that a request is taken whole or not at all: the form (forms_result.c), then what
 * it names is looked up (results.c), then all of it is written (results_write.c).
 */
#ifndef QASE_MOCK_RESULTS_H
#define QASE_MOCK_RESULTS_H

#include "mock.h"

struct incoming {
    const struct cJSON *v;
    const char *prefix; /* "results.3.", for faults; "" where it came alone */
    int api;            /* 1, 2 */
    struct ferry_str wire_id, status, title, signature, comment, stack;
    const struct cJSON *cases; /* testops_ids */
    int64_t case_id;           /* the one; 0: none was named */
    int64_t duration_ms;       /* -1: unknown */
    int64_t start_ms, end_ms;  /* -1: unknown */
    struct ferry_str hash;     /* of the first that was written */
};

struct target_run {
    int64_t begins_ms, end_ms, status;
    int there;
};

struct ferry_str in_path(struct http *h, const struct incoming *r, const char *name);
/* results_read.c: members into *r, and what is wrong with them. */
int32_t mock_result_read_v1(struct http *h, const struct target_run *run, struct incoming *r);
int32_t mock_result_read_v2(struct http *h, const struct target_run *run, struct incoming *r);
/* A status that results may have; else a fault. */
void mock_status_check(struct http *h, struct ferry_str status, struct ferry_str field);
int32_t mock_step_files_check(struct http *h, const struct cJSON *steps, const char *prefix);
/* results_write.c */
int32_t mock_result_write(struct http *h, struct incoming *r);
/* The read form of steps and of attachments, as JSON in the arena; NULL is an empty list. */
struct ferry_str mock_steps_text(struct http *h, const struct cJSON *steps, int api);
struct ferry_str mock_json_text(struct http *h, const struct cJSON *v);
/* results_case.c: the case of a result that names none, made where there is none. */
int32_t mock_result_case(struct http *h, const struct incoming *r, int64_t *id);
int32_t mock_case_by_signature(struct http *h, struct ferry_str signature, int64_t *id);

#endif
