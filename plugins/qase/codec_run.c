/* SPDX-License-Identifier: MIT */
/* codec_run.c - a run as Qase wants it. ferry's marker stands on a line of its own in the description, where any list shows it. */
#include "codec.h"

#include <text.h>

static const char *const marks[] = {"run-key=", "source="};

static int is_marker(struct ferry_str line)
{
    return str_starts(line, marks[0]) || str_starts(line, marks[1]);
}

void qase_put_description(struct buf *b, struct ferry_str text, struct ferry_str marker)
{
    buf_put(b, text);
    if (marker.len > 0) {
        buf_puts(b, text.len ? "\n\n" : "");
        buf_put(b, marker);
    }
}

struct ferry_str qase_split_description(struct ferry_str text, struct ferry_str *marker)
{
    uint64_t at = text.len;
    *marker = (struct ferry_str){NULL, 0};
    while (at > 0 && text.ptr[at - 1] != '\n') {
        at--;
    }
    struct ferry_str last = str_trim(str_sub(text, at, text.len));
    if (!is_marker(last)) {
        return text;
    }
    *marker = last;
    while (at > 0 && (text.ptr[at - 1] == '\n' || text.ptr[at - 1] == '\r')) {
        at--;
    }
    return str_sub(text, 0, at);
}

/* The marker is never what is cut. */
static void write_description(struct writer *w, const struct ferry_op *op)
{
    const struct ferry_run *run = op->item->run;
    struct ferry_str text = run ? run->description : (struct ferry_str){NULL, 0};
    uint64_t room = QASE_DESCRIPTION - (op->marker.len < 1000 ? op->marker.len : 1000) - 2;
    struct buf whole;
    buf_init(&whole, 1 << 20);
    qase_put_description(&whole, qase_fitting(w, "description", text, room), op->marker);
    if (whole.len > 0) {
        json_member(&w->json, "description", buf_str(&whole));
    }
    buf_finish(&whole);
}

static void write_number(struct writer *w, const char *member, const char *option)
{
    int64_t n;
    if (qase_is_number(qase_option(w->call, option), &n)) {
        json_member_int(&w->json, member, n);
    }
}

static void write_tags(struct writer *w, const struct ferry_run *run)
{
    struct ferry_str rest = qase_option(w->call, "tags"), tag;
    json_key(&w->json, "tags");
    json_open(&w->json, '[');
    while (!str_empty(rest) && str_split(&rest, '\n', &tag)) {
        json_put(&w->json, qase_fitting(w, "tags", tag, QASE_TITLE));
    }
    for (uint32_t i = 0; run && i < run->n_tags; i++) {
        json_put(&w->json, qase_fitting(w, "tags", run->tags[i], QASE_TITLE));
    }
    json_close(&w->json, ']');
}

/* The cases of the run that are known by now; results bring the others. */
static void write_cases(struct writer *w, const struct ferry_item *item)
{
    int64_t id;
    json_key(&w->json, "cases");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < item->n_refs; i++) {
        if (item->refs[i]->role == FERRY_CASE && qase_is_number(item->refs[i]->id, &id)) {
            json_put_int(&w->json, id);
        }
    }
    json_close(&w->json, ']');
}

/* The server refuses results from before the run began. */
static void write_start(struct writer *w, const struct ferry_run *run)
{
    char text[20];
    if (run && run->has & FERRY_RUN_HAS_START) {
        qase_time_text(run->start_ms - QASE_EARLIER_S * 1000, text);
        json_member(&w->json, "start_time", ferry_cstr(text));
    }
}

int32_t qase_write_run(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_run *run = op->item->run;
    struct ferry_str title = str_trim(run ? run->title : op->item->name);
    title = title.len ? title : str_trim(op->item->name);
    if (title.len == 0) {
        return ferry_fail(err, FERRY_E_INPUT, "title", "a run without a title");
    }
    json_open(&w->json, '{');
    qase_member(w, "title", title, QASE_TITLE);
    write_description(w, op);
    json_key(&w->json, "is_autotest");
    json_put_bool(&w->json, 1);
    write_cases(w, op->item);
    write_start(w, run);
    write_tags(w, run);
    qase_member(w, "environment_slug", qase_option(w->call, "environment"), QASE_TITLE);
    write_number(w, "milestone_id", "milestone");
    write_number(w, "plan_id", "plan");
    json_close(&w->json, '}');
    return FERRY_OK;
}

int32_t qase_write_run_change(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    (void)err;
    json_open(&w->json, '{');
    write_description(w, op);
    json_close(&w->json, '}');
    return FERRY_OK;
}
