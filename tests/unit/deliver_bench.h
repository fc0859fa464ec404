/* SPDX-License-Identifier: MIT */
/*
 * deliver_bench.h - what deliver.c and deliver_refused.c begin with: a codec that writes down what it was asked for and says what
 * the test wants of each answer, operations put into the journal by hand, and a clock that only waits move on.
 */
#ifndef TESTS_DELIVER_BENCH_H
#define TESTS_DELIVER_BENCH_H

#include "fake_remote.h"

#include <deliver.h>
#include <pack.h>
#include <plan.h>
#include <text.h>

static const uint32_t RESULT = FERRY_OP(FERRY_CREATE, FERRY_RESULT);
static const uint32_t CASE = FERRY_OP(FERRY_CREATE, FERRY_CASE);
static const uint32_t APPROVE = FERRY_OP(FERRY_PRIVATE, FERRY_CASE);
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct buf told; /* what the codec was asked for, a line each */
static struct deliver_counts counts;
static uint32_t rounds; /* answers read so far */
static struct ferry_plugin plugin = {.size = sizeof plugin, .id = "fake", .version = "1.0.0"};
static int64_t began_ms;

/* What the test says: of the answer to n operations, and of the answer to a question. */
static int32_t (*say)(uint32_t n, const struct ferry_reply *r);
static int32_t (*refuse_to_encode)(const struct ferry_op *op, struct ferry_error *err);
static const char *needed; /* a fact that encode and find ask for */

static inline struct ferry_outcome outcome(uint32_t code)
{
    return (struct ferry_outcome){.size = sizeof(struct ferry_outcome), .code = code};
}

static inline int32_t one(const struct ferry_reply *r, uint32_t i, struct ferry_outcome o)
{
    return r->outcome(r->self, i, &o);
}

static inline int32_t all_done(uint32_t n, const struct ferry_reply *r)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        struct ferry_outcome o = outcome(FERRY_DONE);
        o.id = FERRY_LIT("77");
        rc = one(r, i, o);
    }
    return rc;
}

/* --- the codec ------------------------------------------------------------------------------- */

static inline void tell_ops(const char *what, const struct ferry_op *const *ops, uint32_t n)
{
    buf_printf(&told, "%s", what);
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&told, " %.*s", STR_ARG(ops[i]->item->key));
        if (ops[i]->kind == APPROVE) {
            buf_printf(&told, "(%.*s after %.*s)", STR_ARG(ops[i]->state), STR_ARG(ops[i]->id));
        }
        if (ops[i]->edition) {
            buf_printf(&told, "#%u", ops[i]->edition);
        }
    }
    buf_putc(&told, '\n');
}

static inline int knows(const struct ferry_call *call)
{
    return !needed || ferry_get(call->facts, call->n_facts, ferry_cstr(needed)).ptr;
}

static inline int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops,
                             uint32_t n, const struct ferry_out *out, uint32_t *taken,
                             struct ferry_error *err)
{
    if (!knows(call)) {
        out->need(out->self, ferry_cstr(needed));
        return FERRY_E_NEED;
    }
    for (*taken = 0; *taken < n; ++*taken) {
        int32_t rc = refuse_to_encode ? refuse_to_encode(ops[*taken], err) : FERRY_OK;
        if (rc && *taken == 0) {
            return rc;
        }
        if (rc) {
            break;
        }
    }
    tell_ops("encode", ops, *taken);
    out->start(out->self, FERRY_LIT("POST"), FERRY_LIT("/things"));
    out->body(out->self);
    return out->text(out->self, ops[0]->item->key);
}

static inline int32_t decode(const struct ferry_call *call, const struct ferry_op *const *ops,
                             uint32_t n, const struct ferry_message *answer,
                             const struct ferry_reply *reply, struct ferry_error *err)
{
    (void)call, (void)ops, (void)answer, (void)err;
    rounds++;
    return say(n, reply);
}

static inline int32_t find(const struct ferry_call *call, const struct ferry_op *const *ops,
                           uint32_t n, const struct ferry_asks *asks, struct ferry_error *err)
{
    const struct ferry_ask ask = {.size = sizeof ask,
                                  .what = FERRY_ASK_LIST,
                                  .noun = ops[0]->item->noun,
                                  .ops = ops,
                                  .n_ops = n};
    (void)err;
    if (!knows(call)) {
        asks->need(asks->self, ferry_cstr(needed));
        return FERRY_E_NEED;
    }
    tell_ops("find", ops, n);
    return asks->add(asks->self, &ask);
}

/* --- the bench ------------------------------------------------------------------------------- */

/* Time stands still but for the waits, so that they can be told to the millisecond. */
static inline int64_t now_ms(struct clock *c)
{
    return INT64_C(1790000000000) + c->shift_us / 1000;
}

static inline void begin(void)
{
    fake_begin();
    fake.clock.now_ms = now_ms;
    fake.engine.deadline_ms = INT64_MAX;
    fake.target.plugin = &plugin;
    fake_kind(CASE, FERRY_ONCE)->name = FERRY_LIT("create case");
    fake_kind(APPROVE, FERRY_REPEATABLE)->name = FERRY_LIT("approve case");
    fake_kind(RESULT, FERRY_REPEATABLE)->name = FERRY_LIT("create result");
    fake_codec.encode = encode;
    fake_codec.decode = decode;
    fake_codec.find = find;
    buf_init(&told, 1 << 20);
    memset(&counts, 0, sizeof counts);
    rounds = 0;
    say = all_done;
    refuse_to_encode = NULL;
    needed = NULL;
    began_ms = fake.clock.now_ms(&fake.clock);
}

static inline void end(void)
{
    buf_finish(&told);
    fake_codec.encode = NULL;
    fake_codec.decode = NULL;
    fake_codec.find = NULL;
    fake_end();
}

static inline int64_t op(uint32_t kind, const char *key)
{
    struct db *db = fake.engine.journal.db;
    const struct ferry_item item = {.size = sizeof item,
                                    .noun = kind & 0xffff,
                                    .key = ferry_cstr(key),
                                    .name = ferry_cstr(key)};
    struct buf packed;
    buf_init(&packed, 4096);
    pack_item(&packed, &item);
    ck_assert_int_eq(db_run(db, &fake.err,
                            "INSERT INTO op(dest_id, lane_id, kind, act, key, packed, state) "
                            "VALUES(1, 1, ?1, ?1, ?2, ?3, 1)",
                            "izb", (int64_t)kind, key, buf_str(&packed)),
                     FERRY_OK);
    buf_finish(&packed);
    return db_last_id(db);
}

static inline int32_t go(void)
{
    return deliver(&fake.engine, &fake.remote, &(struct plan_counts){.first_op = 1, .cases = -1},
                   &counts, &fake.err);
}

static inline int64_t of(int64_t id, const char *column)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT %s FROM op WHERE id = %lld", column, (long long)id);
    return fake_one(sql);
}

static inline void has(int64_t id, const char *column, const char *want)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT %s = '%s' FROM op WHERE id = %lld", column, want,
             (long long)id);
    ck_assert_msg(fake_one(sql) == 1, "%s of operation %lld is not \"%s\"", column, (long long)id,
                  want);
}

#define was_told(want) ck_assert_str_eq(buf_cstr(&told), want)

static inline int64_t waited_ms(void)
{
    return fake.clock.now_ms(&fake.clock) - began_ms;
}

static inline int32_t verdict(const struct ferry_reply *r, uint32_t code, int64_t retry_ms)
{
    const struct ferry_verdict v = {
        .size = sizeof v, .code = code, .retry_ms = retry_ms, .text = FERRY_LIT("as it is")};
    return r->verdict(r->self, &v);
}

static inline int run_tests(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    for (size_t i = 0; i < n; i++) {
        tcase_add_test(t, tests[i]);
    }
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif
