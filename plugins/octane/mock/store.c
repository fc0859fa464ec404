/* SPDX-License-Identifier: MIT */
/* store.c - things written: a body is made of what is said and of what was there, field by field. */
#include "entity.h"

#include <calendar.h>
#include <text.h>

struct ferry_str alm_time(struct http *h, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    return arena_printf(&h->arena, "%.19sZ", text);
}

void alm_put_ref(struct json_out *j, const char *name, const char *type, struct ferry_str id)
{
    if (!id.ptr) {
        return;
    }
    if (name) {
        json_key(j, name);
    }
    json_open(j, '{');
    json_member(j, "type", ferry_cstr(type));
    json_member(j, "id", id);
    json_close(j, '}');
}

void alm_put_birth(struct http *h, struct json_out *j)
{
    struct ferry_str now = alm_time(h, h->now_ms);
    json_member(j, "creation_time", now);
    json_member(j, "last_modified", now);
    json_member_int(j, "version_stamp", 1);
}

struct ferry_str alm_test_key(struct http *h, struct ferry_str component, struct ferry_str package,
                              struct ferry_str class_name, struct ferry_str name)
{
    return arena_printf(&h->arena, "%llu %llu %llu %.*s%.*s%.*s%.*s",
                        (unsigned long long)component.len, (unsigned long long)package.len,
                        (unsigned long long)class_name.len, STR_ARG(component), STR_ARG(package),
                        STR_ARG(class_name), STR_ARG(name));
}

void alm_logical_name(char *out, size_t size, const char *root, struct ferry_str name)
{
    size_t n = (size_t)snprintf(out, size, "%s.", root);
    for (uint64_t i = 0; i < name.len && n + 1 < size; i++) {
        char c = name.ptr[i];
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == ' ' || c == '.' ? '_' : c;
    }
    out[n < size ? n : size - 1] = '\0';
}

/* --- values ---------------------------------------------------------------------------------------------- */

static void put_one_ref(struct json_out *j, const struct cJSON *v)
{
    char scratch[24];
    struct ferry_str type = alm_type_stored(json_str(json_get(v, "type")));
    json_open(j, '{');
    json_member(j, "type", type);
    json_member(j, "id", json_id(json_get(v, "id"), scratch));
    json_close(j, '}');
}

static int holds(const struct cJSON *list, const struct cJSON *v)
{
    char a[24], b[24];
    struct ferry_str id = json_id(json_get(v, "id"), a);
    json_each (one, list) {
        if (ferry_eq(json_id(json_get(one, "id"), b), id)) {
            return 1;
        }
    }
    return 0;
}

/* `old`: kept before them, each once; NULL: they take the place of all. */
static void put_refs(struct json_out *j, const struct cJSON *old, const struct cJSON *v)
{
    const struct cJSON *before = json_get(old, "data"), *data = json_get(v, "data");
    json_open(j, '{');
    json_key(j, "data");
    json_open(j, '[');
    json_each (one, before) {
        put_one_ref(j, one);
    }
    json_each (one, data) {
        if (!holds(before, one)) {
            put_one_ref(j, one);
        }
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_field(struct json_out *j, const struct field *f, const struct cJSON *old,
                      const struct cJSON *v, int append)
{
    if (!v || json_is_null(v)) {
        return;
    }
    json_key(j, alm_field_stored(f));
    if (f->type == FIELD_REFS) {
        put_refs(j, append ? old : NULL, v);
    } else if (f->type == FIELD_REF) {
        put_one_ref(j, v);
    } else {
        json_put_value(j, v);
    }
}

/* What is said of a field, under its name or under the other name of the same. */
static const struct cJSON *said_of(const struct http *h, const struct kind *k,
                                   const struct field *f, const struct cJSON *v)
{
    char name[160];
    if (f->flags & FIELD_JIRA) {
        snprintf(name, sizeof name, "%.*s", STR_ARG(alm_field_name(h, f)));
    }
    const struct cJSON *said = json_get(v, f->flags & FIELD_JIRA ? name : f->name);
    if (said || f->type != FIELD_REFS) { /* nothing else has two names */
        return said;
    }
    alm_each_field (other, k) {
        if (!said && other->stored && strcmp(other->stored, f->name) == 0) {
            said = json_get(v, other->name);
        }
    }
    return said;
}

/* What is the server's to say, or no field of what is stored. */
static int is_own(const char *name)
{
    static const char *const own[] = {"creation_time",     "last_modified", "version_stamp",
                                      "client_lock_stamp", "subtype",       NULL};
    size_t i = 0;
    while (own[i] && strcmp(own[i], name) != 0) {
        i++;
    }
    return own[i] != NULL;
}

static void put_new(struct http *h, const struct kind *k, struct json_out *j, const struct cJSON *v)
{
    json_each (member, v) {
        const struct field *f = alm_field(h, k, json_name(member));
        if (f && !is_own(f->name)) {
            put_field(j, f, NULL, member, 0);
        }
    }
}

static void put_changed(struct http *h, const struct kind *k, struct json_out *j,
                        const struct cJSON *old, const struct cJSON *v, int append)
{
    alm_each_field (f, k) {
        if (!f->stored && !is_own(f->name)) {
            const struct cJSON *was = json_get(old, f->name), *said = said_of(h, k, f, v);
            put_field(j, f, was, said ? said : was, said && append);
        }
    }
}

/* What is said, else what was. */
static const struct cJSON *last_word(const struct cJSON *v, const struct cJSON *old,
                                     const char *name)
{
    const struct cJSON *said = json_get(v, name);
    return said ? said : json_get(old, name);
}

static struct entity_columns columns_of(struct http *h, const struct kind *k, const struct cJSON *v,
                                        const struct cJSON *old)
{
    struct entity_columns out = {.key = {NULL, 0}};
    out.name = json_str(last_word(v, old, "name"));
    out.suite = json_str(json_get(last_word(v, old, "parent_suite"), "id"));
    out.test = json_str(json_get(last_word(v, old, "test"), "id"));
    out.mark = json_str(last_word(v, old, "external_test_id"));
    if (strcmp(k->type, "test_automated") == 0) {
        out.key = alm_test_key(h, json_str(last_word(v, old, "component")),
                               json_str(last_word(v, old, "package")),
                               json_str(last_word(v, old, "class_name")), out.name);
    }
    return out;
}

void alm_item_id(char *out, size_t size, const struct cJSON *v)
{
    char root[120];
    struct ferry_str list = json_str(json_get(json_get(v, "list_root"), "id"));
    snprintf(root, sizeof root, "%.*s", STR_ARG(list));
    alm_logical_name(out, size, root, json_str(json_get(v, "name")));
}

/* A number; of an item of a list its root and its name. */
static struct ferry_str id_of(struct http *h, const struct kind *k, int64_t num,
                              const struct cJSON *v)
{
    char name[400];
    if (strcmp(k->type, "list_node") != 0) {
        return arena_printf(&h->arena, "%lld", (long long)num);
    }
    alm_item_id(name, sizeof name, v);
    return arena_str(&h->arena, ferry_cstr(name));
}

/* --- new and changed --------------------------------------------------------------------------------------- */

static int32_t insert(struct http *h, const struct kind *k, int64_t num, struct ferry_str id,
                      const struct entity_columns *at, const struct buf *body)
{
    return body->failed
               ? body->failed
               : alm_run(h,
                         "INSERT INTO entity (num, id, type, key, name, suite, test, mark, body)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         "issssssss", num, id, ferry_cstr(k->rows), at->key, at->name, at->suite,
                         at->test, at->mark, buf_str(body));
}

int32_t alm_store_new(struct http *h, const struct kind *k, const struct cJSON *v,
                      struct ferry_str *id)
{
    int64_t num = 0;
    struct buf *b = &h->body;
    buf_reset(b);
    struct json_out j = json_to(b);
    json_open(&j, '{');
    alm_put_birth(h, &j);
    put_new(h, k, &j, v);
    json_close(&j, '}');
    int32_t rc = alm_next(h, &num);
    struct entity_columns at = columns_of(h, k, v, NULL);
    *id = id_of(h, k, num, v);
    return rc ? rc : insert(h, k, num, *id, &at, b);
}

int32_t alm_store_made(struct http *h, const struct kind *k, const struct buf *body,
                       const struct entity_columns *at, struct ferry_str *id)
{
    int64_t num = 0;
    int32_t rc = alm_next(h, &num);
    *id = id_of(h, k, num, NULL);
    return rc ? rc : insert(h, k, num, *id, at, body);
}

int32_t alm_store_change(struct http *h, const struct kind *k, struct ferry_str id,
                         const struct cJSON *v, int append)
{
    struct ferry_str body;
    struct json_doc old = {NULL};
    struct buf *b = &h->body;
    int64_t stamp = 0;
    int32_t rc = alm_text(h, &body, "SELECT body FROM entity WHERE id = ?", id);
    rc = rc ? rc : json_parse(&old, body.ptr ? body : FERRY_LIT("{}"), JSON_STRICT, NULL, h->err);
    if (rc) {
        return rc;
    }
    buf_reset(b);
    struct json_out j = json_to(b);
    json_int(json_get(old.root, "version_stamp"), &stamp);
    json_open(&j, '{');
    json_member(&j, "creation_time", json_str(json_get(old.root, "creation_time")));
    json_member(&j, "last_modified", alm_time(h, h->now_ms));
    json_member_int(&j, "version_stamp", stamp + 1);
    put_changed(h, k, &j, old.root, v, append);
    json_close(&j, '}');
    struct entity_columns at = columns_of(h, k, v, old.root);
    rc = b->failed
             ? b->failed
             : alm_run(h,
                       "UPDATE entity SET body = ?, key = ?, name = ?, suite = ?, test = ?,"
                       " mark = ? WHERE id = ?",
                       "sssssss", buf_str(b), at.key, at.name, at.suite, at.test, at.mark, id);
    json_finish(&old);
    return rc;
}
