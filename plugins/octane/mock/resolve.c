/* SPDX-License-Identifier: MIT */
/* resolve.c - suites, releases, backlog items and list values that a payload names, looked up. What is not there is noted, by run. */
#include "task.h"

#include <text.h>

struct finder {
    struct task *t;
    const struct payload_run *run;
    uint32_t *wrong;
};

static void missing(struct finder *f, const char *what, struct ferry_str which)
{
    (*f->wrong)++;
    alm_task_note(f->t, f->run, "%s %.*s is not found", what, STR_ARG(utf8_cut(which, 255)));
}

/* One thing of a type by its id; absent stays absent. */
static int32_t find_id(struct finder *f, const char *what, const char *type, struct ferry_str id,
                       struct ferry_str *out)
{
    int64_t there = 0;
    if (!id.ptr) {
        return FERRY_OK;
    }
    int32_t rc = alm_int(f->t->h, 0, &there, "SELECT 1 FROM entity WHERE id = ? AND type = ?", "ss",
                         id, ferry_cstr(type));
    if (there) {
        *out = id;
    } else {
        missing(f, what, id);
    }
    return rc;
}

struct text_take {
    struct arena *arena;
    struct ferry_str text;
};

static int32_t take_text(void *data, const struct ferry_value *row, uint32_t n)
{
    struct text_take *t = data;
    (void)n;
    t->text = t->text.ptr ? t->text : arena_str(t->arena, row[0].s);
    return FERRY_OK;
}

static int32_t find_suite(struct finder *f, const struct context *c, struct place *out)
{
    struct text_take name = {f->t->arena, {NULL, 0}};
    struct ferry_str suite = {NULL, 0};
    if (!c->suite.ptr) {
        return FERRY_OK;
    }
    int32_t rc = find_id(f, "test suite", "test_suite", c->suite, &suite);
    if (suite.ptr) {
        rc = rc ? rc
                : alm_rows(f->t->h, take_text, &name, "SELECT name FROM entity WHERE id = ?", "s",
                           suite);
        out->suite = suite;
        out->suite_name = name.text;
        out->external_run_id = c->external_run_id;
    }
    return rc;
}

/* "_default_" is the release that says it is. */
static int32_t find_release(struct finder *f, const struct context *c, struct place *out)
{
    struct text_take id = {f->t->arena, {NULL, 0}};
    int32_t rc = find_id(f, "release", "release", c->release, &out->release);
    if (!c->release_name.ptr) {
        return rc;
    }
    if (str_is(c->release_name, "_default_")) {
        rc = alm_rows(f->t->h, take_text, &id,
                      "SELECT id FROM entity WHERE type = 'release'"
                      " AND json_extract(body, '$.is_default') = 1 ORDER BY num LIMIT 1",
                      "");
    } else {
        rc = alm_rows(f->t->h, take_text, &id,
                      "SELECT id FROM entity WHERE type = 'release'"
                      " AND name = ? ORDER BY num LIMIT 1",
                      "s", c->release_name);
    }
    if (id.text.ptr) {
        out->release = id.text;
    } else {
        missing(f, "release", c->release_name);
    }
    return rc;
}

/* The lists of all runs, and behind them those of this one. */
static struct ids longer(struct arena *a, struct ids before, uint32_t more)
{
    struct ids out = {arena_array(a, struct ferry_str, before.n + more + 1), 0};
    for (uint32_t i = 0; out.list && i < before.n; i++) {
        out.list[out.n++] = before.list[i];
    }
    return out;
}

static int32_t find_backlog(struct finder *f, const struct context *c, struct place *out)
{
    int32_t rc = FERRY_OK;
    if (c->backlog.n == 0) {
        return rc;
    }
    out->backlog = longer(f->t->arena, out->backlog, c->backlog.n);
    out->backlog_types = longer(f->t->arena, out->backlog_types, c->backlog.n);
    for (uint32_t i = 0; rc == FERRY_OK && i < c->backlog.n; i++) {
        struct text_take type = {f->t->arena, {NULL, 0}};
        rc = alm_rows(f->t->h, take_text, &type,
                      "SELECT type FROM entity WHERE id = ?"
                      " AND type IN ('story', 'defect', 'feature')",
                      "s", c->backlog.list[i]);
        if (!type.text.ptr) {
            missing(f, "backlog item", c->backlog.list[i]);
        } else if (out->backlog.list && out->backlog_types.list) {
            out->backlog.list[out->backlog.n++] = c->backlog.list[i];
            out->backlog_types.list[out->backlog_types.n++] = type.text;
        }
    }
    return rc;
}

static int32_t find_areas(struct finder *f, const struct context *c, struct place *out)
{
    int32_t rc = FERRY_OK;
    out->areas = c->areas.n ? longer(f->t->arena, out->areas, c->areas.n) : out->areas;
    for (uint32_t i = 0; rc == FERRY_OK && i < c->areas.n; i++) {
        struct ferry_str id = {NULL, 0};
        rc = find_id(f, "product area", "product_area", c->areas.list[i], &id);
        if (id.ptr && out->areas.list) {
            out->areas.list[out->areas.n++] = id;
        }
    }
    return rc;
}

/* An item of a list, by the name that people see. */
static int32_t find_item(struct finder *f, const char *root, const struct ferry_kv *field,
                         struct ferry_str *out)
{
    struct text_take id = {f->t->arena, {NULL, 0}};
    char what[60];
    int32_t rc = alm_rows(f->t->h, take_text, &id,
                          "SELECT id FROM entity WHERE type = 'list_node'"
                          " AND name = ?"
                          " AND json_extract(body, '$.list_root.id') = ? LIMIT 1",
                          "ss", field->value, ferry_cstr(root));
    if (id.text.ptr) {
        *out = id.text;
    } else {
        snprintf(what, sizeof what, "list value of %.*s", STR_ARG(field->key));
        missing(f, what, field->value);
    }
    return rc;
}

static int32_t find_fields(struct finder *f, const struct context *c, struct place *out)
{
    int32_t rc = FERRY_OK;
    out->test_types =
        c->n_fields ? longer(f->t->arena, out->test_types, c->n_fields) : out->test_types;
    for (uint32_t i = 0; rc == FERRY_OK && i < c->n_fields; i++) {
        const struct ferry_kv *field = &c->fields[i];
        struct ferry_str one = {NULL, 0};
        if (str_is(field->key, "Test_Level")) {
            rc = find_item(f, "list_node.test_level", field, &out->test_level);
        } else if (str_is(field->key, "Framework")) {
            rc = find_item(f, "list_node.je.framework", field, &out->framework);
        } else if (str_is(field->key, "Testing_Tool_Type")) {
            rc = find_item(f, "list_node.testing_tool_type", field, &out->tool);
        } else {
            rc = find_item(f, "list_node.test_type", field, &one);
        }
        if (one.ptr && out->test_types.list) {
            out->test_types.list[out->test_types.n++] = one;
        }
    }
    return rc;
}

/* --- environment: made where it is not there ------------------------------------------------------------ */

static int32_t ensure(struct task *t, const char *type, struct ferry_str name,
                      struct ferry_str category, struct ferry_str *id)
{
    struct text_take found = {t->arena, {NULL, 0}};
    struct json_doc doc = {NULL};
    struct buf b;
    int32_t rc = alm_rows(t->h, take_text, &found,
                          "SELECT id FROM entity WHERE type = ? AND name = ?"
                          " AND coalesce(json_extract(body, '$.category.id'), '') = ?"
                          " ORDER BY num LIMIT 1",
                          "sss", ferry_cstr(type), name, category.ptr ? category : FERRY_LIT(""));
    *id = found.text;
    if (rc || id->ptr) {
        return rc;
    }
    buf_init(&b, 64 * 1024);
    struct json_out j = json_to(&b);
    json_open(&j, '{');
    json_member(&j, "name", name);
    alm_put_ref(&j, "category", "taxonomy_category_node", category);
    json_close(&j, '}');
    rc = json_parse(&doc, buf_str(&b), JSON_STRICT, NULL, t->h->err);
    rc = rc ? rc : alm_store_new(t->h, alm_kind_of_type(ferry_cstr(type)), doc.root, id);
    *id = arena_str(t->arena, *id);
    json_finish(&doc);
    buf_finish(&b);
    return rc;
}

static int32_t find_environment(struct finder *f, const struct context *c, struct place *out)
{
    int32_t rc = FERRY_OK;
    out->taxonomies =
        c->n_environment ? longer(f->t->arena, out->taxonomies, c->n_environment) : out->taxonomies;
    for (uint32_t i = 0; rc == FERRY_OK && i < c->n_environment; i++) {
        struct ferry_str category, item, none = {NULL, 0};
        rc = ensure(f->t, "taxonomy_category_node", c->environment[i].key, none, &category);
        rc = rc ? rc : ensure(f->t, "taxonomy_item_node", c->environment[i].value, category, &item);
        if (rc == FERRY_OK && out->taxonomies.list) {
            out->taxonomies.list[out->taxonomies.n++] = item;
        }
    }
    return rc;
}

int32_t alm_resolve(struct task *t, const struct payload_run *run, const struct context *c,
                    struct place *out, uint32_t *wrong)
{
    struct finder f = {t, run, wrong};
    *wrong = 0;
    int32_t rc = find_suite(&f, c, out);
    rc = rc ? rc : find_id(&f, "program", "program", c->program, &out->program);
    rc = rc ? rc : find_release(&f, c, out);
    rc = rc ? rc : find_id(&f, "milestone", "milestone", c->milestone, &out->milestone);
    rc = rc ? rc : find_backlog(&f, c, out);
    rc = rc ? rc : find_areas(&f, c, out);
    rc = rc ? rc : find_fields(&f, c, out);
    rc = rc ? rc : find_environment(&f, c, out);
    return rc ? rc : t->arena->failed;
}
