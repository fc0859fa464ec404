/* SPDX-License-Identifier: MIT */
/*
 * codec_bench.h - a tracker's codec on its own, without a server: what it writes to the byte, and what it says of answers, written down as
 * text. A codec is pure, so a table of texts is all it takes.
 */
#ifndef CODEC_BENCH_H
#define CODEC_BENCH_H

#include <buf.h>
#include <ferry/ferry.h>
#include <request.h>
#include <text.h>

#include <check.h>

static struct bench {
    const struct ferry_tracker *codec;
    struct ferry_call call;
    struct ferry_error err;
    struct request request;
    struct buf shown, told; /* the last request; what was said of it, or of an answer */
    struct buf paged;       /* where a page of a list begins and ends */
} bench;

static void bench_put(const char *name, struct ferry_str s)
{
    if (s.len) {
        buf_printf(&bench.told, " %s=%.*s", name, STR_ARG(s));
    }
}

static int32_t bench_on_verdict(void *self, const struct ferry_verdict *v)
{
    (void)self;
    if (v->page) {
        return buf_printf(&bench.paged, "%u of %llu joins=%.*s leads=%.*s", v->page->n_ids,
                          (unsigned long long)v->page->total, STR_ARG(v->page->joins),
                          STR_ARG(v->page->leads));
    }
    buf_printf(&bench.told, "verdict %u", v->code);
    if (v->retry_ms) {
        buf_printf(&bench.told, " after=%lld", (long long)v->retry_ms);
    }
    bench_put("text", v->text);
    return buf_putc(&bench.told, '\n');
}

static int32_t bench_on_outcome(void *self, uint32_t i, const struct ferry_outcome *o)
{
    (void)self;
    buf_printf(&bench.told, "outcome %u %u", i, o->code);
    bench_put("id", o->id);
    bench_put("token", o->token);
    bench_put("text", o->text);
    for (uint32_t k = 0; k < o->n_extra; k++) {
        buf_printf(&bench.told, " %.*s=%.*s", STR_ARG(o->extra[k].key), STR_ARG(o->extra[k].value));
    }
    return buf_putc(&bench.told, '\n');
}

static int32_t bench_on_follow(void *self, uint32_t i, const struct ferry_follow *f)
{
    (void)self;
    return buf_printf(&bench.told, "follow %u %x\n", i, f->kind);
}

static int32_t bench_on_note(void *self, uint32_t i, const struct ferry_note *n)
{
    (void)self;
    return buf_printf(&bench.told, "note %u %u %.*s: %.*s\n", i, n->kind, STR_ARG(n->field),
                      STR_ARG(n->text));
}

static int32_t bench_on_item(void *self, const struct ferry_item *item)
{
    (void)self;
    buf_printf(&bench.told, "item %.*s", STR_ARG(item->id));
    bench_put("key", item->key);
    bench_put("marker", item->marker);
    bench_put("name", item->name);
    for (uint32_t k = 0; k < item->n_extra; k++) {
        buf_printf(&bench.told, " %.*s:%.*s", STR_ARG(item->extra[k].key),
                   STR_ARG(item->extra[k].value));
    }
    if (item->run) {
        buf_printf(&bench.told, " state=%u start=%lld", item->run->state,
                   (long long)item->run->start_ms);
        bench_put("description", item->run->description);
    }
    if (item->result) {
        const struct ferry_ref *to = ferry_ref_of(item, FERRY_CASE);
        buf_printf(&bench.told, " status=%u took=%lld start=%lld", item->result->status,
                   (long long)item->result->duration_us, (long long)item->result->start_ms);
        bench_put("word", item->result->status_text);
        bench_put("class", item->result->class_name);
        bench_put("message", item->result->message);
        bench_put("case", to ? to->id : (struct ferry_str){NULL, 0});
    }
    return buf_putc(&bench.told, '\n');
}

static int32_t bench_on_next(void *self, struct ferry_str cursor)
{
    (void)self;
    return buf_printf(&bench.told, "next %.*s\n", STR_ARG(cursor));
}

static int32_t bench_on_fact(void *self, struct ferry_str name, struct ferry_str value)
{
    (void)self;
    return buf_printf(&bench.told, "fact %.*s=%.*s\n", STR_ARG(name), STR_ARG(value));
}

static int32_t bench_on_keep(void *self, struct ferry_str name, struct ferry_str value)
{
    (void)self;
    return buf_printf(&bench.told, "keep %.*s=%.*s\n", STR_ARG(name), STR_ARG(value));
}

static int32_t bench_on_need(void *self, struct ferry_str fact)
{
    (void)self;
    return buf_printf(&bench.told, "need %.*s\n", STR_ARG(fact));
}

static const struct ferry_reply bench_reply = {.verdict = bench_on_verdict,
                                               .outcome = bench_on_outcome,
                                               .follow = bench_on_follow,
                                               .note = bench_on_note,
                                               .item = bench_on_item,
                                               .next = bench_on_next,
                                               .fact = bench_on_fact,
                                               .keep = bench_on_keep};

static void bench_open(const struct ferry_plugin *plugin)
{
    bench = (struct bench){.codec = plugin->query(FERRY_TRACKER_1)};
    ck_assert_ptr_nonnull(bench.codec);
    bench.call.size = sizeof bench.call;
    bench.call.max_bytes = UINT64_MAX;
    bench.err.size = sizeof bench.err;
    request_init(&bench.request, 1 << 26);
    buf_init(&bench.shown, 1 << 26);
    buf_init(&bench.told, 1 << 26);
    buf_init(&bench.paged, 1 << 16);
}

static void bench_close(void)
{
    request_finish(&bench.request);
    buf_finish(&bench.shown);
    buf_finish(&bench.told);
    buf_finish(&bench.paged);
}

static struct ferry_out bench_out(void)
{
    request_reset(&bench.request);
    buf_reset(&bench.shown);
    buf_reset(&bench.told);
    bench.request.notes_self = &bench;
    bench.request.note = bench_on_note;
    bench.request.need = bench_on_need;
    return request_out(&bench.request);
}

static int32_t bench_seal(int32_t rc)
{
    if (rc == FERRY_OK) {
        ck_assert_int_eq(request_seal(&bench.request, &bench.err), FERRY_OK);
        request_show(&bench.request, &bench.shown);
    }
    return rc;
}

static inline int32_t bench_encode(const struct ferry_op *const *ops, uint32_t n, uint32_t *taken)
{
    struct ferry_out out = bench_out();
    return bench_seal(bench.codec->encode(&bench.call, ops, n, &out, taken, &bench.err));
}

static inline int32_t bench_ask(struct ferry_ask *ask)
{
    struct ferry_out out = bench_out();
    ask->size = sizeof *ask;
    return bench_seal(bench.codec->ask(&bench.call, ask, &out, &bench.err));
}

static inline int32_t bench_decode(const struct ferry_op *const *ops, uint32_t n, uint32_t status,
                                   const char *body)
{
    const struct ferry_message m = {.size = sizeof m, .status = status, .body = ferry_cstr(body)};
    buf_reset(&bench.told);
    return bench.codec->decode(&bench.call, ops, n, &m, &bench_reply, &bench.err);
}

static inline int32_t bench_answer(struct ferry_ask *ask, uint32_t status, const char *body)
{
    const struct ferry_message m = {.size = sizeof m, .status = status, .body = ferry_cstr(body)};
    ask->size = sizeof *ask;
    buf_reset(&bench.told);
    buf_reset(&bench.paged);
    return bench.codec->answer(&bench.call, ask, &m, &bench_reply, &bench.err);
}

static inline void bench_shows(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&bench.shown), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&bench.shown));
}

static inline void bench_says(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&bench.told), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&bench.told));
}

#endif
