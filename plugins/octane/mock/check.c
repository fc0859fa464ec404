/* SPDX-License-Identifier: MIT */
/* check.c - one object of a request against the fields of its kind: stricter than the vendor, which may take some of what is refused here. */
#include "entity.h"

#include <calendar.h>
#include <text.h>

struct check {
    struct http *h;
    const struct kind *kind;
    struct problem *p;
    int32_t rc; /* the service itself failed */
};

#define WRONG(c, field, code, ...) alm_problem((c)->p, 400, code, field, __VA_ARGS__)

/* --- values ----------------------------------------------------------------------------------------------- */

/* As a server in Java counts: UTF-16 units. */
static uint64_t units(struct ferry_str s)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        n += (c & 0xc0) != 0x80;
        n += c >= 0xf0;
    }
    return n;
}

static int check_text(struct check *c, const struct field *f, const char *name,
                      const struct cJSON *v)
{
    struct ferry_str s = json_str(v);
    if (!s.ptr) {
        return WRONG(c, name, "platform.illegal_field_value", "The field %s takes a text, not %s.",
                     name, json_type(v));
    }
    if (f->max > 0 && units(s) > f->max) {
        return WRONG(c, name, "platform.illegal_field_value",
                     "The field %s has up to %u UTF-16 units; it has %llu.", name, f->max,
                     (unsigned long long)units(s));
    }
    if (f->flags & FIELD_NEEDED && str_trim(s).len == 0) {
        return WRONG(c, name, "platform.required_field", "The field %s must not be blank.", name);
    }
    return 1;
}

/* "2026-11-20T10:18:33Z", with or without fractions of the second. */
static int is_time(struct ferry_str s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    int n[6] = {0}, at = 0;
    if (s.len < sizeof form || s.len > 30 || s.ptr[s.len - 1] != 'Z') {
        return 0;
    }
    for (size_t i = 0; i < sizeof form - 1; i++) {
        at += form[i] != 'd';
        if (form[i] == 'd' ? s.ptr[i] < '0' || s.ptr[i] > '9' : s.ptr[i] != form[i]) {
            return 0;
        }
        n[at] = form[i] == 'd' ? n[at] * 10 + (s.ptr[i] - '0') : n[at];
    }
    for (size_t i = sizeof form - 1; i + 1 < s.len; i++) {
        if (i == sizeof form - 1 ? s.ptr[i] != '.' : s.ptr[i] < '0' || s.ptr[i] > '9') {
            return 0;
        }
    }
    return n[1] >= 1 && n[1] <= 12 && n[2] >= 1 && n[2] <= calendar_month_days(n[0], n[1]) &&
           n[3] <= 23 && n[4] <= 59 && n[5] <= 59;
}

/* A module of the application is an area of the product: either may be said for the other. */
static int target_fits(const struct field *f, struct ferry_str type)
{
    struct ferry_str stored = alm_type_stored(type);
    return alm_type_among(f->target, type) || alm_type_among(f->target, stored) ||
           (str_is(stored, "product_area") &&
            alm_type_among(f->target, FERRY_LIT("application_module")));
}

/* An item of another list is as wrong as a thing that is not there. */
static int is_of_list(const struct field *f, struct ferry_str id)
{
    size_t n = strlen(f->target);
    return !str_starts(ferry_cstr(f->target), "list_node.") ||
           (str_starts(id, f->target) && id.len > n && id.ptr[n] == '.');
}

static int check_ref(struct check *c, const struct field *f, const char *name,
                     const struct cJSON *v)
{
    char scratch[24];
    struct ferry_str type = json_str(json_get(v, "type")), id = json_id(json_get(v, "id"), scratch);
    int64_t there = 0;
    if (!json_is_object(v) || !type.ptr || id.len == 0 || json_count(v) != 2) {
        return WRONG(c, name, "platform.illegal_field_value",
                     "The field %s takes {\"type\",\"id\"}, and nothing else in it.", name);
    }
    if (!target_fits(f, type) || !is_of_list(f, id)) {
        return WRONG(c, name, "platform.illegal_field_value",
                     "The field %s refers to %s, not to %.*s %.*s.", name, f->target,
                     STR_ARG(utf8_cut(type, 40)), STR_ARG(utf8_cut(id, 60)));
    }
    c->rc = alm_int(c->h, 0, &there, "SELECT 1 FROM entity WHERE id = ? AND type = ?", "ss", id,
                    alm_type_stored(type));
    return there ? 1
                 : alm_problem(c->p, 404, "platform.entity_not_found", name,
                               "The field %s: there is no %.*s with the id %.*s.", name,
                               STR_ARG(utf8_cut(type, 40)), STR_ARG(utf8_cut(id, 60)));
}

static int check_refs(struct check *c, const struct field *f, const char *name,
                      const struct cJSON *v)
{
    const struct cJSON *data = json_get(v, "data");
    if (!json_is_array(data) || json_count(v) != 1) {
        return WRONG(c, name, "platform.illegal_field_value",
                     "The field %s takes {\"data\":[...]}.", name);
    }
    json_each (one, data) {
        if (!check_ref(c, f, name, one)) {
            return 0;
        }
    }
    return 1;
}

static int check_plain(struct check *c, const struct field *f, const char *name,
                       const struct cJSON *v)
{
    int64_t n;
    const char *wanted = f->type == FIELD_LONG   ? "a whole number"
                         : f->type == FIELD_BOOL ? "true or false"
                                                 : "a time such as 2026-11-20T10:18:33Z";
    int ok = f->type == FIELD_LONG   ? !json_str(v).ptr && json_int(v, &n)
             : f->type == FIELD_BOOL ? json_bool(v, 0) == json_bool(v, 1)
                                     : is_time(json_str(v));
    return ok ? 1
              : WRONG(c, name, "platform.illegal_field_value", "The field %s takes %s, not %s.",
                      name, wanted, json_type(v));
}

static int check_value(struct check *c, const struct field *f, const char *name,
                       const struct cJSON *v)
{
    if (!(f->flags & FIELD_WRITE)) {
        return WRONG(c, name, "platform.read_only_field", "The field %s cannot be written.", name);
    }
    if (json_is_null(v)) {
        return f->flags & FIELD_NEEDED
                   ? WRONG(c, name, "platform.required_field", "The field %s is required.", name)
                   : 1;
    }
    switch (f->type) {
    case FIELD_STRING:
    case FIELD_MEMO:
        return check_text(c, f, name, v);
    case FIELD_REF:
        return check_ref(c, f, name, v);
    case FIELD_REFS:
        return check_refs(c, f, name, v);
    default:
        return check_plain(c, f, name, v);
    }
}

/* --- objects ------------------------------------------------------------------------------------------------ */

static int is_twice(const struct cJSON *object, const struct cJSON *member)
{
    json_each (other, object) {
        if (other == member) {
            return 0;
        }
        if (ferry_eq(json_name(other), json_name(member))) {
            return 1;
        }
    }
    return 0;
}

static int check_members(struct check *c, const struct cJSON *v)
{
    json_each (member, v) {
        char name[64];
        struct ferry_str key = json_name(member);
        snprintf(name, sizeof name, "%.*s", STR_ARG(utf8_cut(key, 60)));
        const struct field *f = alm_field(c->h, c->kind, key);
        if (is_twice(v, member)) {
            return WRONG(c, name, "platform.illegal_field_value", "The field %s is there twice.",
                         name);
        }
        if (str_is(key, "id") || str_is(key, "type")) {
            continue;
        }
        if (!f) {
            return WRONG(c, name, "platform.unknown_field", "The field \"%s\" is none of %s.", name,
                         c->kind->type);
        }
        if (f->stored && json_get(v, f->stored)) {
            return WRONG(c, name, "platform.illegal_field_value",
                         "The fields %s and %s are the same: say one of them.", name, f->stored);
        }
        if (!check_value(c, f, name, member) || c->rc) {
            return 0;
        }
    }
    return 1;
}

/* No two items of a list are spelt alike: that is what they are known by. */
static int check_item(struct check *c, const struct cJSON *v)
{
    char name[400];
    int64_t there = 0;
    if (strcmp(c->kind->type, "list_node") != 0) {
        return 1;
    }
    if (!json_has(v, "list_root")) {
        return WRONG(c, "list_root", "platform.required_field", "The field list_root is required.");
    }
    alm_item_id(name, sizeof name, v);
    c->rc = alm_int(c->h, 0, &there, "SELECT 1 FROM entity WHERE id = ?", "s", ferry_cstr(name));
    return there ? alm_problem(c->p, 409, "platform.duplicate_entity_error", "name",
                               "The list has this item.")
                 : 1;
}

static int check_needed(struct check *c, const struct cJSON *v)
{
    alm_each_field (f, c->kind) {
        if (f->flags & FIELD_NEEDED && !json_has(v, f->name)) {
            return WRONG(c, f->name, "platform.required_field", "The field %s is required.",
                         f->name);
        }
    }
    return 1;
}

/* `id` is the server's to give; `type` may be said, and then rightly. */
static int check_head(struct check *c, const struct cJSON *v, int is_new)
{
    const struct cJSON *type = json_get(v, "type");
    char scratch[24];
    if (!json_is_object(v)) {
        return WRONG(c, NULL, "platform.malformed_body", "An entity is an object, not %s.",
                     json_type(v));
    }
    if (type && !str_is(json_str(type), c->kind->type)) {
        return WRONG(c, "type", "platform.illegal_field_value", "The type here is %s.",
                     c->kind->type);
    }
    if (is_new && json_get(v, "id")) {
        return WRONG(c, "id", "platform.read_only_field", "The id of a new entity is not yours.");
    }
    if (!is_new && json_id(json_get(v, "id"), scratch).len == 0) {
        return WRONG(c, "id", "platform.required_field", "The id is required.");
    }
    return 1;
}

int32_t alm_check(struct http *h, const struct kind *k, const struct cJSON *v, int is_new,
                  struct problem *p, int *ok)
{
    struct check c = {.h = h, .kind = k, .p = p};
    char scratch[24];
    int64_t there = 0;
    *ok = check_head(&c, v, is_new);
    if (*ok && !is_new) {
        struct ferry_str id = json_id(json_get(v, "id"), scratch);
        c.rc = alm_int(h, 0, &there, "SELECT 1 FROM entity WHERE id = ? AND type = ?", "ss", id,
                       ferry_cstr(k->rows));
        *ok = there ? 1
                    : alm_problem(p, 404, "platform.entity_not_found", "id",
                                  "There is no %s with the id %.*s.", k->type,
                                  STR_ARG(utf8_cut(id, 60)));
    }
    *ok = *ok && check_members(&c, v) && (!is_new || (check_needed(&c, v) && check_item(&c, v)));
    return c.rc;
}
