/* SPDX-License-Identifier: MIT */
/* fields.c - custom fields, which belong to the workspace and are switched on in projects. Two may have one title. */
#include "mock.h"

#include <string.h>
#include <text.h>

static const char *const entities[] = {"case", "run", "defect"};
static const char *const types[] = {"number", "string",      "text", "selectbox", "checkbox",
                                    "radio",  "multiselect", "url",  "user",      "datetime"};
enum { SELECTBOX = 3, RADIO = 5, MULTISELECT = 6 };

/* --- reading --------------------------------------------------------------------------------------------- */

static const char columns[] =
    "id, title, entity, type, choices, placeholder, default_value, filterable, visible, required,"
    " everywhere, created_ms, updated_ms,"
    " (SELECT group_concat(code) FROM field_project p WHERE p.field_id = field.id)";

/* Choices: a text of JSON in v1, a list in v2. */
static void put_choices(struct http *h, const struct ferry_value *choices)
{
    struct json_doc doc = {NULL};
    struct json_out *j = &h->json;
    if (h->version == 1 || choices->type != FERRY_TEXT) {
        mock_put(h, "value", choices);
        return;
    }
    json_key(j, "value");
    json_open(j, '[');
    json_parse(&doc, choices->s, JSON_STRICT, NULL, NULL);
    json_each (choice, doc.root) {
        json_open(j, '{');
        json_key(j, "id");
        json_put_value(j, json_get(choice, "id"));
        json_member(j, "title", json_str(json_get(choice, "title")));
        json_close(j, '}');
    }
    json_finish(&doc);
    json_close(j, ']');
}

static void put_bool(struct json_out *j, const char *name, int64_t b)
{
    json_key(j, name);
    json_put_bool(j, b != 0);
}

static int32_t field_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    struct ferry_str rest = row[13].s, code;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "title", row[1].s);
    json_member(j, "entity", ferry_cstr(entities[row[2].i]));
    json_member(j, "type", ferry_cstr(types[row[3].i]));
    put_choices(h, &row[4]);
    mock_put(h, "placeholder", &row[5]);
    mock_put(h, "default_value", &row[6]);
    put_bool(j, "is_filterable", row[7].i);
    put_bool(j, "is_visible", row[8].i);
    put_bool(j, "is_required", row[9].i);
    put_bool(j, "is_enabled_for_all_projects", row[10].i);
    json_key(j, "projects_codes");
    json_open(j, '[');
    while (row[13].type == FERRY_TEXT && str_split(&rest, ',', &code)) {
        json_put(j, code);
    }
    json_close(j, ']');
    mock_put_time(h, "created_at", &row[11]);
    mock_put_time(h, "updated_at", &row[12]);
    json_close(j, '}');
    return FERRY_OK;
}

static void filter_word(struct http *h, struct page *p, const char *name, const char *const *words,
                        int64_t n, const char *condition)
{
    struct ferry_str value = mock_query(h, name);
    int64_t i = 0;
    if (!value.ptr) {
        return;
    }
    while (i < n && !str_is(value, words[i])) {
        i++;
    }
    if (i == n) {
        mock_fault(h, ferry_cstr(name), "The %s is \"%.*s\", which is none of its values.", name,
                   STR_ARG(utf8_cut(value, 60)));
    } else {
        page_where(p, condition, ferry_int(i));
    }
}

int32_t mock_fields_list(struct http *h)
{
    struct page p;
    page_begin(&p, columns, "field WHERE 1 = 1", "id", field_row);
    filter_word(h, &p, "entity", entities, sizeof entities / sizeof *entities, "entity = ?");
    filter_word(h, &p, "type", types, sizeof types / sizeof *types, "type = ?");
    return page_answer(h, &p);
}

static int32_t find_field(struct http *h)
{
    int64_t id = 0;
    int32_t rc = mock_int(h, 0, &id, "SELECT id FROM field WHERE id = ?", "i", h->id);
    if (rc == FERRY_OK && !id) {
        mock_refuse(h, 404, "Custom field %lld is not found.", (long long)h->id);
    }
    return rc;
}

int32_t mock_field_get(struct http *h)
{
    int32_t rc = find_field(h);
    struct ferry_str sql = arena_printf(&h->arena, "SELECT %s FROM field WHERE id = ?", columns);
    if (rc || h->status || !sql.ptr) {
        return rc;
    }
    mock_begin(h, 200);
    rc = mock_rows(h, field_row, h, sql.ptr, "i", h->id);
    mock_end(h);
    return rc;
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static int has_choices(int64_t type)
{
    return type == SELECTBOX || type == RADIO || type == MULTISELECT;
}

static int32_t check(struct http *h, int64_t type)
{
    const struct cJSON *choices = json_get(h->body, "value");
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    if (has_choices(type) && json_count(choices) == 0) {
        mock_fault(h, FERRY_LIT("value"), "The value field is required for type %s.", types[type]);
    } else if (!has_choices(type) && json_count(choices) > 0) {
        mock_fault(h, FERRY_LIT("value"), "The value field is not for type %s.", types[type]);
    }
    json_each (code, json_get(h->body, "projects_codes")) {
        int64_t id = 0;
        char field[40];
        snprintf(field, sizeof field, "projects_codes.%u", i++);
        rc = rc ? rc
                : mock_int(h, 0, &id, "SELECT id FROM project WHERE code = ?", "s", json_str(code));
        if (rc == FERRY_OK && !id) {
            mock_fault(h, ferry_cstr(field), "Project \"%.*s\" is not found.",
                       STR_ARG(json_str(code)));
        }
    }
    return rc;
}

/* [{"id","title"}], numbered from 1 where no number was given; absent where there are none. */
static struct ferry_str choices_text(struct http *h)
{
    struct buf text;
    int64_t next = 1, id;
    buf_init(&text, 1 << 20);
    struct json_out j = json_to(&text);
    json_open(&j, '[');
    json_each (choice, json_get(h->body, "value")) {
        id = next;
        json_int(json_get(choice, "id"), &id);
        next = id >= next ? id + 1 : next;
        json_open(&j, '{');
        json_member_int(&j, "id", id);
        json_member(&j, "title", json_str(json_get(choice, "title")));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    struct ferry_str out = json_count(json_get(h->body, "value"))
                               ? arena_str(&h->arena, buf_str(&text))
                               : (struct ferry_str){NULL, 0};
    buf_finish(&text);
    return out;
}

/* All of the record but its entity, type and birth: what is left out goes back to its default. */
static int32_t store(struct http *h, int64_t id)
{
    const struct cJSON *b = h->body;
    int32_t rc = mock_run(
        h,
        "UPDATE field SET title = ?, choices = ?, placeholder = ?, default_value = ?,"
        " filterable = ?, visible = ?, required = ?, everywhere = ?, updated_ms = ? WHERE id = ?",
        "ssssiiiiii", json_str(json_get(b, "title")), choices_text(h),
        json_str(json_get(b, "placeholder")), json_str(json_get(b, "default_value")),
        (int64_t)json_bool(json_get(b, "is_filterable"), 0),
        (int64_t)json_bool(json_get(b, "is_visible"), 0),
        (int64_t)json_bool(json_get(b, "is_required"), 0),
        (int64_t)json_bool(json_get(b, "is_enabled_for_all_projects"), 0), h->now_ms, id);
    rc = rc ? rc : mock_run(h, "DELETE FROM field_project WHERE field_id = ?", "i", id);
    json_each (code, json_get(b, "projects_codes")) {
        rc = rc ? rc
                : mock_run(h,
                           "INSERT INTO field_project (field_id, code) VALUES (?, ?) "
                           "ON CONFLICT (field_id, code) DO NOTHING",
                           "is", id, json_str(code));
    }
    return rc;
}

int32_t mock_field_post(struct http *h)
{
    int64_t entity = 0, type = 0, id = 0;
    json_int(json_get(h->body, "entity"), &entity);
    json_int(json_get(h->body, "type"), &type);
    int32_t rc = check(h, type);
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = mock_next(h, 0, "field", &id);
    rc =
        rc ? rc
           : mock_run(h,
                      "INSERT INTO field (id, title, entity, type, filterable, visible, required,"
                      " everywhere, created_ms, updated_ms) VALUES (?, '', ?, ?, 0, 0, 0, 0, ?, ?)",
                      "iiiii", id, entity, type, h->now_ms, h->now_ms);
    rc = rc ? rc : store(h, id);
    return rc ? rc : mock_answer_id(h, id);
}

int32_t mock_field_patch(struct http *h)
{
    int64_t type = 0;
    int32_t rc = find_field(h);
    if (rc || h->status) {
        return rc;
    }
    rc = mock_int(h, 0, &type, "SELECT type FROM field WHERE id = ?", "i", h->id);
    rc = rc ? rc : check(h, type);
    if (rc || mock_faulty(h, 422)) {
        return rc;
    }
    rc = store(h, h->id);
    return rc ? rc : mock_answer_true(h, 200);
}

int32_t mock_field_delete(struct http *h)
{
    int32_t rc = find_field(h);
    if (rc || h->status) {
        return rc;
    }
    rc = mock_run(h, "DELETE FROM field WHERE id = ?", "i", h->id);
    rc = rc ? rc : mock_run(h, "DELETE FROM field_project WHERE field_id = ?", "i", h->id);
    rc = rc ? rc : mock_run(h, "DELETE FROM field_value WHERE field_id = ?", "i", h->id);
    return rc ? rc : mock_answer_true(h, 200);
}
