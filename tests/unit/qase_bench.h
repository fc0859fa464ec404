/* SPDX-License-Identifier: MIT */
/*
 * qase_bench.h - Qase's codec on its own, without a server: a reply that writes everything down, and one operation to begin with.
 */
#ifndef TESTS_QASE_BENCH_H
#define TESTS_QASE_BENCH_H

#include "codec_bench.h"

#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_qase;

static struct ferry_kv options[5], facts[3];
static struct ferry_op op;
static const struct ferry_op *ops[3];

static inline void set_up(void)
{
    bench_open(&ferry_plugin_qase);
    ops[0] = ops[1] = ops[2] = &op;
    options[0] = (struct ferry_kv){FERRY_LIT("api"), FERRY_LIT("v2")};
    options[1] = (struct ferry_kv){FERRY_LIT("signature"), FERRY_LIT("reporters")};
    options[2] = (struct ferry_kv){FERRY_LIT("environment"), FERRY_LIT("stage")};
    options[3] = (struct ferry_kv){FERRY_LIT("tags"), FERRY_LIT("nightly\nci")};
    facts[0] = (struct ferry_kv){FERRY_LIT("custom field \"Automation Key\""), FERRY_LIT("7")};
    facts[1] = (struct ferry_kv){FERRY_LIT("custom fields of cases"), FERRY_LIT("[]")};
    facts[2] = (struct ferry_kv){FERRY_LIT("system fields of cases"), FERRY_LIT("[]")};
    bench.call.project = FERRY_LIT("AO");
    bench.call.key_field = FERRY_LIT("Automation Key");
    bench.call.options = options;
    bench.call.n_options = 4;
    bench.call.facts = facts;
    bench.call.n_facts = 3;
}

static inline int32_t encode(const struct ferry_op *const *given, uint32_t n, uint32_t *taken)
{
    return bench_encode(given, n, taken);
}

static inline int32_t decode(const struct ferry_op *given, uint32_t n, uint32_t status,
                             const char *body)
{
    const struct ferry_op *each[8];
    for (uint32_t i = 0; i < n; i++) {
        each[i] = given;
    }
    return bench_decode(each, n, status, body);
}

static inline int32_t answer(struct ferry_ask *ask, const char *body)
{
    return bench_answer(ask, 200, body);
}

static inline const char *ask(struct ferry_ask *a, int32_t want)
{
    ck_assert_int_eq(bench_ask(a), want);
    return buf_cstr(want == FERRY_OK ? &bench.shown : &bench.told);
}

#define WIRE "0c656834-1994-5436-8cc9-ec3bf1cfcd39"

static struct ferry_result result;
static struct ferry_item item;
static struct ferry_ref run_ref, case_ref;
static const struct ferry_ref *refs[] = {&run_ref, &case_ref};
static const struct ferry_kv begun = {FERRY_LIT("start_ms"), FERRY_LIT("1700000000000")};

static inline void a_result(void)
{
    static const struct ferry_kv parameters[] = {{FERRY_LIT("Browser"), FERRY_LIT("Fire Fox")},
                                                 {FERRY_LIT("empty one"), FERRY_LIT(" ")}};
    result = (struct ferry_result){.size = sizeof result,
                                   .status = FERRY_FAILED,
                                   .has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION,
                                   .start_ms = 1700000001250,
                                   .duration_us = 12499,
                                   .suite = FERRY_LIT("a.spec.js\tSign In"),
                                   .class_name = FERRY_LIT("Sign In"),
                                   .name = FERRY_LIT("OK one"),
                                   .message = FERRY_LIT("expected 2"),
                                   .details = FERRY_LIT("at x\nat y"),
                                   .parameters = parameters,
                                   .n_parameters = 2};
    run_ref = (struct ferry_ref){.size = sizeof run_ref,
                                 .role = FERRY_RUN,
                                 .noun = FERRY_RUN,
                                 .id = FERRY_LIT("12"),
                                 .extra = &begun,
                                 .n_extra = 1};
    case_ref = (struct ferry_ref){
        .size = sizeof case_ref, .role = FERRY_CASE, .noun = FERRY_CASE, .id = FERRY_LIT("11")};
    item = (struct ferry_item){
        .size = sizeof item, .noun = FERRY_RESULT, .result = &result, .refs = refs, .n_refs = 2};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT),
                           .wire_id = FERRY_LIT(WIRE),
                           .item = &item};
}

static inline void shows(const char *text)
{
    bench_shows(text);
}

static inline void says(const char *text)
{
    bench_says(text);
}

static inline void option(const char *name, const char *value)
{
    options[4] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
    bench.call.n_options = 5;
}

static inline int run_suite(const char *name, void (*add)(TCase *t))
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, set_up, bench_close);
    add(t);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
