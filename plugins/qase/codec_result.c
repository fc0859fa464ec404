/* SPDX-License-Identifier: MIT */
/*
 * codec_result.c - a result as Qase wants it, in both interfaces. One bad item makes the server refuse its whole request, so what it
 * would not take is corrected here, and said.
 */
#include "codec.h"

#include <stdlib.h>
#include <text.h>

enum { COMMENT_MAX = 65536 };

/* --- status ---------------------------------------------------------------------------------------- */

static int is_slug(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) {
            return 0;
        }
    }
    return s.len > 0 && s.len <= 64;
}

/* What a workspace calls its own goes by its slug; what is no status of Qase never becomes "failed". */
static int32_t write_status(struct writer *w, const struct ferry_result *r, struct ferry_error *err)
{
    static const char *const slugs[] = {
        [FERRY_PASSED] = "passed",   [FERRY_FAILED] = "failed",   [FERRY_ERRORED] = "invalid",
        [FERRY_SKIPPED] = "skipped", [FERRY_NOT_RUN] = "skipped", [FERRY_BLOCKED] = "blocked"};
    if (r->status >= FERRY_PASSED && r->status <= FERRY_BLOCKED) {
        json_member(&w->json, "status", ferry_cstr(slugs[r->status]));
        return FERRY_OK;
    }
    if (!is_slug(r->status_text)) {
        return ferry_fail(err, FERRY_E_INPUT, "status",
                          "its status \"%.*s\" is none that Qase has; map it",
                          STR_ARG(utf8_cut(r->status_text, 60)));
    }
    json_member(&w->json, "status", r->status_text);
    return FERRY_OK;
}

/* Steps have fewer statuses. */
static struct ferry_str step_status(uint32_t status)
{
    return status == FERRY_PASSED                              ? FERRY_LIT("passed")
           : status == FERRY_FAILED || status == FERRY_ERRORED ? FERRY_LIT("failed")
           : status == FERRY_BLOCKED                           ? FERRY_LIT("blocked")
                                                               : FERRY_LIT("skipped");
}

/* --- times ------------------------------------------------------------------------------------------- */

static int64_t duration_ms(const struct ferry_result *r)
{
    return r->has & FERRY_RESULT_HAS_DURATION && r->duration_us >= 0 ? (r->duration_us + 500) / 1000
                                                                     : -1;
}

/* When the run began, where we made it: its outcome said so. */
static int run_start(const struct ferry_item *item, int64_t *ms)
{
    const struct ferry_ref *run = ferry_ref_of(item, FERRY_RUN);
    return run && str_int64(ferry_get(run->extra, run->n_extra, FERRY_LIT("start_ms")), ms);
}

/* A start outside the run's window would be refused, with all that is in the request; without one the server takes the duration alone. */
static void write_start(struct writer *w, const struct ferry_op *op)
{
    const struct ferry_item *item = op->item;
    const struct ferry_result *r = item->result;
    int64_t begun = 0;
    char text[40];
    if (!(r->has & FERRY_RESULT_HAS_START) || !run_start(item, &begun)) {
        return;
    }
    if (op->edition > 0) { /* the server has refused it: codec_error.c */
        qase_note(w, FERRY_NOTE_CORRECTED, "start_time", "outside the run's, so it is left out");
        return;
    }
    if (r->start_ms < begun) {
        qase_note(w, FERRY_NOTE_CORRECTED, "start_time", "before the run's own, so it is left out");
        return;
    }
    snprintf(text, sizeof text, "%lld.%03d", (long long)(r->start_ms / 1000),
             (int)(r->start_ms % 1000));
    json_key(&w->json, "start_time");
    json_put_raw(&w->json, ferry_cstr(text));
}

/* --- parts -------------------------------------------------------------------------------------------- */

static void write_attachments(struct writer *w, const struct ferry_item *item,
                              const struct ferry_attachment *const *list, uint32_t n)
{
    json_key(&w->json, "attachments");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        const struct ferry_attachment *a = list[i];
        const struct ferry_ref *ref =
            a->blob ? ferry_ref_named(item, FERRY_ATTACHMENT, a->blob->digest) : NULL;
        if (ref && ref->id.len > 0) {
            json_put(&w->json, ref->id);
        } else {
            char text[300];
            snprintf(text, sizeof text, "\"%.*s\" was not uploaded",
                     STR_ARG(utf8_cut(a->name, 200)));
            qase_note(w, FERRY_NOTE_SKIPPED, "attachments", text);
        }
    }
    json_close(&w->json, ']');
}

/* Names and values must be texts that are not blank; official reporters write "empty". */
static void write_params(struct writer *w, const char *member, const struct ferry_result *r)
{
    json_key(&w->json, member);
    json_open(&w->json, '{');
    for (uint32_t i = 0; i < r->n_parameters; i++) {
        struct ferry_str name = str_trim(r->parameters[i].key), value = r->parameters[i].value;
        if (name.len == 0) {
            qase_note(w, FERRY_NOTE_SKIPPED, "params", "a parameter without a name is left out");
            continue;
        }
        if (str_trim(value).len == 0) {
            qase_note(w, FERRY_NOTE_CORRECTED, "params", "a blank value is written as \"empty\"");
            value = FERRY_LIT("empty");
        }
        json_key_str(&w->json, name);
        json_put(&w->json, qase_fitting(w, "params", value, QASE_TITLE));
    }
    json_close(&w->json, '}');
}

/* The trace of the worst failure, and of all where there are several. */
static void write_stack(struct writer *w, const struct ferry_result *r)
{
    struct buf text;
    if (r->n_failures < 2) {
        if (r->details_blob) {
            qase_note(w, FERRY_NOTE_SKIPPED, "stacktrace", "over 1 MiB");
        }
        qase_member(w, "stacktrace", r->details, QASE_TEXT);
        return;
    }
    buf_init(&text, 64 << 20);
    for (uint32_t i = 0; i < r->n_failures; i++) {
        const struct ferry_failure *f = r->failures[i];
        buf_puts(&text, i ? "\n\n" : "");
        buf_put(&text, f->message);
        buf_puts(&text, f->message.len && f->details.len ? "\n" : "");
        buf_put(&text, f->details);
    }
    qase_member(w, "stacktrace", buf_str(&text), QASE_TEXT);
    buf_finish(&text);
}

static void note_what_has_no_place(struct writer *w, const struct ferry_result *r)
{
    if (r->out.len > 0 || r->out_blob || r->err.len > 0 || r->err_blob) {
        qase_note(w, FERRY_NOTE_SKIPPED, "output", "Qase has no place for a test's output");
    }
}

/* --- steps --------------------------------------------------------------------------------------------- */

static void write_steps(struct writer *w, const struct ferry_item *item,
                        const struct ferry_step *const *steps, uint32_t n, unsigned level);

static void write_step(struct writer *w, const struct ferry_item *item, const struct ferry_step *s,
                       unsigned level)
{
    json_open(&w->json, '{');
    json_key(&w->json, "data");
    json_open(&w->json, '{');
    qase_member(w, "action", s->action.len ? s->action : FERRY_LIT("-"), QASE_TEXT);
    qase_member(w, "expected_result", s->expected, QASE_TEXT);
    qase_member(w, "input_data", s->data, QASE_TEXT);
    json_close(&w->json, '}');
    json_key(&w->json, "execution");
    json_open(&w->json, '{');
    json_member(&w->json, "status", step_status(s->status));
    if (s->duration_us > 0) {
        json_member_int(&w->json, "duration", (s->duration_us + 500) / 1000);
    }
    qase_member(w, "comment", s->comment, QASE_TEXT);
    if (s->n_attachments > 0) {
        write_attachments(w, item, s->attachments, s->n_attachments);
    }
    json_close(&w->json, '}');
    write_steps(w, item, s->steps, s->n_steps, level + 1);
    json_close(&w->json, '}');
}

static void write_steps(struct writer *w, const struct ferry_item *item,
                        const struct ferry_step *const *steps, uint32_t n, unsigned level)
{
    if (n == 0) {
        return;
    }
    if (level > QASE_STEP_LEVELS) {
        qase_note(w, FERRY_NOTE_SKIPPED, "steps", "steps in steps, too deep, are left out");
        return;
    }
    json_key(&w->json, "steps");
    json_open(&w->json, '[');
    for (uint32_t i = 0; i < n; i++) {
        write_step(w, item, steps[i], level);
    }
    json_close(&w->json, ']');
}

/* --- the result ------------------------------------------------------------------------------------------ */

static int32_t check(const struct ferry_op *op, struct ferry_str *case_id, struct ferry_error *err)
{
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_CASE);
    *case_id = ref ? ref->id : (struct ferry_str){NULL, 0};
    if (!op->item->result) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the operation's item is not a result");
    }
    if (op->wire_id.len != 36) {
        return ferry_fail(err, FERRY_E_BUG, "wire_id", "the operation has no wire id");
    }
    if (case_id->len > 0 && !qase_is_number(*case_id, NULL)) {
        return ferry_fail(err, FERRY_E_INPUT, "case", "\"%.*s\" is not the id of a case here",
                          STR_ARG(utf8_cut(*case_id, 60)));
    }
    return FERRY_OK;
}

static struct ferry_str title_of(const struct ferry_item *item)
{
    struct ferry_str names[] = {item->result->name, item->name, item->result->class_name,
                                item->key};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_trim(names[i]).len > 0) {
            return str_trim(names[i]);
        }
    }
    return FERRY_LIT("(no name)");
}

static int32_t write_execution(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    const struct ferry_result *r = op->item->result;
    json_key(&w->json, "execution");
    json_open(&w->json, '{');
    int32_t rc = write_status(w, r, err);
    if (rc) {
        return rc;
    }
    write_start(w, op);
    if (duration_ms(r) >= 0) {
        json_member_int(&w->json, "duration", duration_ms(r));
    }
    write_stack(w, r);
    json_close(&w->json, '}');
    return FERRY_OK;
}

static void write_suite(struct writer *w, struct ferry_str title)
{
    json_open(&w->json, '{');
    json_member(&w->json, "title", qase_fitting(w, "suite", title, QASE_TITLE));
    json_close(&w->json, '}');
}

/* The suites that a case made by the server goes into, the outermost first. */
static void write_relations(struct writer *w, const struct ferry_result *r)
{
    struct ferry_str rest = r->suite, part, last = {NULL, 0};
    struct ferry_str root = str_trim(qase_option(w->call, "root_suite"));
    json_key(&w->json, "relations");
    json_open(&w->json, '{');
    json_key(&w->json, "suite");
    json_open(&w->json, '{');
    json_key(&w->json, "data");
    json_open(&w->json, '[');
    if (root.len > 0) {
        write_suite(w, root);
    }
    for (int more = !str_empty(r->suite); more && str_split(&rest, '\t', &part);) {
        if (str_trim(part).len > 0) {
            write_suite(w, part);
            last = part;
        }
    }
    if (!str_empty(r->class_name) && !ferry_eq(r->class_name, last)) {
        write_suite(w, r->class_name);
    }
    json_close(&w->json, ']');
    json_close(&w->json, '}');
    json_close(&w->json, '}');
}

static void write_fields(struct writer *w, const struct ferry_result *r)
{
    struct buf tags;
    buf_init(&tags, COMMENT_MAX);
    json_key(&w->json, "fields");
    json_open(&w->json, '{');
    for (uint32_t i = 0; i < r->n_fields; i++) {
        if (str_trim(r->fields[i].key).len > 0) {
            json_key_str(&w->json, r->fields[i].key);
            json_put(&w->json, qase_fitting(w, "fields", r->fields[i].value, QASE_TEXT));
        }
    }
    for (uint32_t i = 0; i < r->n_tags; i++) {
        buf_puts(&tags, i ? "," : "");
        buf_put(&tags, r->tags[i]);
    }
    if (tags.len > 0) {
        json_member(&w->json, "tags", qase_fitting(w, "tags", buf_str(&tags), QASE_TEXT));
    }
    json_close(&w->json, '}');
    buf_finish(&tags);
}

int32_t qase_write_result(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    struct ferry_str case_id;
    struct buf signature;
    int64_t number = 0;
    int32_t rc = check(op, &case_id, err);
    if (rc) {
        return rc;
    }
    const struct ferry_result *r = op->item->result;
    json_open(&w->json, '{');
    json_member(&w->json, "id", op->wire_id);
    json_member(&w->json, "title", qase_fitting(w, "title", title_of(op->item), QASE_TITLE));
    buf_init(&signature, 1 << 20);
    qase_put_signature(&signature, w->call, op, case_id);
    qase_member(w, "signature", buf_str(&signature), QASE_TEXT);
    buf_finish(&signature);
    if (qase_is_number(case_id, &number)) {
        json_key(&w->json, "testops_ids");
        json_open(&w->json, '[');
        json_put_int(&w->json, number);
        json_close(&w->json, ']');
    }
    rc = write_execution(w, op, err);
    if (rc) {
        return rc;
    }
    qase_member(w, "message", r->message, QASE_TEXT);
    write_params(w, "params", r);
    write_relations(w, r);
    write_fields(w, r);
    write_attachments(w, op->item, r->attachments, r->n_attachments);
    write_steps(w, op->item, r->steps, r->n_steps, 1);
    json_key(&w->json, "defect");
    json_put_bool(&w->json, str_is(qase_option(w->call, "defect"), "true") &&
                                (r->status == FERRY_FAILED || r->status == FERRY_ERRORED));
    json_close(&w->json, '}');
    note_what_has_no_place(w, r);
    return FERRY_OK;
}

/* --- the older interface ------------------------------------------------------------------------------------- */

/* Without ids, the last line of the comment is what a result is known by. */
static void write_comment(struct writer *w, const struct ferry_op *op)
{
    struct buf text;
    buf_init(&text, 64 << 20);
    struct ferry_str message = qase_fitting(w, "comment", op->item->result->message, COMMENT_MAX);
    buf_put(&text, message);
    buf_puts(&text, message.len ? "\n\n" : "");
    buf_puts(&text, "ferry:");
    buf_put(&text, op->wire_id);
    json_member(&w->json, "comment", buf_str(&text));
    buf_finish(&text);
}

static void write_case_v1(struct writer *w, const struct ferry_item *item)
{
    struct buf suite;
    buf_init(&suite, 1 << 20);
    json_key(&w->json, "case");
    json_open(&w->json, '{');
    json_member(&w->json, "title", qase_fitting(w, "title", title_of(item), QASE_TITLE));
    struct ferry_str root = str_trim(qase_option(w->call, "root_suite"));
    buf_put(&suite, root);
    buf_puts(&suite, root.len && !str_empty(item->result->suite) ? "\t" : "");
    buf_put(&suite, item->result->suite);
    if (suite.len > 0) {
        json_member(&w->json, "suite_title", buf_str(&suite));
    }
    json_close(&w->json, '}');
    buf_finish(&suite);
}

int32_t qase_write_result_v1(struct writer *w, const struct ferry_op *op, struct ferry_error *err)
{
    struct ferry_str case_id;
    int64_t number = 0;
    int32_t rc = check(op, &case_id, err);
    if (rc) {
        return rc;
    }
    const struct ferry_result *r = op->item->result;
    json_open(&w->json, '{');
    if (qase_is_number(case_id, &number)) {
        json_member_int(&w->json, "case_id", number);
    } else {
        write_case_v1(w, op->item);
    }
    rc = write_status(w, r, err);
    if (rc) {
        return rc;
    }
    if (duration_ms(r) >= 0) {
        json_member_int(&w->json, "time_ms", duration_ms(r));
    }
    write_comment(w, op);
    write_stack(w, r);
    write_params(w, "param", r);
    write_attachments(w, op->item, r->attachments, r->n_attachments);
    json_close(&w->json, '}');
    if (r->n_steps > 0) {
        qase_note(w, FERRY_NOTE_SKIPPED, "steps", "steps are written by api v2 alone");
    }
    note_what_has_no_place(w, r);
    return FERRY_OK;
}
