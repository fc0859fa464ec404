/* SPDX-License-Identifier: MIT */
/*
 * plan_mirror.h - what plan_mirror.c and plan_mirror_copy.c begin with: a desk, a call from qase:AO/12 to local:DEMO, a
 * result with key K1, and short words to vary them.
 */
#ifndef PLAN_MIRROR_H
#define PLAN_MIRROR_H

#include "fake_desk.h"
#include <check.h>

extern const struct ferry_plugin ferry_plugin_mirror;

static struct fake_desk desk;
static struct ferry_plan_call call;
static struct ferry_error error;
static struct fake_result r;
static struct ferry_kv options[3];

static inline void setup(void)
{
    desk_init(&desk);
    memset(&error, 0, sizeof error);
    call = (struct ferry_plan_call){.size = sizeof call,
                                    .options = options,
                                    .source = S("qase:AO/12"),
                                    .destination = S("local:DEMO"),
                                    .source_project = S("AO"),
                                    .run_key = S("RK"),
                                    .run_marker = S("source=qase:AO/12"),
                                    .run_title = S("Nightly"),
                                    .flags = FERRY_PLAN_CREATE_CASES | FERRY_PLAN_SOURCE_READ,
                                    .self = &desk,
                                    .describe = desk_describe};
    desk_result(&r, "src1", "K1", "logs in");
}

static inline void teardown(void)
{
    desk_finish(&desk);
}

static inline int32_t plan_item(const struct ferry_item *item)
{
    const struct ferry_planner *planner = ferry_plugin_mirror.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    return planner->plan(&call, item, &table, &error);
}

static inline int32_t plan(void)
{
    return plan_item(&r.item);
}

#define said(text) ck_assert_str_eq(buf_cstr(&desk.log), text)

static inline void there(const char *id, const char *key, const char *name)
{
    desk_add(&desk,
             (struct fake_case){.side = FERRY_DESTINATION, .id = id, .key = key, .name = name});
}

static inline void at_source(const char *id, const char *key, const char *name,
                             const char *signature)
{
    desk_add(&desk, (struct fake_case){.side = FERRY_SOURCE,
                                       .id = id,
                                       .key = key,
                                       .name = name,
                                       .signature = signature,
                                       .description = "as at the source"});
}

static inline void set_option(const char *name, const char *value)
{
    options[call.n_options].key = ferry_cstr(name);
    options[call.n_options++].value = ferry_cstr(value);
}

/* Gives the result a reference to a case at the source. */
static inline void refer(const char *id)
{
    static struct ferry_ref ref;
    static const struct ferry_ref *refs[] = {&ref};
    ref = (struct ferry_ref){
        .size = sizeof ref, .role = FERRY_CASE, .noun = FERRY_CASE, .id = ferry_cstr(id)};
    r.item.refs = refs;
    r.item.n_refs = 1;
}

static inline void ids(const struct ferry_str *list, uint32_t n)
{
    r.result.case_ids = list;
    r.result.n_case_ids = n;
}

#define MIRRORED "itemkey=K1 status=passed message=[Mirrored from AO]\n"

static inline int run_suite(const char *name, void (*add_tests)(TCase *tcase))
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(tcase, setup, teardown);
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif
