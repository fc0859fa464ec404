/* SPDX-License-Identifier: MIT */
/*
 * intake.c - the sink that read.c hands to a reader: copies items, counts them, hands them on.
 * What stops our side (the spool is full, the caller wants no more) latches here, so that the
 * reader's own word for it does not count.
 */
#include "intake.h"

#include <secrets.h>
#include <text.h>

#include <stdarg.h>

#define ITEM_MAX ((size_t)1 << 30)

int32_t intake_stop(struct intake *in, int32_t rc)
{
    if (!in->rc) {
        in->rc = rc;
    }
    return in->rc;
}

int32_t intake_init(struct intake *in, const struct read_call *call, struct read_report *report,
                    struct ferry_error *err)
{
    memset(in, 0, sizeof *in);
    in->call = call;
    in->report = report;
    in->err = err;
    in->guarded = (uint32_t)secrets_any();
    arena_init(&in->arena, ITEM_MAX);
    return FERRY_OK;
}

void intake_finish(struct intake *in)
{
    intake_texts_drop(in);
    arena_finish(&in->arena);
    attach_finish(&in->attach);
}

/* --- notices ----------------------------------------------------------------------- */

static int32_t hand_notice(struct intake *in, const struct ferry_notice *notice)
{
    int32_t rc;
    if (in->rc) {
        return in->rc;
    }
    in->report->warnings++;
    if (notice->flags & FERRY_NOTICE_TRUNCATED) {
        in->report->truncated = 1;
    }
    if (notice->flags & FERRY_NOTICE_CONTRADICTION) {
        in->report->contradicts = 1;
    }
    rc = in->call->notice ? in->call->notice(in->call->self, notice) : FERRY_OK;
    return rc ? intake_stop(in, rc) : FERRY_OK;
}

int32_t intake_note(struct intake *in, uint32_t flags, const char *code, const char *format, ...)
{
    char text[512];
    struct ferry_notice notice = {.size = sizeof notice, .flags = flags, .code = ferry_cstr(code)};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    notice.text = utf8_cut(ferry_cstr(text), sizeof text - 4);
    return hand_notice(in, &notice);
}

static int32_t sink_notice(void *self, const struct ferry_notice *from)
{
    struct intake *in = self;
    struct ferry_notice notice;
    INTAKE_COPY(&notice, from);
    arena_reset(&in->arena);
    notice.code = intake_str(in, notice.code);
    notice.text = intake_str(in, notice.text);
    return hand_notice(in, &notice);
}

/* --- items --------------------------------------------------------------------------- */

static void count(struct read_counts *c, const struct ferry_result *r)
{
    if (r->flags & FERRY_RESULT_SYNTHETIC) {
        c->synthetic++;
        return;
    }
    if (r->flags & FERRY_RESULT_SUPERSEDED) {
        c->superseded++;
        return;
    }
    c->tests++;
    c->passed += r->status == FERRY_PASSED;
    c->failed += r->status == FERRY_FAILED;
    c->errored += r->status == FERRY_ERRORED;
    c->skipped += r->status == FERRY_SKIPPED;
    c->not_run += r->status == FERRY_NOT_RUN;
    c->other += r->status < FERRY_PASSED || r->status > FERRY_NOT_RUN;
    c->flaky += (r->flags & FERRY_RESULT_FLAKY) != 0;
    if (r->has & FERRY_RESULT_HAS_DURATION &&
        __builtin_add_overflow(c->duration_us, r->duration_us, &c->duration_us)) {
        c->duration_us = INT64_MAX;
    }
}

void read_counts_add(struct read_counts *total, const struct read_counts *more)
{
    total->tests += more->tests;
    total->passed += more->passed;
    total->failed += more->failed;
    total->errored += more->errored;
    total->skipped += more->skipped;
    total->not_run += more->not_run;
    total->other += more->other;
    total->flaky += more->flaky;
    total->superseded += more->superseded;
    total->synthetic += more->synthetic;
    if (__builtin_add_overflow(total->duration_us, more->duration_us, &total->duration_us)) {
        total->duration_us = INT64_MAX;
    }
}

/* What was changed in the texts of an item. */
static void note_changes(struct intake *in, struct ferry_str name)
{
    char shown[120];
    if (!in->repaired && !in->hidden) {
        return;
    }
    text_show_to(shown, sizeof shown, name);
    if (in->repaired) {
        intake_note(in, 0, "not-utf8", "\"%s\": %llu byte(s) that are no UTF-8 became U+FFFD",
                    shown, (unsigned long long)in->repaired);
    }
    if (in->hidden) {
        intake_note(in, 0, "secret",
                    "\"%s\": a secret that ferry was given stands in %u of its texts; it became "
                    "*** there. Who reads the report can read it: have a new one issued",
                    shown, in->hidden);
    }
}

static int32_t sink_item(void *self, const struct ferry_item *from)
{
    struct intake *in = self;
    struct ferry_item item;
    int32_t rc;
    if (in->rc) {
        return in->rc;
    }
    arena_reset(&in->arena);
    in->repaired = in->hidden = 0;
    INTAKE_COPY(&item, from);
    item.key = intake_str(in, item.key);
    item.id = intake_str(in, item.id);
    item.name = intake_str(in, item.name);
    if (item.noun == FERRY_RESULT && item.result) {
        item.result = intake_result(in, item.result);
    } else if (item.noun == FERRY_SUITE && item.suite) {
        item.suite = intake_suite(in, item.suite);
    } else {
        return intake_note(in, 0, "reader-bug", "the reader said an item of kind %u; left out",
                           item.noun);
    }
    if (!in->rc) {
        note_changes(in, item.result ? item.result->name : item.suite->path);
    }
    if (in->rc) {
        return in->rc;
    }
    if (item.result) {
        count(&in->report->counts, item.result);
    }
    rc = in->call->item ? in->call->item(in->call->self, &item) : FERRY_OK;
    return rc ? intake_stop(in, rc) : FERRY_OK;
}

static int64_t sink_text(void *self, int64_t number, struct ferry_str piece)
{
    return intake_text_add(self, number, piece);
}

struct ferry_sink intake_sink(struct intake *in)
{
    return (struct ferry_sink){in, sink_item, sink_text, sink_notice};
}

/* A run that collected nothing looks like one that passed. */
static int holds_nothing(const struct read_report *r)
{
    return r->counts.tests + r->counts.synthetic + r->counts.superseded == 0 && !r->truncated &&
           !r->contradicts;
}

int32_t intake_end(struct intake *in)
{
    if (in->n_texts) {
        intake_note(in, 0, "reader-bug", "%u long text(s) belong to no result; dropped",
                    in->n_texts);
    }
    intake_texts_drop(in);
    if (holds_nothing(in->report)) {
        intake_note(in, 0, "no-tests", "the report holds no test; look at what its run collected");
    }
    if (in->report->counts.synthetic) {
        intake_note(in, 0, "outside-tests",
                    "%llu fault(s) outside any test; told as results, not counted as tests",
                    (unsigned long long)in->report->counts.synthetic);
    }
    return in->rc;
}
