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

/*
 * A name that the run bears (a mirror's source called it so), as what it means in this project: asked for before the run is made, and left out with a word where it
 * means nothing here.
 */
static int32_t known_name(struct writer *w, const struct ferry_kv *field, struct ferry_str *value)
{
    char scratch[300], word[32], said[400];
    int is_list = str_is(field->key, "configuration");
    snprintf(word, sizeof word, "%.*s", STR_ARG(utf8_cut(field->key, 30)));
    struct ferry_str fact =
        is_list ? FERRY_LIT("configurations") : qase_fact_name(word, field->value, scratch);
    *value = ferry_get(w->call->facts, w->call->n_facts, fact);
    if (!value->ptr) {
        w->out->need(w->out->self, fact);
        return FERRY_E_NEED;
    }
    *value = is_list ? qase_configuration(w->call, field->value, 0) : *value;
    if (value->len == 0) {
        snprintf(said, sizeof said, "\"%.*s\" is not known in %.*s",
                 STR_ARG(utf8_cut(field->value, 255)), STR_ARG(utf8_cut(w->call->project, 60)));
        qase_note(w, FERRY_NOTE_SKIPPED, word, said);
    }
    return FERRY_OK;
}

/* What the configuration names wins over what the run itself bears. */
static int32_t write_surroundings(struct writer *w, const struct ferry_run *run)
{
    struct ferry_str slug = qase_option(w->call, "environment"), value;
    int64_t milestone = 0, id;
    uint32_t n = 0;
    int32_t rc = FERRY_OK;
    struct buf list; /* of configurations */
    qase_is_number(qase_option(w->call, "milestone"), &milestone);
    buf_init(&list, 1 << 16);
    for (uint32_t i = 0; run && i < run->n_fields && rc == FERRY_OK; i++) {
        const struct ferry_kv *f = &run->fields[i];
        if (str_is(f->key, "environment") && slug.len == 0) {
            rc = known_name(w, f, &value);
            slug = rc ? slug : value;
        } else if (str_is(f->key, "milestone") && milestone == 0) {
            rc = known_name(w, f, &value);
            (void)(rc || qase_is_number(value, &milestone));
        } else if (str_is(f->key, "configuration")) {
            rc = known_name(w, f, &value);
            if (rc == FERRY_OK && qase_is_number(value, &id)) {
                buf_printf(&list, "%s%lld", n++ ? "," : "", (long long)id);
            }
        }
    }
    qase_member(w, "environment_slug", slug.len ? slug : (struct ferry_str){NULL, 0}, QASE_TITLE);
    if (milestone) {
        json_member_int(&w->json, "milestone_id", milestone);
    }
    if (n) {
        json_key(&w->json, "configurations");
        json_open(&w->json, '[');
        json_put_raw(&w->json, buf_str(&list));
        json_close(&w->json, ']');
    }
    buf_finish(&list);
    return rc;
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
    int32_t rc = write_surroundings(w, run);
    write_number(w, "plan_id", "plan");
    json_close(&w->json, '}');
    return rc;
}

int32_t qase_write_run_change(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    (void)err;
    json_open(&w->json, '{');
    write_description(w, op);
    json_close(&w->json, '}');
    return FERRY_OK;
}
