/* SPDX-License-Identifier: MIT */
/* plan_upload_desk.h - the planner `upload` at a desk that writes down what it is told. */
#ifndef TESTS_PLAN_UPLOAD_DESK_H
#define TESTS_PLAN_UPLOAD_DESK_H

#include "fake_desk.h"
#include <check.h>

extern const struct ferry_plugin ferry_plugin_upload;

static struct fake_desk desk;
static struct ferry_plan_call call;
static struct ferry_error error;
static struct fake_result r;

static inline void setup(void)
{
    desk_init(&desk);
    memset(&error, 0, sizeof error);
    call = (struct ferry_plan_call){.size = sizeof call,
                                    .source = S("report"),
                                    .destination = S("local:AO"),
                                    .run_key = S("RK"),
                                    .run_marker = S("run-key=RK"),
                                    .run_title = S("Nightly"),
                                    .flags = FERRY_PLAN_CREATE_CASES,
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
    const struct ferry_planner *planner = ferry_plugin_upload.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    return planner->plan(&call, item, &table, &error);
}

static inline int32_t plan(void)
{
    return plan_item(&r.item);
}

#define said(text) ck_assert_str_eq(buf_cstr(&desk.log), text)

static inline void there(const char *id, const char *key, const char *signature)
{
    desk_add(&desk, (struct fake_case){.side = FERRY_DESTINATION,
                                       .id = id,
                                       .key = key,
                                       .name = "a case",
                                       .signature = signature});
}

static struct ferry_kv option;

static inline void set_option(const char *name, struct ferry_str value)
{
    option.key = ferry_cstr(name);
    option.value = value;
    call.options = &option;
    call.n_options = 1;
}

static inline struct ferry_item run_item(const struct ferry_run *run)
{
    return (struct ferry_item){
        .size = sizeof(struct ferry_item), .noun = FERRY_RUN, .source_id = S("srun"), .run = run};
}

static inline void ids(const struct ferry_str *list, uint32_t n)
{
    r.result.case_ids = list;
    r.result.n_case_ids = n;
}

/* All of a program: add() names its tests. */
static inline int run_suite(const char *name, void (*add)(TCase *t))
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    add(t);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
