/* SPDX-License-Identifier: MIT */
/*
 * local_bench.h - the local tracker's codec on its own service: one call writes a request, sends it
 * and reads the answer; what was said to the reply is kept as text, a line each.
 */
#ifndef TESTS_LOCAL_BENCH_H
#define TESTS_LOCAL_BENCH_H

#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_local;

#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define REF(role_, id_, key_)                                                                      \
    {                                                                                              \
        .size = sizeof(struct ferry_ref), .role = role_, .noun = role_, .id = FERRY_LIT(id_),      \
        .key = FERRY_LIT(key_)                                                                     \
    }

static struct lab lab;
static const struct ferry_tracker *codec;
static struct ferry_call call;
static struct ferry_error err;
static struct buf told; /* what was said to the reply, a line each */

/* --- a reply that writes everything down ----------------------------------------------------- */

static inline void put_str(const char *name, struct ferry_str s)
{
    if (s.ptr) {
        buf_printf(&told, " %s=%.*s", name, STR_ARG(s));
    }
}

static inline void put_kv(const char *name, const struct ferry_kv *kv, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&told, " %s[%.*s]=%.*s", name, STR_ARG(kv[i].key), STR_ARG(kv[i].value));
    }
}

static inline void put_list(const char *name, const struct ferry_str *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        put_str(name, list[i]);
    }
}

static inline void put_attachments(const struct ferry_attachment *const *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&told, " attachment(%.*s %.*s %.*s %llu)", STR_ARG(list[i]->name),
                   STR_ARG(list[i]->mime), STR_ARG(list[i]->blob->digest),
                   (unsigned long long)list[i]->blob->bytes);
    }
}

static inline void put_steps(const struct ferry_step *const *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&told, " step(%u %lld", list[i]->status, (long long)list[i]->duration_us);
        put_str("action", list[i]->action);
        put_str("expected", list[i]->expected);
        put_str("data", list[i]->data);
        put_str("comment", list[i]->comment);
        put_attachments(list[i]->attachments, list[i]->n_attachments);
        put_steps(list[i]->steps, list[i]->n_steps);
        buf_puts(&told, ")");
    }
}

static inline void put_result(const struct ferry_result *r)
{
    buf_printf(&told, " status=%u has=%u flags=%u attempt=%u line=%u start=%lld took=%lld",
               r->status, r->has, r->flags, r->attempt, r->line, (long long)r->start_ms,
               (long long)r->duration_us);
    const struct {
        const char *name;
        struct ferry_str s;
    } texts[] = {{"text", r->status_text}, {"suite", r->suite},   {"class", r->class_name},
                 {"name", r->name},        {"sig", r->signature}, {"file", r->file},
                 {"message", r->message},  {"type", r->type},     {"details", r->details},
                 {"out", r->out},          {"err", r->err}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put_str(texts[i].name, texts[i].s);
    }
    put_kv("parameter", r->parameters, r->n_parameters);
    put_kv("property", r->properties, r->n_properties);
    put_kv("field", r->fields, r->n_fields);
    put_list("tag", r->tags, r->n_tags);
    put_list("case", r->case_ids, r->n_case_ids);
    for (uint32_t i = 0; i < r->n_failures; i++) {
        const struct ferry_failure *f = r->failures[i];
        buf_printf(&told, " failure(%u %.*s %.*s %.*s)", f->status, STR_ARG(f->message),
                   STR_ARG(f->type), STR_ARG(f->details));
    }
    put_attachments(r->attachments, r->n_attachments);
    put_steps(r->steps, r->n_steps);
    if (r->out_blob) {
        put_str("out_blob", r->out_blob->digest);
    }
}

static inline void put_case(const struct ferry_case *c)
{
    put_str("title", c->title);
    put_str("description", c->description);
    put_str("precondition", c->precondition);
    put_str("sig", c->signature);
    put_kv("field", c->fields, c->n_fields);
    put_list("tag", c->tags, c->n_tags);
    put_steps(c->steps, c->n_steps);
}

static inline void put_run(const struct ferry_run *r)
{
    buf_printf(&told, " has=%u state=%u start=%lld end=%lld", r->has, r->state,
               (long long)r->start_ms, (long long)r->end_ms);
    put_str("title", r->title);
    put_str("description", r->description);
    put_kv("field", r->fields, r->n_fields);
    put_list("tag", r->tags, r->n_tags);
}

static inline int32_t on_item(void *self, const struct ferry_item *item)
{
    (void)self;
    buf_printf(&told, "item %u", item->noun);
    put_str("id", item->id);
    put_str("key", item->key);
    put_str("marker", item->marker);
    put_str("name", item->name);
    for (uint32_t i = 0; i < item->n_refs; i++) {
        buf_printf(&told, " ref(%u %.*s)", item->refs[i]->role, STR_ARG(item->refs[i]->id));
    }
    if (item->result) {
        put_result(item->result);
    }
    if (item->test_case) {
        put_case(item->test_case);
    }
    if (item->run) {
        put_run(item->run);
    }
    if (item->attachment) {
        put_attachments(&item->attachment, 1);
    }
    if (item->field) {
        buf_printf(&told, " entity=%u required=%u", item->field->entity, item->field->required);
    }
    return buf_puts(&told, "\n");
}

static inline int32_t on_verdict(void *self, const struct ferry_verdict *v)
{
    (void)self;
    return buf_printf(&told, "verdict %u %.*s\n", v->code, STR_ARG(v->text));
}

static inline int32_t on_outcome(void *self, uint32_t index, const struct ferry_outcome *o)
{
    (void)self;
    buf_printf(&told, "outcome %u %u", index, o->code);
    put_str("id", o->id);
    put_str("text", o->text);
    put_kv("extra", o->extra, o->n_extra);
    return buf_puts(&told, "\n");
}

static inline int32_t on_note(void *self, uint32_t index, const struct ferry_note *n)
{
    (void)self;
    return buf_printf(&told, "note %u %u %.*s: %.*s\n", index, n->kind, STR_ARG(n->field),
                      STR_ARG(n->text));
}

static inline int32_t on_next(void *self, struct ferry_str cursor)
{
    (void)self;
    return buf_printf(&told, "next %.*s\n", STR_ARG(cursor));
}

static const struct ferry_reply reply = {.verdict = on_verdict,
                                         .outcome = on_outcome,
                                         .note = on_note,
                                         .item = on_item,
                                         .next = on_next};

static inline int32_t on_ask(void *self, const struct ferry_ask *ask)
{
    (void)self;
    buf_printf(&told, "ask %u %u ops=%u", ask->what, ask->noun, ask->n_ops);
    put_kv("filter", ask->filters, ask->n_filters);
    return buf_puts(&told, "\n");
}
static const struct ferry_asks asks = {.add = on_ask};

/* --- the bench -------------------------------------------------------------------------------- */

static inline void setup(void)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    codec = ferry_plugin_local.query(FERRY_TRACKER_1);
    lab_open(&lab, ferry_plugin_local.query(FERRY_SERVICE_1), "local", NULL, 0, NULL);
    call = (struct ferry_call){.size = sizeof call,
                               .project = FERRY_LIT("A O"),
                               .key_field = FERRY_LIT("Automation Key"),
                               .max_items = 1000,
                               .max_bytes = UINT64_MAX};
    err = (struct ferry_error){.size = sizeof err};
    buf_init(&told, (size_t)64 << 20);
    lab.request.note = on_note;
}

static inline void teardown(void)
{
    buf_finish(&told);
    lab_close(&lab);
}

#define expect_told(want_)                                                                         \
    do {                                                                                           \
        ck_assert_str_eq(buf_cstr(&told), want_);                                                  \
        buf_reset(&told);                                                                          \
    } while (0)

static inline int32_t encode(const struct ferry_op *const *ops, uint32_t n, uint32_t *taken)
{
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    return codec->encode(&call, ops, n, &out, taken, &err);
}

/* Encodes, sends and decodes; all of it must work. */
static inline void carry(const struct ferry_op *const *ops, uint32_t n)
{
    uint32_t taken = 0;
    int32_t rc = encode(ops, n, &taken);
    ck_assert_msg(rc == FERRY_OK, "encode: %s", err.message);
    ck_assert_uint_eq(taken, n);
    lab_submit(&lab);
    rc = codec->decode(&call, ops, n, &lab.x.answer, &reply, &err);
    ck_assert_msg(rc == FERRY_OK, "decode: %s", err.message);
}

static inline void list(uint32_t noun, const struct ferry_kv *filters, uint32_t n,
                        struct ferry_str cursor, const struct ferry_op *const *ops, uint32_t n_ops)
{
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = noun,
                            .filters = filters,
                            .n_filters = n,
                            .cursor = cursor,
                            .ops = ops,
                            .n_ops = n_ops};
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    int32_t rc = codec->ask(&call, &ask, &out, &err);
    ck_assert_msg(rc == FERRY_OK, "ask: %s", err.message);
    lab_submit(&lab);
    ck_assert_msg(lab.status == 200, "%u %.*s", lab.status, STR_ARG(lab.body));
    rc = codec->answer(&call, &ask, &lab.x.answer, &reply, &err);
    ck_assert_msg(rc == FERRY_OK, "answer: %s", err.message);
}

static inline void list_all(uint32_t noun)
{
    list(noun, NULL, 0, (struct ferry_str){NULL, 0}, NULL, 0);
}

/* One run, "1", and results to put into it. */
static struct ferry_run a_run = {.size = sizeof a_run, .title = FERRY_LIT("Nightly")};
static struct ferry_item run_item = {.size = sizeof run_item, .noun = FERRY_RUN, .run = &a_run};
static struct ferry_op run_op = {.size = sizeof run_op,
                                 .kind = FERRY_OP(FERRY_CREATE, FERRY_RUN),
                                 .marker = FERRY_LIT("run-key=K"),
                                 .item = &run_item};
static const struct ferry_op *const run_ops[] = {&run_op};
static const struct ferry_ref run_ref = REF(FERRY_RUN, "1", "");

enum { MANY = 40 };
static struct ferry_result results[MANY];
static struct ferry_item items[MANY];
static struct ferry_op operations[MANY];
static const struct ferry_op *ops[MANY];
static char wire_ids[MANY][40], names[MANY][24];
static const struct ferry_ref *refs[MANY][6];

static inline void make_results(void)
{
    carry(run_ops, 1);
    expect_told("outcome 0 1 id=1\n");
    for (int i = 0; i < MANY; i++) {
        snprintf(wire_ids[i], sizeof wire_ids[i], "00000000-0000-5000-8000-%012d", i);
        snprintf(names[i], sizeof names[i], "test %d", i);
        refs[i][0] = &run_ref;
        results[i] = (struct ferry_result){.size = sizeof results[i],
                                           .status = FERRY_PASSED,
                                           .name = ferry_cstr(names[i]),
                                           .signature = ferry_cstr(names[i])};
        items[i] = (struct ferry_item){.size = sizeof items[i],
                                       .noun = FERRY_RESULT,
                                       .refs = refs[i],
                                       .n_refs = 1,
                                       .result = &results[i]};
        operations[i] = (struct ferry_op){.size = sizeof operations[i],
                                          .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT),
                                          .wire_id = ferry_cstr(wire_ids[i]),
                                          .item = &items[i]};
        ops[i] = &operations[i];
    }
}

#endif
