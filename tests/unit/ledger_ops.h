/* SPDX-License-Identifier: MIT */
/*
 * ledger_ops.h - what the tests of the ledger begin with: a rig, and operations with all that they point to, made with a
 * word each and varied by the test.
 */
#ifndef LEDGER_OPS_H
#define LEDGER_OPS_H

#include "ledger_rig.h"

enum { RESULTS = 64 };

static struct rig rig;

/* One result as an operation, with all that it points to. */
struct made {
    struct ferry_op op;
    struct ferry_item item;
    struct ferry_result result;
    struct ferry_case test_case;
    struct ferry_run run;
    struct ferry_ref refs[3];
    const struct ferry_ref *list[3];
    char wire[40], name[40];
};

static struct made made[RESULTS];
static const struct ferry_op *ops[RESULTS];

static inline void setup(void)
{
    rig_init(&rig);
}

static inline void teardown(void)
{
    rig_finish(&rig);
}

static inline void refer(struct made *m, uint32_t noun, const char *key, const char *id)
{
    m->refs[m->item.n_refs] = (struct ferry_ref){.size = sizeof *m->refs,
                                                 .role = noun,
                                                 .noun = noun,
                                                 .key = ferry_cstr(key),
                                                 .id = ferry_cstr(id)};
    m->list[m->item.n_refs] = &m->refs[m->item.n_refs];
    m->item.n_refs++;
}

static inline struct made *make(uint32_t i, uint32_t kind, const char *prefix)
{
    struct made *m = &made[i];
    memset(m, 0, sizeof *m);
    snprintf(m->wire, sizeof m->wire, "00000000-0000-5000-8000-%012u", i);
    snprintf(m->name, sizeof m->name, "%s%u", prefix, i);
    m->item = (struct ferry_item){.size = sizeof m->item,
                                  .noun = kind & 0xffff,
                                  .name = ferry_cstr(m->name),
                                  .refs = m->list};
    m->op = (struct ferry_op){
        .size = sizeof m->op, .kind = kind, .wire_id = ferry_cstr(m->wire), .item = &m->item};
    ops[i] = &m->op;
    return m;
}

static inline struct made *make_result(uint32_t i, const char *run)
{
    struct made *m = make(i, FERRY_OP(FERRY_CREATE, FERRY_RESULT), "result ");
    m->result = (struct ferry_result){.size = sizeof m->result,
                                      .name = ferry_cstr(m->name),
                                      .status = FERRY_PASSED,
                                      .message = S("fine")};
    m->item.result = &m->result;
    refer(m, FERRY_RUN, "rk", run);
    return m;
}

static inline struct made *make_case(uint32_t i)
{
    struct made *m = make(i, FERRY_OP(FERRY_CREATE, FERRY_CASE), "K");
    m->test_case = (struct ferry_case){
        .size = sizeof m->test_case, .title = S("a case"), .signature = S("sig")};
    m->item.key = ferry_cstr(m->name);
    m->item.test_case = &m->test_case;
    return m;
}

static inline struct made *make_run(uint32_t i)
{
    struct made *m = make(i, FERRY_OP(FERRY_CREATE, FERRY_RUN), "run ");
    m->run = (struct ferry_run){.size = sizeof m->run, .title = S("Nightly")};
    m->op.marker = S("run-key=RK");
    m->item.run = &m->run;
    return m;
}

static inline void an_open_run(void)
{
    make_run(0);
    ck_assert_uint_eq(rig_send(&rig, ops, 1), 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
}

static inline struct ferry_ask list_of(uint32_t noun)
{
    return (struct ferry_ask){
        .size = sizeof(struct ferry_ask), .what = FERRY_ASK_LIST, .noun = noun};
}

static inline uint32_t count(const char *text, const char *word)
{
    uint32_t n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        n++;
    }
    return n;
}

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
