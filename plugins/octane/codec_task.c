/* SPDX-License-Identifier: MIT */
/*
 * codec_task.c - what becomes of a payload: it is queued, and a task reads it some time later. A task that has ended in a warning has left something out; its log
 * says what, and is asked for before anything is settled. Tokens: "1103", and "1103 log".
 */
#include "codec.h"

#include <text.h>

enum { SOON_MS = 1, MOST_LOG = 4 << 20 };

struct token {
    struct ferry_str task;
    int log; /* it has ended in a warning, and its log is to be read */
};

static int read_token(struct ferry_str text, struct token *out)
{
    struct ferry_str stage = text;
    out->log = str_split(&stage, ' ', &out->task) && stage.ptr;
    return octane_is_id(out->task) && (!out->log || str_is(stage, "log"));
}

static int32_t tell_all(uint32_t n, const struct ferry_outcome *outcome,
                        const struct ferry_reply *reply)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = reply->outcome(reply->self, i, outcome);
    }
    return rc;
}

static int32_t tell_later(uint32_t n, const struct token *t, const struct ferry_reply *reply)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s%s", STR_ARG(str_sub(t->task, 0, 20)), t->log ? " log" : "");
    const struct ferry_outcome outcome = {.size = sizeof outcome,
                                          .code = FERRY_ACCEPTED,
                                          .token = ferry_cstr(text),
                                          .retry_ms = t->log ? SOON_MS : 0};
    return tell_all(n, &outcome, reply);
}

/* {"status":"queued","id":1103} */
int32_t octane_decode_accepted(const struct ferry_op *const *ops, uint32_t n,
                               const struct ferry_message *answer, const struct ferry_reply *reply,
                               struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    char digits[24];
    (void)ops;
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    struct token t = {.task = json_id(json_get(doc.root, "id"), digits)};
    if (rc || !octane_is_id(t.task)) {
        rc = octane_not_understood(err, rc ? why.message : "no id of a task");
    } else {
        rc = tell_later(n, &t, reply);
    }
    json_finish(&doc);
    return rc;
}

int32_t octane_ask_task(struct buf *target, const struct ferry_call *call, struct ferry_str token,
                        struct ferry_error *err)
{
    struct token t;
    if (!read_token(token, &t)) {
        return ferry_fail(err, FERRY_E_STATE, "token", "\"%.*s\" is not a task of Octane",
                          STR_ARG(utf8_cut(token, 60)));
    }
    int32_t rc = octane_put_path(target, call, "/test-results/", err);
    buf_put(target, t.task);
    buf_puts(target, t.log ? "/log" : "");
    return rc;
}

/* --- a warning ------------------------------------------------------------------------------------------- */

/* Does a line of the log speak of this result? By its name, as a whole word or in quotes. */
static int speaks_of(struct ferry_str line, struct ferry_str name)
{
    for (uint64_t at = 0; name.len && at + name.len <= line.len; at++) {
        char before = at ? line.ptr[at - 1] : ' ';
        char after = at + name.len < line.len ? line.ptr[at + name.len] : ' ';
        int whole = (before == ' ' || before == '"' || before == '\'' || before == '[') &&
                    (after == ' ' || after == '"' || after == '\'' || after == ']' ||
                     after == ':' || after == ',' || after == '.');
        if (whole && ferry_eq(str_sub(line, at, name.len), name)) {
            return 1;
        }
    }
    return 0;
}

static int contains(struct ferry_str text, const char *word)
{
    for (uint64_t at = 0; at < text.len; at++) {
        if (str_starts(str_sub(text, at, text.len), word)) {
            return 1;
        }
    }
    return 0;
}

/* The line that speaks of this one; absent where none does. */
static struct ferry_str line_about(struct ferry_str log, struct ferry_str name)
{
    struct ferry_str line;
    while (!str_empty(log) && str_split(&log, '\n', &line)) {
        if (speaks_of(line, name) && !contains(line, "fromOlderPush")) {
            return str_trim(line);
        }
    }
    return (struct ferry_str){NULL, 0};
}

static int32_t warn(const struct ferry_reply *reply, uint32_t index, struct ferry_str text)
{
    const struct ferry_note note = {.size = sizeof note,
                                    .kind = FERRY_NOTE_WARNING,
                                    .field = FERRY_LIT("task"),
                                    .text = utf8_cut(text, 1000)};
    return reply->note(reply->self, index, &note);
}

/*
 * With skip-errors a result that the log names arrived without what its line speaks of; without it, it was left out. (Whether all of them are there is looked at
 * again, by the audit.) Where the log names none the whole of it is told.
 */
static int32_t tell_partial(const struct ferry_call *call, const struct ferry_ask *ask,
                            struct ferry_str log, const struct ferry_reply *reply)
{
    int left_out = str_is(octane_option(call, "skip_errors"), "false");
    int32_t rc = FERRY_OK;
    uint32_t named = 0;
    for (uint32_t i = 0; i < ask->n_ops && rc == FERRY_OK; i++) {
        const struct ferry_item *item = ask->ops[i]->item;
        struct ferry_str name =
            item && item->result ? item->result->name : (struct ferry_str){NULL, 0};
        struct ferry_str why = line_about(log, name.len || !item ? name : item->name);
        int refused = why.len > 0 && left_out;
        const struct ferry_outcome outcome = {.size = sizeof outcome,
                                              .code = refused ? FERRY_REJECTED : FERRY_DONE,
                                              .text = refused ? why : (struct ferry_str){NULL, 0}};
        named += why.len > 0;
        rc = reply->outcome(reply->self, i, &outcome);
        rc = rc || refused ? rc : octane_follow_with_link(call, ask, i, reply);
        rc = rc || refused || !why.len ? rc : warn(reply, i, why);
    }
    return rc || named ? rc : warn(reply, 0, log.len ? log : FERRY_LIT("a warning without a word"));
}

/* --- the end ------------------------------------------------------------------------------------------------ */

static int32_t tell_failed(const struct ferry_ask *ask, const struct cJSON *root,
                           const struct ferry_reply *reply)
{
    struct ferry_str why = json_str(json_get(root, "errorDetails"));
    const struct ferry_outcome outcome = {
        .size = sizeof outcome,
        .code = FERRY_REJECTED,
        .text = why.len ? why : FERRY_LIT("the task failed, and does not say why"),
    };
    return tell_all(ask->n_ops, &outcome, reply);
}

static int32_t tell_done(const struct ferry_call *call, const struct ferry_ask *ask,
                         const struct ferry_reply *reply)
{
    const struct ferry_outcome done = {.size = sizeof done, .code = FERRY_DONE};
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < ask->n_ops && rc == FERRY_OK; i++) {
        rc = reply->outcome(reply->self, i, &done);
        rc = rc ? rc : octane_follow_with_link(call, ask, i, reply);
    }
    return rc;
}

static int32_t answer_state(const struct ferry_call *call, const struct ferry_ask *ask,
                            struct token *t, const struct cJSON *root,
                            const struct ferry_reply *reply, struct ferry_error *err)
{
    struct ferry_str status = json_str(json_get(root, "status"));
    if (str_is(status, "queued") || str_is(status, "running")) {
        return tell_later(ask->n_ops, t, reply);
    }
    if (str_is(status, "success")) {
        return tell_done(call, ask, reply);
    }
    if (str_is(status, "fromOlderPush")) { /* newer results of these tests are there already */
        int32_t rc = tell_done(call, ask, reply);
        return rc ? rc : warn(reply, 0, FERRY_LIT("taken as results of an older push"));
    }
    if (str_is(status, "warning")) {
        struct ferry_str details = json_str(json_get(root, "errorDetails"));
        int32_t rc = details.len ? warn(reply, 0, details) : FERRY_OK;
        t->log = 1;
        return rc ? rc : tell_later(ask->n_ops, t, reply);
    }
    return status.len ? tell_failed(ask, root, reply)
                      : octane_not_understood(err, "a task without a status");
}

/* The log is text, or JSON that holds it. */
static int32_t answer_log(const struct ferry_call *call, const struct ferry_ask *ask,
                          struct ferry_str body, const struct ferry_reply *reply)
{
    struct json_doc doc = {NULL};
    struct ferry_str text = body;
    if (json_parse(&doc, body, 0, NULL, NULL) == FERRY_OK) {
        struct ferry_str inside = json_str(json_get(doc.root, "log"));
        text = inside.len ? inside : text;
    }
    int32_t rc = tell_partial(call, ask, str_sub(text, 0, MOST_LOG), reply);
    json_finish(&doc);
    return rc;
}

/* A server that keeps no log has said all there is. A task that is gone may never have been read: the same payload tells. */
static int32_t tell_gone(const struct ferry_ask *ask, const struct token *t,
                         const struct ferry_reply *reply)
{
    const struct ferry_str gone = FERRY_LIT("its task is not known any more");
    const struct ferry_outcome outcome = {.size = sizeof outcome,
                                          .code = t->log ? FERRY_DONE : FERRY_DOUBT,
                                          .text = t->log ? (struct ferry_str){NULL, 0} : gone};
    return tell_all(ask->n_ops, &outcome, reply);
}

int32_t octane_answer_task(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    struct token t;
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    if (!read_token(ask->token, &t)) {
        return ferry_fail(err, FERRY_E_STATE, "token", "\"%.*s\" is not a task of Octane",
                          STR_ARG(utf8_cut(ask->token, 60)));
    }
    if (!octane_is_success(answer)) {
        return answer->status == 404 ? tell_gone(ask, &t, reply) : FERRY_OK;
    }
    if (t.log) {
        return answer_log(call, ask, answer->body, reply);
    }
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    rc = rc ? octane_not_understood(err, why.message)
            : answer_state(call, ask, &t, doc.root, reply, err);
    json_finish(&doc);
    return rc;
}
