/* SPDX-License-Identifier: MIT */
/*
 * field_values.c - the values of custom fields on cases and runs: "custom_field":{"<id>":"<text>"} when written, "custom_fields":[{"id","value"}] when
 * read. A field must be one of the thing's kind and be switched on in the project, its value of its type, and required ones be there.
 */
#include "mock.h"

#include <stdlib.h>
#include <string.h>
#include <text.h>

enum { NUMBER = 0, STRING, TEXT_, SELECTBOX, CHECKBOX, RADIO, MULTISELECT, URL, USER, DATETIME };

/* Of the fields of `entity` that the project has. */
#define FIELDS_HERE                                                                                \
    "entity = ? AND (everywhere = 1 OR EXISTS (SELECT 1 FROM field_project p"                      \
    " WHERE p.field_id = field.id AND p.code = ?))"

struct field {
    struct http *h;
    const struct cJSON *values;
    const char *prefix;
    int64_t type;
    struct ferry_str title, choices;
    int there;
};

static int32_t take_field(void *data, const struct ferry_value *row, uint32_t n)
{
    struct field *f = data;
    (void)n;
    f->there = 1;
    f->type = row[0].i;
    f->title = arena_str(&f->h->arena, row[1].s);
    f->choices =
        row[2].type == FERRY_TEXT ? arena_str(&f->h->arena, row[2].s) : (struct ferry_str){NULL, 0};
    return FERRY_OK;
}

/* --- values -------------------------------------------------------------------------------------------------- */

static int is_choice(struct ferry_str choices, struct ferry_str value)
{
    struct json_doc doc = {NULL};
    int64_t want = 0, id = 0;
    int found = 0;
    if (str_int64(value, &want) && json_parse(&doc, choices, JSON_STRICT, NULL, NULL) == FERRY_OK) {
        json_each (choice, doc.root) {
            found |= json_int(json_get(choice, "id"), &id) && id == want;
        }
    }
    json_finish(&doc);
    return found;
}

static int are_choices(struct ferry_str choices, struct ferry_str values)
{
    struct ferry_str one;
    while (str_split(&values, ',', &one)) {
        if (!is_choice(choices, one)) {
            return 0;
        }
    }
    return 1;
}

static int is_number(struct ferry_str s)
{
    char text[64], *end;
    if (s.len == 0 || s.len >= sizeof text) {
        return 0;
    }
    snprintf(text, sizeof text, "%.*s", STR_ARG(s));
    for (const char *p = text; *p; p++) {
        if (!strchr("+-.0123456789eE", *p)) {
            return 0;
        }
    }
    strtod(text, &end);
    return *end == '\0';
}

/* What is wrong with a value that is not empty, or NULL. */
static const char *misfit(const struct field *f, struct ferry_str value)
{
    int64_t n;
    switch (f->type) {
    case NUMBER:
        return is_number(value) ? NULL : "must be a number";
    case STRING:
        return form_characters(value) <= MOCK_TITLE ? NULL
                                                    : "must not be longer than 255 characters";
    case SELECTBOX:
    case RADIO:
        return is_choice(f->choices, value) ? NULL : "is not the id of one of its options";
    case CHECKBOX:
        return str_is(value, "1") ? NULL : "must be \"1\" or empty";
    case MULTISELECT:
        return are_choices(f->choices, value) ? NULL
                                              : "are not ids of its options with commas between";
    case URL:
        return str_starts(value, "http://") || str_starts(value, "https://") ? NULL
                                                                             : "must be a URL";
    case USER:
        return str_int64(value, &n) && n > 0 ? NULL : "must be the number of a member";
    case DATETIME:
        return value.len >= 10 && value.ptr[4] == '-' && value.ptr[7] == '-' ? NULL
                                                                             : "must be a date";
    default:
        return NULL;
    }
}

static int32_t check_one(struct http *h, enum mock_entity entity, const struct cJSON *v,
                         const char *prefix)
{
    struct field f = {.h = h};
    struct ferry_str value = json_str(v), name = utf8_cut(json_name(v), 40);
    struct ferry_str field = arena_printf(&h->arena, "%scustom_field.%.*s", prefix, STR_ARG(name));
    int64_t id = 0;
    const char *why;
    str_int64(name, &id);
    int32_t rc = mock_rows(h, take_field, &f,
                           "SELECT type, title, choices FROM field WHERE id = ? AND " FIELDS_HERE,
                           "iis", id, (int64_t)entity, h->code);
    if (rc) {
        return rc;
    }
    if (!f.there) {
        mock_fault(h, field, "Custom field \"%.*s\" is not one of this project.", STR_ARG(name));
    } else if (value.len > 0 && (why = misfit(&f, value)) != NULL) {
        mock_fault(h, field, "Custom field \"%.*s\" %s.", STR_ARG(f.title), why);
    }
    return FERRY_OK;
}

/* A required field without a default. */
static int32_t check_required(void *data, const struct ferry_value *row, uint32_t n)
{
    struct field *f = data;
    char name[24];
    (void)n;
    snprintf(name, sizeof name, "%lld", (long long)row[0].i);
    if (str_trim(json_str(json_get(f->values, name))).len == 0) {
        struct ferry_str field = arena_printf(&f->h->arena, "%scustom_field.%s", f->prefix, name);
        mock_fault(f->h, field, "Custom field \"%.*s\" is required.",
                   STR_ARG(utf8_cut(row[1].s, 100)));
    }
    return FERRY_OK;
}

int32_t mock_values_check(struct http *h, enum mock_entity entity, const struct cJSON *values,
                          int all, const char *prefix)
{
    struct field f = {.h = h, .values = values, .prefix = prefix};
    int32_t rc = FERRY_OK;
    json_each (v, values) {
        rc = rc ? rc : check_one(h, entity, v, prefix);
    }
    if (rc || !all) {
        return rc;
    }
    return mock_rows(h, check_required, &f,
                     "SELECT id, title FROM field WHERE required = 1"
                     " AND coalesce(default_value, '') = '' AND " FIELDS_HERE,
                     "is", (int64_t)entity, h->code);
}

int32_t mock_values_store(struct http *h, enum mock_entity entity, int64_t thing,
                          const struct cJSON *values)
{
    int32_t rc = FERRY_OK;
    int64_t id = 0;
    json_each (v, values) {
        str_int64(json_name(v), &id);
        rc = rc ? rc
                : mock_run(h,
                           "DELETE FROM field_value WHERE project = ? AND entity = ? AND thing = ?"
                           " AND field_id = ?",
                           "iiii", h->project, (int64_t)entity, thing, id);
        if (rc == FERRY_OK && json_str(v).len > 0) {
            rc = mock_run(h,
                          "INSERT INTO field_value (project, entity, thing, field_id, value)"
                          " VALUES (?, ?, ?, ?, ?)",
                          "iiiis", h->project, (int64_t)entity, thing, id, json_str(v));
        }
    }
    return rc;
}

static int32_t value_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "value", row[1].s);
    json_close(j, '}');
    return FERRY_OK;
}

int32_t mock_values_put(struct http *h, enum mock_entity entity, int64_t thing)
{
    json_key(&h->json, "custom_fields");
    json_open(&h->json, '[');
    int32_t rc = mock_rows(h, value_row, h,
                           "SELECT field_id, value FROM field_value WHERE project = ?"
                           " AND entity = ? AND thing = ? ORDER BY field_id",
                           "iii", h->project, (int64_t)entity, thing);
    json_close(&h->json, ']');
    return rc;
}
