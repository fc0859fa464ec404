/* SPDX-License-Identifier: MIT */
/*
 * qase_bench.h - Qase's codec on its own, without a server: a reply that writes everything down, and one operation to begin with.
 */
#ifndef TESTS_QASE_BENCH_H
#define TESTS_QASE_BENCH_H

#include <buf.h>
#include <ferry/ferry.h>
#include <request.h>
#include <text.h>

#include <check.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_qase;

static const struct ferry_tracker *codec;
static struct ferry_kv options[5], facts[3];
static struct ferry_call call;
static struct ferry_error err;
static struct request request;
static struct buf shown, told, paged;
static struct ferry_op op;
static const struct ferry_op *ops[3];

/* --- a reply that writes everything down --------------------------------------------------------- */

static inline void put(const char *name, struct ferry_str s)
{
    if (s.len) {
        buf_printf(&told, " %s=%.*s", name, STR_ARG(s));
    }
}

static inline int32_t on_verdict(void *self, const struct ferry_verdict *v)
{
    (void)self;
    if (v->page) {
        buf_printf(&paged, "%u of %llu", v->page->n_ids, (unsigned long long)v->page->total);
        buf_printf(&paged, " joins=%.*s leads=%.*s", STR_ARG(v->page->joins),
                   STR_ARG(v->page->leads));
        return FERRY_OK;
    }
    buf_printf(&told, "verdict %u", v->code);
    put("text", v->text);
    return buf_putc(&told, '\n');
}

static inline int32_t on_outcome(void *self, uint32_t i, const struct ferry_outcome *o)
{
    (void)self;
    buf_printf(&told, "outcome %u %u", i, o->code);
    put("id", o->id);
    put("text", o->text);
    for (uint32_t k = 0; k < o->n_extra; k++) {
        buf_printf(&told, " %.*s=%.*s", STR_ARG(o->extra[k].key), STR_ARG(o->extra[k].value));
    }
    return buf_putc(&told, '\n');
}

static inline int32_t on_follow(void *self, uint32_t i, const struct ferry_follow *f)
{
    (void)self;
    return buf_printf(&told, "follow %u %x\n", i, f->kind);
}

static inline int32_t on_note(void *self, uint32_t i, const struct ferry_note *n)
{
    (void)self;
    return buf_printf(&told, "note %u %u %.*s: %.*s\n", i, n->kind, STR_ARG(n->field),
                      STR_ARG(n->text));
}

static inline int32_t on_item(void *self, const struct ferry_item *item)
{
    (void)self;
    buf_printf(&told, "item %.*s", STR_ARG(item->id));
    put("key", item->key);
    put("marker", item->marker);
    put("name", item->name);
    if (item->run) {
        buf_printf(&told, " state=%u start=%lld", item->run->state, (long long)item->run->start_ms);
        put("description", item->run->description);
    }
    if (item->result) {
        const struct ferry_ref *to = ferry_ref_of(item, FERRY_CASE);
        buf_printf(&told, " status=%u took=%lld start=%lld", item->result->status,
                   (long long)item->result->duration_us, (long long)item->result->start_ms);
        put("word", item->result->status_text);
        put("message", item->result->message);
        put("case", to ? to->id : (struct ferry_str){NULL, 0});
    }
    return buf_putc(&told, '\n');
}

static inline int32_t on_next(void *self, struct ferry_str cursor)
{
    (void)self;
    return buf_printf(&told, "next %.*s\n", STR_ARG(cursor));
}

static inline int32_t on_fact(void *self, struct ferry_str name, struct ferry_str value)
{
    (void)self;
    return buf_printf(&told, "fact %.*s=%.*s\n", STR_ARG(name), STR_ARG(value));
}

static inline int32_t on_need(void *self, struct ferry_str fact)
{
    (void)self;
    return buf_printf(&told, "need %.*s\n", STR_ARG(fact));
}

static const struct ferry_reply reply = {.verdict = on_verdict,
                                         .outcome = on_outcome,
                                         .follow = on_follow,
                                         .note = on_note,
                                         .item = on_item,
                                         .next = on_next,
                                         .fact = on_fact};

/* --- a bench -------------------------------------------------------------------------------------- */

static inline void set_up(void)
{
    codec = ferry_plugin_qase.query(FERRY_TRACKER_1);
    ops[0] = ops[1] = ops[2] = &op;
    ck_assert_ptr_nonnull(codec);
    options[0] = (struct ferry_kv){FERRY_LIT("api"), FERRY_LIT("v2")};
    options[1] = (struct ferry_kv){FERRY_LIT("signature"), FERRY_LIT("reporters")};
    options[2] = (struct ferry_kv){FERRY_LIT("environment"), FERRY_LIT("stage")};
    options[3] = (struct ferry_kv){FERRY_LIT("tags"), FERRY_LIT("nightly\nci")};
    facts[0] = (struct ferry_kv){FERRY_LIT("custom field \"Automation Key\""), FERRY_LIT("7")};
    facts[1] = (struct ferry_kv){FERRY_LIT("custom fields of cases"), FERRY_LIT("[]")};
    facts[2] = (struct ferry_kv){FERRY_LIT("system fields of cases"), FERRY_LIT("[]")};
    call = (struct ferry_call){.size = sizeof call,
                               .project = FERRY_LIT("AO"),
                               .key_field = FERRY_LIT("Automation Key"),
                               .options = options,
                               .n_options = 4,
                               .facts = facts,
                               .n_facts = 3,
                               .max_bytes = UINT64_MAX};
    err = (struct ferry_error){.size = sizeof err};
    request_init(&request, 1 << 24);
    buf_init(&shown, 1 << 24);
    buf_init(&told, 1 << 24);
    buf_init(&paged, 1 << 16);
}

static inline void tear_down(void)
{
    request_finish(&request);
    buf_finish(&shown);
    buf_finish(&told);
    buf_finish(&paged);
}

static inline int32_t encode(const struct ferry_op *const *given, uint32_t n, uint32_t *taken)
{
    request_reset(&request);
    buf_reset(&shown);
    buf_reset(&told);
    request.notes_self = &request;
    request.note = on_note;
    request.need = on_need;
    struct ferry_out out = request_out(&request);
    int32_t rc = codec->encode(&call, given, n, &out, taken, &err);
    if (rc == FERRY_OK) {
        ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
        request_show(&request, &shown);
    }
    return rc;
}

static inline int32_t decode(const struct ferry_op *given, uint32_t n, uint32_t status,
                             const char *body)
{
    const struct ferry_op *each[8];
    struct ferry_message answer = {
        .size = sizeof answer, .status = status, .body = ferry_cstr(body)};
    for (uint32_t i = 0; i < n; i++) {
        each[i] = given;
    }
    buf_reset(&told);
    return codec->decode(&call, each, n, &answer, &reply, &err);
}

static inline int32_t answer(struct ferry_ask *ask, const char *body)
{
    struct ferry_message m = {.size = sizeof m, .status = 200, .body = ferry_cstr(body)};
    ask->size = sizeof *ask;
    buf_reset(&told);
    buf_reset(&paged);
    return codec->answer(&call, ask, &m, &reply, &err);
}

static inline const char *ask(struct ferry_ask *a, int32_t want)
{
    a->size = sizeof *a;
    request_reset(&request);
    buf_reset(&shown);
    buf_reset(&told);
    request.notes_self = &request;
    request.need = on_need;
    struct ferry_out out = request_out(&request);
    ck_assert_int_eq(codec->ask(&call, a, &out, &err), want);
    if (want == FERRY_OK) {
        ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
        request_show(&request, &shown);
    }
    return buf_cstr(want == FERRY_OK ? &shown : &told);
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
    ck_assert_msg(strstr(buf_cstr(&shown), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&shown));
}

static inline void says(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&told), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&told));
}

static inline void option(const char *name, const char *value)
{
    options[4] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
    call.n_options = 5;
}

static inline int run_suite(const char *name, void (*add)(TCase *t))
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, set_up, tear_down);
    add(t);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
