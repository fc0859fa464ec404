/* SPDX-License-Identifier: MIT */
/* case_lists.c - cases read: one, and lists with the filters of the vendor, none of which is by a custom field. */
#include "mock.h"
#include "words.h"

#include <text.h>

static const char columns[] = "id, title, suite, milestone, body, created_ms, updated_ms";

/* A text of the body; null where it has none. */
static void put_text(struct json_out *j, const char *name, const struct cJSON *body)
{
    json_key(j, name);
    json_put(j, json_str(json_get(body, name)));
}

static void put_number(struct json_out *j, const char *name, const struct cJSON *body,
                       int64_t fallback)
{
    int64_t n = fallback;
    json_int(json_get(body, name), &n);
    json_member_int(j, name, n);
}

static int32_t put_steps(struct http *h, const struct cJSON *steps)
{
    struct json_out *j = &h->json;
    int32_t rc = FERRY_OK;
    json_key(j, "steps");
    json_open(j, '[');
    json_each (step, steps) {
        json_open(j, '{');
        put_text(j, "action", step);
        put_text(j, "expected_result", step);
        put_text(j, "data", step);
        rc = rc ? rc : mock_files_put(h, json_get(step, "attachments"));
        rc = rc ? rc : put_steps(h, json_get(step, "steps"));
        json_close(j, '}');
    }
    json_close(j, ']');
    return rc;
}

/* Two members have taken the place of one, and win where both are there. */
static void put_automation(struct json_out *j, const struct cJSON *body)
{
    int64_t number = 0;
    json_int(json_get(body, "automation"), &number);
    int manual = json_bool(json_get(body, "isManual"), number != 2);
    int planned = json_bool(json_get(body, "isToBeAutomated"), number == 1);
    json_member_int(j, "automation", !manual ? 2 : planned ? 1 : 0);
    json_key(j, "isManual");
    json_put_bool(j, manual);
    json_key(j, "isToBeAutomated");
    json_put_bool(j, manual && planned);
}

static void put_tags(struct json_out *j, const struct cJSON *tags)
{
    int64_t n = 1;
    json_key(j, "tags");
    json_open(j, '[');
    json_each (tag, tags) {
        json_open(j, '{');
        json_member(j, "title", json_str(tag));
        json_member_int(j, "internal_id", n++);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_body(struct http *h, const struct cJSON *body)
{
    struct json_out *j = &h->json;
    put_text(j, "description", body);
    put_text(j, "preconditions", body);
    put_text(j, "postconditions", body);
    put_number(j, "severity", body, 0);
    put_number(j, "priority", body, 0);
    put_number(j, "type", body, 1);
    put_number(j, "layer", body, 0);
    put_number(j, "is_flaky", body, 0);
    put_number(j, "behavior", body, 1);
    put_automation(j, body);
    put_number(j, "status", body, 0);
    put_text(j, "steps_type", body);
    json_key(j, "parameters");
    json_put_raw(j, FERRY_LIT("[]"));
    put_tags(j, json_get(body, "tags"));
}

static int32_t case_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    struct json_doc body = {NULL};
    (void)n;
    int32_t rc = json_parse(&body, row[4].s, JSON_STRICT, NULL, h->err);
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member_int(j, "position", row[0].i);
    json_member(j, "title", row[1].s);
    mock_put(h, "suite_id", &row[2]);
    mock_put(h, "milestone_id", &row[3]);
    put_body(h, body.root);
    rc = rc ? rc : mock_files_put(h, json_get(body.root, "attachments"));
    rc = rc ? rc : put_steps(h, json_get(body.root, "steps"));
    rc = rc ? rc : mock_values_put(h, MOCK_CASE, row[0].i);
    json_member_int(j, "author_id", 1);
    mock_put_time(h, "created_at", &row[5]);
    mock_put_time(h, "updated_at", &row[6]);
    json_close(j, '}');
    json_finish(&body);
    return rc;
}

/* A slug, or several with commas between, of a member that is a number. */
static void filter_words(struct http *h, struct page *p, const char *name, int64_t absent)
{
    struct ferry_str rest = mock_query(h, name), part;
    const struct words *words = mock_words_of(name);
    int64_t n = 0;
    const char *between = "";
    if (!rest.ptr || !words) {
        return;
    }
    buf_printf(&p->where, " AND coalesce(json_extract(body, '$.%s'), %lld) IN (", name,
               (long long)absent);
    while (str_split(&rest, ',', &part)) {
        if (!mock_word_number(words, part, &n)) {
            mock_fault(h, ferry_cstr(name), "The %s is \"%.*s\", which is none of its values.",
                       name, STR_ARG(utf8_cut(part, 60)));
        }
        buf_printf(&p->where, "%s%lld", between, (long long)n);
        between = ", ";
    }
    buf_puts(&p->where, ")");
}

int32_t mock_cases_list(struct http *h)
{
    struct page p;
    page_begin(&p, columns, "test_case WHERE project = ? AND shown_ms <= ?", "id", case_row);
    p.tallied = "test_case";
    page_arg(&p, ferry_int(h->project));
    page_arg(&p, ferry_int(h->now_ms));
    page_filter_part(h, &p, "search", "title");
    page_filter_int(h, &p, "milestone_id", "milestone = ?");
    page_filter_int(h, &p, "suite_id", "suite = ?");
    filter_words(h, &p, "severity", 0);
    filter_words(h, &p, "priority", 0);
    filter_words(h, &p, "type", 1);
    filter_words(h, &p, "behavior", 1);
    filter_words(h, &p, "automation", 0);
    filter_words(h, &p, "status", 0);
    return page_answer(h, &p);
}

int32_t mock_case_get(struct http *h)
{
    int64_t id = 0;
    struct ferry_str sql =
        arena_printf(&h->arena, "SELECT %s FROM test_case WHERE project = ? AND id = ?", columns);
    int32_t rc = mock_int(h, 0, &id,
                          "SELECT id FROM test_case WHERE project = ? AND id = ? AND shown_ms <= ?",
                          "iii", h->project, h->id, h->now_ms);
    if (rc || !sql.ptr) {
        return rc;
    }
    if (!id) {
        return mock_refuse(h, 404, "Test case %lld is not found.", (long long)h->id);
    }
    mock_begin(h, 200);
    rc = mock_rows(h, case_row, h, sql.ptr, "ii", h->project, h->id);
    mock_end(h);
    return rc;
}
