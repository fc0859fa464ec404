/* SPDX-License-Identifier: MIT */
/* payload.h - the body of POST test-results: judged by the schema, then read run by run. libxml2 is behind it, and nowhere else. */
#ifndef OCTANE_MOCK_PAYLOAD_H
#define OCTANE_MOCK_PAYLOAD_H

#include "mock.h"

struct ids {
    struct ferry_str *list;
    uint32_t n;
};
/* Where results belong, as it is written. Texts absent: not said. */
struct context {
    struct ferry_str suite, external_run_id, program, release, release_name, milestone;
    struct ids backlog, areas;
    const struct ferry_kv *fields; /* Test_Level and so on */
    const struct ferry_kv *environment;
    uint32_t n_fields, n_environment;
};
struct payload_run {
    struct ferry_str name, run_name, module, package, class_name, status;
    struct ferry_str started, url, external_test_id, external_run_id; /* started: digits */
    struct ferry_str error_type, error_message, error_text, description;
    int64_t duration, steps;
    int has_error, is_manual, is_gherkin;
    struct context context;
    uint32_t index; /* from 1 */
};

struct payload;
/* Parses and judges; 0: p says what is wrong. The bytes live as long as the payload. */
int alm_payload_open(struct payload **out, struct ferry_str bytes, struct problem *p);
void alm_payload_close(struct payload *x); /* accepts NULL */
void alm_payload_context(const struct payload *x, struct arena *a, struct context *out);
/* All runs in their order; any status but OK ends the walk and is returned. */
typedef int32_t payload_run_fn(void *data, const struct payload_run *run);
int32_t alm_payload_runs(const struct payload *x, struct arena *a, payload_run_fn *fn, void *data);

#endif
