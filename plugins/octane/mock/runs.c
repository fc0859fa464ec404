/* SPDX-License-Identifier: MIT */
/*
 * runs.c - one run of a payload: its test, which is the one of the same module, package, class and name, or a new one; its suite run, one for each
 * name and suite; and the run itself, which is there as often as it was sent.
 */
#include "task.h"

#include <text.h>

static const char *const statuses[] = {"skipped", "passed", "planned", "failed"}; /* ever worse */

static int badness(struct ferry_str status)
{
    for (int i = 0; i < 4; i++) {
        if (str_is_nocase(status, statuses[i])) {
            return i;
        }
    }
    return -1;
}

static void put_status(struct task *t, struct json_out *j, struct ferry_str status)
{
    int i = badness(status);
    const char *word = statuses[i < 0 ? 0 : i];
    alm_put_ref(j, "native_status", "list_node",
                arena_printf(t->arena, "list_node.run_native_status.%s", word));
    alm_put_ref(j, "status", "list_node", arena_printf(t->arena, "list_node.run_status.%s", word));
}

static void put_refs(struct json_out *j, const char *name, const char *type,
                     const struct ids *types, const struct ids *ids)
{
    if (ids->n == 0) {
        return;
    }
    json_key(j, name);
    json_open(j, '{');
    json_key(j, "data");
    json_open(j, '[');
    for (uint32_t i = 0; i < ids->n; i++) {
        json_open(j, '{');
        json_member(j, "type", types ? types->list[i] : ferry_cstr(type));
        json_member(j, "id", ids->list[i]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

/* Where the text is there and not empty. */
static void put_filled(struct json_out *j, const char *name, struct ferry_str s)
{
    if (s.len > 0) {
        json_member(j, name, s);
    }
}

/* Makes, or (where *id is there) changes, a thing of what was written since begin(). */
static int32_t store(struct task *t, const char *type, struct ferry_str *id)
{
    const struct kind *k = alm_kind_of_type(ferry_cstr(type));
    struct json_doc doc = {NULL};
    int32_t rc = t->said.failed ? t->said.failed
                                : json_parse(&doc, buf_str(&t->said), JSON_STRICT, type, t->h->err);
    if (rc == FERRY_OK && id->ptr) {
        rc = alm_store_change(t->h, k, *id, doc.root, 1);
    } else if (rc == FERRY_OK) {
        rc = alm_store_new(t->h, k, doc.root, id);
        *id = arena_str(t->arena, *id);
    }
    json_finish(&doc);
    return rc;
}

static struct json_out begin(struct task *t)
{
    buf_reset(&t->said);
    struct json_out j = json_to(&t->said);
    json_open(&j, '{');
    return j;
}

/* --- the test ---------------------------------------------------------------------------------------------- */

/* A new one, said as it is stored. */
static int32_t store_made(struct task *t, const char *type, const struct entity_columns *at,
                          struct ferry_str *id)
{
    int32_t rc = alm_store_made(t->h, alm_kind_of_type(ferry_cstr(type)), &t->said, at, id);
    *id = arena_str(t->arena, *id);
    return rc;
}

/* An empty text is none. */
static struct ferry_str or_none(struct ferry_str s)
{
    return s.len ? s : (struct ferry_str){NULL, 0};
}

static int adds_something(const struct payload_run *run, const struct place *p)
{
    return run->external_test_id.len || p->backlog.n || p->areas.n || p->test_types.n ||
           p->test_level.ptr || p->framework.ptr;
}

static void put_test(struct json_out *j, const struct payload_run *run, const struct place *p)
{
    json_member(j, "name", run->name);
    put_filled(j, "component", run->module);
    put_filled(j, "package", run->package);
    put_filled(j, "class_name", run->class_name);
    put_filled(j, "external_test_id", run->external_test_id);
    alm_put_ref(j, "test_level", "list_node", p->test_level);
    alm_put_ref(j, "framework", "list_node", p->framework);
    put_refs(j, "test_type", "list_node", NULL, &p->test_types);
    put_refs(j, "covered_content", NULL, &p->backlog_types, &p->backlog);
    put_refs(j, "product_areas", "product_area", NULL, &p->areas);
}

static struct ferry_str key_of(struct task *t, const struct payload_run *run)
{
    return alm_test_key(t->h, run->module, run->package, run->class_name, run->name);
}

static int32_t find_test(struct task *t, const struct payload_run *run, struct ferry_str *id)
{
    struct ferry_str key = key_of(t, run);
    return alm_text(t->h, id,
                    "SELECT id FROM entity WHERE type = 'test_automated' AND key = ?"
                    " ORDER BY num LIMIT 1",
                    key);
}

static int32_t make_test(struct task *t, const struct payload_run *run, const struct place *p,
                         struct ferry_str *id)
{
    int32_t rc = find_test(t, run, id);
    if (rc || (id->ptr && !adds_something(run, p))) {
        return rc;
    }
    struct json_out j = begin(t);
    if (!id->ptr) {
        alm_put_birth(t->h, &j);
    }
    put_test(&j, run, p);
    json_close(&j, '}');
    const struct entity_columns at = {
        .key = key_of(t, run), .name = run->name, .mark = or_none(run->external_test_id)};
    return id->ptr ? store(t, "test_automated", id) : store_made(t, "test_automated", &at, id);
}

/* --- the suite run ------------------------------------------------------------------------------------------- */

struct suite_row {
    struct arena *arena;
    struct ferry_str id, status;
};

static int32_t take_suite(void *data, const struct ferry_value *row, uint32_t n)
{
    struct suite_row *s = data;
    (void)n;
    s->id = arena_str(s->arena, row[0].s);
    s->status = arena_str(s->arena, row[1].s);
    return FERRY_OK;
}

/* Without a name of its own it is named after the suite, and is this task's. */
static int32_t find_suite_run(struct task *t, const struct place *p)
{
    struct suite_row s = {.arena = t->arena};
    int32_t rc = FERRY_OK;
    t->suite_run = t->worst = (struct ferry_str){NULL, 0};
    t->suite_run_of = p->suite;
    t->suite_run_name = p->external_run_id.len ? p->external_run_id : p->suite_name;
    if (p->external_run_id.len > 0) {
        rc = alm_rows(t->h, take_suite, &s,
                      "SELECT id, json_extract(body, '$.native_status.id') FROM entity"
                      " WHERE type = 'run_suite' AND name = ?"
                      " AND test = ? ORDER BY num DESC",
                      "ss", p->external_run_id, p->suite);
    }
    if (s.id.ptr) {
        const char word[] = "list_node.run_native_status.";
        t->suite_run = s.id;
        t->worst = str_sub(s.status, sizeof word - 1, s.status.len);
    }
    return rc;
}

static int32_t write_suite_run(struct task *t, const struct payload_run *run, const struct place *p)
{
    struct json_out j = begin(t);
    if (!t->suite_run.ptr) {
        json_member(&j, "name", t->suite_run_name);
        json_member(&j, "test_name", p->suite_name);
        alm_put_ref(&j, "test", "test_suite", p->suite);
        alm_put_ref(&j, "release", "release", p->release);
        alm_put_ref(&j, "milestone", "milestone", p->milestone);
        alm_put_ref(&j, "program", "program", p->program);
        json_member(&j, "started", alm_time(t->h, t->h->now_ms));
    }
    put_status(t, &j, run->status);
    json_close(&j, '}');
    t->worst = arena_str(t->arena, run->status);
    return store(t, "run_suite", &t->suite_run);
}

static int32_t make_suite_run(struct task *t, const struct payload_run *run, const struct place *p)
{
    struct ferry_str name = p->external_run_id.len ? p->external_run_id : p->suite_name;
    int32_t rc = FERRY_OK;
    if (!t->suite_run.ptr || !ferry_eq(t->suite_run_of, p->suite) ||
        !ferry_eq(t->suite_run_name, name)) {
        rc = find_suite_run(t, p);
    }
    if (rc || (t->suite_run.ptr && badness(run->status) <= badness(t->worst))) {
        return rc;
    }
    return write_suite_run(t, run, p);
}

/* --- the run ---------------------------------------------------------------------------------------------------- */

static void put_outcome(struct task *t, struct json_out *j, const struct payload_run *run)
{
    int64_t started = 0;
    put_status(t, j, run->status);
    json_member_int(j, "duration", run->duration);
    if (str_int64(run->started, &started)) {
        json_member(j, "started", alm_time(t->h, started));
    }
    if (run->has_error) {
        put_filled(j, "error_type", run->error_type);
        put_filled(j, "error_message", run->error_message);
        put_filled(j, "error_details", run->error_text);
    }
    put_filled(j, "description", run->description);
    put_filled(j, "external_report_url", run->url);
    put_filled(j, "external_test_id", run->external_test_id);
    put_filled(j, "external_run_id", run->external_run_id);
    json_member_int(j, "steps_num", run->steps);
}

static int32_t write_run(struct task *t, const struct payload_run *run, const struct place *p,
                         struct ferry_str test)
{
    const struct entity_columns at = {.name = run->run_name.len ? run->run_name : run->name,
                                      .suite =
                                          p->suite.ptr ? t->suite_run : (struct ferry_str){NULL, 0},
                                      .test = test,
                                      .mark = or_none(run->external_test_id)};
    struct ferry_str id = {NULL, 0};
    struct json_out j = begin(t);
    alm_put_birth(t->h, &j);
    json_member(&j, "name", at.name);
    json_member(&j, "test_name", run->name);
    put_filled(&j, "component", run->module);
    put_filled(&j, "package", run->package);
    put_filled(&j, "class_name", run->class_name);
    alm_put_ref(&j, "test", "test_automated", test);
    if (p->suite.ptr) {
        alm_put_ref(&j, "parent_suite", "run_suite", t->suite_run);
    }
    alm_put_ref(&j, "release", "release", p->release);
    alm_put_ref(&j, "milestone", "milestone", p->milestone);
    alm_put_ref(&j, "program", "program", p->program);
    alm_put_ref(&j, "testing_tool_type", "list_node", p->tool);
    alm_put_ref(&j, "test_level", "list_node", p->test_level);
    alm_put_ref(&j, "test_framework", "list_node", p->framework);
    put_refs(&j, "test_type", "list_node", NULL, &p->test_types);
    put_refs(&j, "taxonomies", "taxonomy_item_node", NULL, &p->taxonomies);
    put_refs(&j, "product_areas", "product_area", NULL, &p->areas);
    put_outcome(t, &j, run);
    json_close(&j, '}');
    return store_made(t, "run_automated", &at, &id);
}

int32_t alm_make_run(struct task *t, const struct payload_run *run, const struct place *place)
{
    struct ferry_str test = {NULL, 0};
    int32_t rc = make_test(t, run, place, &test);
    if (rc == FERRY_OK && place->suite.ptr) {
        rc = make_suite_run(t, run, place);
    }
    rc = rc ? rc : write_run(t, run, place, test);
    t->n_stored += rc == FERRY_OK;
    return rc;
}
