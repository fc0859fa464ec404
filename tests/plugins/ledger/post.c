/* SPDX-License-Identifier: MIT */
/*
 * post.c - what changes the ledger. A batch is checked as a whole before anything of it is written, and refused without a word
 * about which of it was wrong. Nothing here knows a thing by its mark: the same batch twice is two of everything.
 */
#include "service.h"

enum member_type { TEXT, NUMBER, TEXTS };

/* What an object may have. */
struct member {
    const char *name;
    enum member_type type;
    int required;
    int64_t max; /* bytes of a text, entries of a list, or the largest number */
};

static const struct member case_members[] = {
    {"title", TEXT, 1, LEDGER_TITLE},
    {"description", TEXT, 0, LEDGER_TEXT},
    {"key", TEXT, 0, LEDGER_KEY},
    {"signature", TEXT, 0, LEDGER_TEXT},
    {NULL, TEXT, 0, 0},
};
static const struct member run_members[] = {
    {"title", TEXT, 1, LEDGER_TITLE},
    {"description", TEXT, 0, LEDGER_TEXT},
    {NULL, TEXT, 0, 0},
};
static const struct member result_members[] = {
    {"title", TEXT, 1, LEDGER_TITLE},
    {"case_id", NUMBER, 0, INT64_MAX},
    {"status", TEXT, 1, 32},
    {"time_ms", NUMBER, 0, INT64_MAX},
    {"start_ms", NUMBER, 0, INT64_MAX},
    {"comment", TEXT, 0, LEDGER_TEXT},
    {"stacktrace", TEXT, 0, LEDGER_TEXT},
    {"attachments", TEXTS, 0, 100},
    {NULL, TEXT, 0, 0},
};
static const struct member complete_members[] = {
    {"description", TEXT, 0, LEDGER_TEXT},
    {NULL, TEXT, 0, 0},
};

/* --- checking --------------------------------------------------------------------- */

static int is_value(const struct cJSON *v, const struct member *m)
{
    int64_t number;
    switch (m->type) {
    case NUMBER:
        return json_int(v, &number) && !json_str(v).ptr && number >= 0 && number <= m->max;
    case TEXTS:
        if (!json_is_array(v) || json_count(v) > m->max) {
            return 0;
        }
        json_each (entry, v) {
            if (str_empty(json_str(entry))) {
                return 0;
            }
        }
        return 1;
    default:
        return json_str(v).ptr && json_str(v).len <= (uint64_t)m->max &&
               (!m->required || json_str(v).len > 0);
    }
}

/* 1 where it is an object of these members and no others. */
static int is_shaped(const struct cJSON *v, const struct member *members)
{
    if (!json_is_object(v)) {
        return 0;
    }
    for (const struct member *m = members; m->name; m++) {
        if (m->required && !json_has(v, m->name)) {
            return 0;
        }
    }
    json_each (child, v) {
        const struct member *m = members;
        while (m->name && !str_is(json_name(child), m->name)) {
            m++;
        }
        if (!m->name || !is_value(child, m)) {
            return 0;
        }
    }
    return 1;
}

static int is_poison(const struct cJSON *v)
{
    struct ferry_str title = json_str(json_get(v, "title"));
    return title.len &&
           memmem(title.ptr, (size_t)title.len, LEDGER_POISON, strlen(LEDGER_POISON)) != NULL;
}

/* Parses the body; *ok is 0 where a refusal has been answered. */
static int32_t read_body(struct ledger_request *r, struct json_doc *doc, int *ok)
{
    struct ferry_error fault = {.size = sizeof fault};
    int32_t rc;
    *ok = 0;
    doc->root = NULL;
    if (r->message->blob || r->message->body.len > LEDGER_BODY) {
        return ledger_refuse(r, 413, "more than %d bytes", LEDGER_BODY);
    }
    if (r->n_query > 0) {
        return ledger_refuse(r, 400, "no parameters here");
    }
    rc = json_parse(doc, r->message->body, JSON_STRICT, NULL, &fault);
    if (rc == FERRY_E_NO_MEMORY) {
        return ferry_fail(r->err, rc, NULL, "out of memory");
    }
    if (rc) {
        return ledger_refuse(r, 400, "%s", fault.message);
    }
    *ok = 1;
    return FERRY_OK;
}

/* {"<name>": [...]} of 1 to `most` well-shaped things. NULL where a refusal has been answered; *rc says how that went. */
static const struct cJSON *read_batch(struct ledger_request *r, const struct json_doc *doc,
                                      const char *name, const struct member *members, uint32_t most,
                                      int32_t *rc)
{
    const struct cJSON *list = json_get(doc->root, name);
    if (!json_is_object(doc->root) || json_count(doc->root) != 1 || !json_is_array(list) ||
        json_count(list) == 0 || json_count(list) > most) {
        *rc = ledger_refuse(r, 400, "the body is not {\"%s\": [1 to %u of them]}", name, most);
        return NULL;
    }
    json_each (v, list) {
        if (!is_shaped(v, members) || is_poison(v)) {
            *rc = ledger_refuse(r, 422, "the batch was not taken");
            return NULL;
        }
    }
    return list;
}

/* --- writing ------------------------------------------------------------------------ */

/* What a thing is counted by: its mark, else what it is called. */
static struct ferry_str counted_by(struct ferry_str marked, struct ferry_str otherwise)
{
    struct ferry_str mark;
    ledger_unmark(marked, &mark);
    return str_empty(mark) ? otherwise : mark;
}

static struct ferry_value text_of(const struct cJSON *v, const char *name)
{
    return ferry_text(json_str(json_get(v, name)));
}

static struct ferry_value number_of(const struct cJSON *v, const char *name)
{
    int64_t number;
    return json_int(json_get(v, name), &number) ? ferry_int(number)
                                                : ferry_text((struct ferry_str){NULL, 0});
}

static int32_t next_id(struct ledger_request *r, const char *sql, int64_t *id)
{
    return ledger_sql(r, sql, NULL, 0, 1, id);
}

static int32_t reply_ids(struct ledger_request *r, uint32_t status, int64_t first, uint32_t n)
{
    struct buf b;
    struct json_out j;
    int32_t rc;
    buf_init(&b, 4096);
    j = json_to(&b);
    json_open(&j, '{');
    json_key(&j, "ids");
    json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_put_int(&j, first + i);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    rc = b.failed ? b.failed : ledger_reply(r, status, buf_str(&b));
    buf_finish(&b);
    return rc;
}

static int32_t insert_case(struct ledger_request *r, int64_t id, const struct cJSON *v)
{
    struct ferry_str key = json_str(json_get(v, "key"));
    const struct ferry_value args[] = {ferry_int(id),       ferry_text(r->project),
                                       text_of(v, "title"), text_of(v, "description"),
                                       text_of(v, "key"),   text_of(v, "signature")};
    int32_t rc = ledger_sql(r,
                            "INSERT INTO cases (id, project, title, description, key, signature)"
                            " VALUES (?, ?, ?, ?, ?, ?)",
                            args, 6, 0, NULL);
    return rc ? rc
              : ledger_applied(r, "case",
                               str_empty(key) ? counted_by(json_str(json_get(v, "description")),
                                                           json_str(json_get(v, "title")))
                                              : key);
}

int32_t ledger_post_cases(struct ledger_request *r)
{
    struct json_doc doc;
    const struct cJSON *list = NULL;
    int64_t first = 0, id;
    int ok;
    int32_t rc = read_body(r, &doc, &ok);
    if (!rc && ok) {
        list = read_batch(r, &doc, "cases", case_members, LEDGER_CASES, &rc);
    }
    if (list) {
        rc = next_id(r, "SELECT coalesce(max(id), 0) + 1 FROM cases", &first);
        id = first;
        json_each (v, rc ? NULL : list) {
            rc = insert_case(r, id++, v);
            if (rc) {
                break;
            }
        }
        rc = rc ? rc : reply_ids(r, 201, first, json_count(list));
    }
    json_finish(&doc);
    return rc;
}

int32_t ledger_post_run(struct ledger_request *r)
{
    struct json_doc doc;
    int64_t id = 0;
    int ok;
    int32_t rc = read_body(r, &doc, &ok);
    if (!rc && ok && !is_shaped(doc.root, run_members)) {
        rc = ledger_refuse(r, 422, "the run was not taken");
    } else if (!rc && ok) {
        rc = next_id(r, "SELECT coalesce(max(id), 0) + 1 FROM runs", &id);
        if (!rc) {
            const struct ferry_value args[] = {ferry_int(id), ferry_text(r->project),
                                               text_of(doc.root, "title"),
                                               text_of(doc.root, "description")};
            rc = ledger_sql(r,
                            "INSERT INTO runs (id, project, title, description, complete)"
                            " VALUES (?, ?, ?, ?, 0)",
                            args, 4, 0, NULL);
        }
        rc = rc ? rc
                : ledger_applied(r, "run",
                                 counted_by(json_str(json_get(doc.root, "description")),
                                            json_str(json_get(doc.root, "title"))));
        rc = rc ? rc : reply_ids(r, 201, id, 1);
    }
    json_finish(&doc);
    return rc;
}

/* --- results -------------------------------------------------------------------------- */

/* -1: no such run; else whether it is complete. */
static int32_t run_state(struct ledger_request *r, int64_t run, int64_t *state)
{
    const struct ferry_value args[] = {ferry_int(run), ferry_text(r->project)};
    return ledger_sql(r, "SELECT complete FROM runs WHERE id = ? AND project = ?", args, 2, -1,
                      state);
}

/* *ok is 0 where its status, its case or an attachment is not known here. */
static int32_t check_result(struct ledger_request *r, const struct cJSON *v, int *ok)
{
    struct ferry_value args[] = {number_of(v, "case_id"), ferry_text(r->project)};
    int64_t there = 1;
    int32_t rc = FERRY_OK;
    *ok = ledger_status_of(json_str(json_get(v, "status"))) != 0;
    if (*ok && json_has(v, "case_id")) {
        rc = ledger_sql(r, "SELECT 1 FROM cases WHERE id = ? AND project = ?", args, 2, 0, &there);
        *ok = there == 1;
    }
    json_each (file, json_get(v, "attachments")) {
        int64_t id;
        if (rc || !*ok) {
            break;
        }
        if (!str_int64(json_str(file), &id)) {
            *ok = 0;
            break;
        }
        args[0] = ferry_int(id);
        rc = ledger_sql(r, "SELECT 1 FROM attachments WHERE id = ? AND project = ?", args, 2, 0,
                        &there);
        *ok = there == 1;
    }
    return rc;
}

static int32_t insert_result(struct ledger_request *r, int64_t id, int64_t run,
                             const struct cJSON *v)
{
    const struct ferry_value args[] = {ferry_int(id),           ferry_text(r->project),
                                       ferry_int(run),          number_of(v, "case_id"),
                                       text_of(v, "title"),     text_of(v, "status"),
                                       number_of(v, "time_ms"), number_of(v, "start_ms"),
                                       text_of(v, "comment"),   text_of(v, "stacktrace")};
    int32_t rc = ledger_sql(r,
                            "INSERT INTO results (id, project, run_id, case_id, title, status,"
                            " time_ms, start_ms, comment, stacktrace)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            args, 10, 0, NULL);
    json_each (file, json_get(v, "attachments")) {
        int64_t number = 0;
        struct ferry_value used[2];
        if (rc) {
            break;
        }
        str_int64(json_str(file), &number);
        used[0] = ferry_int(id);
        used[1] = ferry_int(number);
        rc = ledger_sql(r, "UPDATE attachments SET result_id = ? WHERE id = ?", used, 2, 0, NULL);
    }
    return rc ? rc
              : ledger_applied(
                    r, "result",
                    counted_by(json_str(json_get(v, "comment")), json_str(json_get(v, "title"))));
}

/* Checks all, then writes all. */
static int32_t take_results(struct ledger_request *r, int64_t run, const struct cJSON *list)
{
    int64_t first, id;
    int32_t rc;
    int ok = 1;
    json_each (v, list) {
        rc = check_result(r, v, &ok);
        if (rc || !ok) {
            return rc ? rc : ledger_refuse(r, 422, "the batch was not taken");
        }
    }
    rc = next_id(r, "SELECT coalesce(max(id), 0) + 1 FROM results", &first);
    id = first;
    json_each (v, rc ? NULL : list) {
        rc = insert_result(r, id++, run, v);
        if (rc) {
            break;
        }
    }
    return rc ? rc : reply_ids(r, 201, first, json_count(list));
}

int32_t ledger_post_results(struct ledger_request *r, int64_t run)
{
    struct json_doc doc;
    const struct cJSON *list = NULL;
    int64_t state = -1;
    int ok;
    int32_t rc = read_body(r, &doc, &ok);
    if (!rc && ok) {
        rc = run_state(r, run, &state);
    }
    if (!rc && ok && state != 0) {
        rc = state < 0 ? ledger_refuse(r, 404, "no run %lld", (long long)run)
                       : ledger_refuse(r, 409, "run %lld is complete", (long long)run);
    } else if (!rc && ok) {
        list = read_batch(r, &doc, "results", result_members, LEDGER_RESULTS, &rc);
        rc = list ? take_results(r, run, list) : rc;
    }
    json_finish(&doc);
    return rc;
}

int32_t ledger_post_complete(struct ledger_request *r, int64_t run)
{
    struct json_doc doc;
    char name[24];
    int64_t state = -1;
    int ok;
    int32_t rc = read_body(r, &doc, &ok);
    if (!rc && ok) {
        rc = run_state(r, run, &state);
    }
    if (rc || !ok) {
        json_finish(&doc);
        return rc;
    }
    if (!is_shaped(doc.root, complete_members)) {
        rc = ledger_refuse(r, 422, "the run was not completed");
    } else if (state < 0) {
        rc = ledger_refuse(r, 404, "no run %lld", (long long)run);
    } else if (state == 1) {
        rc = ledger_refuse(r, 400, "run %lld is complete already", (long long)run);
    } else {
        snprintf(name, sizeof name, "%lld", (long long)run);
        const struct ferry_value args[] = {text_of(doc.root, "description"), ferry_int(run)};
        rc = ledger_sql(r,
                        "UPDATE runs SET complete = 1, description = coalesce(?, description)"
                        " WHERE id = ?",
                        args, 2, 0, NULL);
        rc = rc ? rc : ledger_applied(r, "complete", ferry_cstr(name));
        rc = rc ? rc : reply_ids(r, 200, run, 1);
    }
    json_finish(&doc);
    return rc;
}

/* --- attachments ------------------------------------------------------------------------ */

int32_t ledger_post_attachment(struct ledger_request *r)
{
    struct ferry_str name = ferry_get(r->query, r->n_query, FERRY_LIT("name"));
    struct ferry_str mime =
        ferry_get(r->message->headers, r->message->n_headers, FERRY_LIT("content-type"));
    uint64_t size = r->message->blob ? r->message->blob->bytes : r->message->body.len;
    char digest[72];
    int64_t id = 0;
    int32_t rc;
    if (r->n_query != 1 || str_empty(name) || name.len > LEDGER_TITLE) {
        return ledger_refuse(r, 400, "an attachment wants a name of 1 to %d bytes", LEDGER_TITLE);
    }
    if (size > LEDGER_FILE) {
        return ledger_refuse(r, 413, "more than %d bytes", LEDGER_FILE);
    }
    rc = r->blobs->keep(r->blobs->self, r->message, 0, 0, digest, r->err);
    if (!rc) {
        rc = next_id(r, "SELECT coalesce(max(id), 0) + 1 FROM attachments", &id);
    }
    if (!rc) {
        const struct ferry_value args[] = {
            ferry_int(id), ferry_text(r->project), ferry_text(name), ferry_text(ferry_cstr(digest)),
            ferry_text(str_empty(mime) ? FERRY_LIT("application/octet-stream") : mime)};
        rc = ledger_sql(r,
                        "INSERT INTO attachments (id, project, name, digest, mime)"
                        " VALUES (?, ?, ?, ?, ?)",
                        args, 5, 0, NULL);
    }
    rc = rc ? rc : ledger_applied(r, "attachment", name);
    return rc ? rc : reply_ids(r, 201, id, 1);
}
