/* SPDX-License-Identifier: MIT */
/*
 * coverage.c - see commands.h: which backlog items results cover. Stories are found by their keys in Jira; what carries the coverage is an automated run where
 * this Octane has the field on runs, else its test.
 */
#include "commands.h"
#include "jira.h"

#include <stdlib.h>
#include <text.h>

enum { IDS_AT_ONCE = 100, MOST_KEYS = 10000 };

/* Whether entities of this type have a field that can be written. */
static int32_t probe_field(struct shell *s, const char *entity, struct ferry_str field, int *is)
{
    struct buf query, target;
    struct json_doc doc = {NULL};
    buf_init(&query, OCTANE_BODY);
    buf_init(&target, OCTANE_BODY);
    octane_phrase_text(&query, "entity_name", "EQ", ferry_cstr(entity));
    octane_phrase_text(&query, "name", "EQ", field);
    const struct octane_list l = {.collection = "metadata/fields", .query = buf_str(&query)};
    int32_t rc = octane_put_list(&target, &s->codec, &l, s->err);
    rc = rc ? rc : shell_ask(s, "GET", buf_str(&target), (struct ferry_str){NULL, 0}, &doc);
    *is = 0;
    json_each (v, json_get(doc.root, "data")) {
        *is |=
            ferry_eq(json_str(json_get(v, "name")), field) && json_bool(json_get(v, "editable"), 1);
    }
    json_finish(&doc);
    buf_finish(&query);
    buf_finish(&target);
    return rc;
}

/* --- stories by their keys ------------------------------------------------------------------------------- */

static struct ferry_str key_field(const struct shell *s)
{
    struct ferry_str field = octane_option(&s->codec, "jira_field");
    return field.len ? field : FERRY_LIT(OCTANE_JIRA_FIELD);
}

/* The keys of an option, each once. */
static int32_t read_keys(struct shell *s, struct ferry_str text, struct ferry_str **out,
                         uint32_t *n)
{
    struct ferry_str key;
    int is_key;
    struct ferry_str *keys = arena_array(&s->arena, struct ferry_str, MOST_KEYS);
    *n = 0;
    *out = keys;
    while (keys && jira_next(&text, &key, &is_key)) {
        uint32_t i = 0;
        if (!is_key) {
            return ferry_fail(s->err, FERRY_E_CONFIG, "jira",
                              "\"%.*s\" is no key of Jira, such as AO-17",
                              STR_ARG(utf8_cut(key, 60)));
        }
        while (i < *n && !jira_same(keys[i], key)) {
            i++;
        }
        if (i == MOST_KEYS) {
            return ferry_fail(s->err, FERRY_E_CONFIG, "jira", "more than %d keys of Jira",
                              (int)MOST_KEYS);
        }
        keys[i] = key;
        *n += i == *n;
    }
    return s->arena.failed;
}

/* "AO-1\t3001, 3002": the key, and the stories that have it. */
static void name_bad(struct buf *bad, struct ferry_str key, const struct things *stories)
{
    const char *between = "\t";
    buf_put(bad, key);
    for (const struct thing *t = stories->first; t; t = t->next) {
        if (jira_same(t->key, key)) {
            buf_puts(bad, between);
            buf_put(bad, t->id);
            between = ", ";
        }
    }
    buf_puts(bad, "\n");
}

/* Moves to `out` what has exactly one; a story that several of the keys mean is there once. */
static void sort_out(struct things *stories, const struct ferry_str *keys, uint32_t n,
                     struct things *out, struct buf *bad)
{
    for (uint32_t i = 0; i < n; i++) {
        struct thing *one = NULL;
        uint32_t found = 0;
        for (struct thing *t = stories->first; t; t = t->next) {
            if (jira_same(t->key, keys[i])) {
                one = t;
                found++;
            }
        }
        if (found != 1) {
            name_bad(bad, keys[i], stories);
            continue;
        }
        one->number = UINT32_MAX; /* taken */
    }
    for (struct thing *t = stories->first, *next; t; t = next) {
        next = t->next;
        if (t->number == UINT32_MAX) {
            t->next = NULL;
            t->number = out->n++;
            *out->last = t;
            out->last = &t->next;
        }
    }
}

int32_t shell_stories(struct shell *s, struct ferry_str keys_text, struct things *out,
                      struct buf *bad)
{
    struct ferry_str *keys, field = key_field(s);
    uint32_t n;
    int is = 0;
    char fields[300];
    int32_t rc = read_keys(s, keys_text, &keys, &n);
    if (rc || n == 0) {
        return rc;
    }
    rc = probe_field(s, "story", field, &is);
    if (rc == FERRY_OK && !is) {
        return ferry_fail(s->err, FERRY_E_CONFIG, "jira_field",
                          "stories of this workspace have no field \"%.*s\"; set \"jira_field\" to "
                          "the one that holds their keys in Jira",
                          STR_ARG(utf8_cut(field, 60)));
    }
    snprintf(fields, sizeof fields, "id,name,%.*s", STR_ARG(utf8_cut(field, 255)));
    for (uint32_t from = 0; rc == FERRY_OK && from < n; from += JIRA_AT_ONCE) {
        uint32_t count = n - from < JIRA_AT_ONCE ? n - from : JIRA_AT_ONCE;
        struct things stories;
        struct buf query;
        things_init(&stories);
        stories.key_field = fields + sizeof "id,name," - 1;
        buf_init(&query, OCTANE_BODY);
        jira_phrase(&query, field, keys + from, count);
        const struct octane_list l = {
            .collection = "stories", .query = buf_str(&query), .fields = fields, .order = "id"};
        rc = things_list(s, &stories, &l, NULL);
        if (rc == FERRY_OK) {
            sort_out(&stories, keys + from, count, out, bad);
        }
        buf_finish(&query);
    }
    return rc;
}

/* --- by their ids ------------------------------------------------------------------------------------------ */

/* `n` of the ids of a list, from `from` on, with commas between; the others stay. */
static uint32_t put_ids(struct buf *query, const struct thing **at, uint32_t most)
{
    uint32_t n = 0;
    buf_puts(query, "id IN ");
    for (; *at && n < most; *at = (*at)->next) {
        buf_puts(query, n++ ? "," : "");
        buf_put(query, (*at)->id);
    }
    return n;
}

static int32_t list_by_ids(struct shell *s, const char *collection, const char *fields,
                           const struct things *of, struct things *out)
{
    const struct thing *at = of->first;
    int32_t rc = FERRY_OK;
    while (at && rc == FERRY_OK) {
        struct buf query;
        buf_init(&query, OCTANE_BODY);
        put_ids(&query, &at, IDS_AT_ONCE);
        const struct octane_list l = {
            .collection = collection, .query = buf_str(&query), .fields = fields, .order = "id"};
        rc = things_list(s, out, &l, NULL);
        buf_finish(&query);
    }
    return rc;
}

int32_t shell_items(struct shell *s, struct ferry_str ids, struct things *out)
{
    struct things wanted, found;
    struct ferry_str id;
    int32_t rc = FERRY_OK;
    things_init(&wanted);
    things_init(&found);
    while (!str_empty(ids) && str_split(&ids, '\n', &id)) {
        struct thing *t = arena_new(&s->arena, struct thing);
        if (!octane_is_id(id) || !t) {
            return !t ? s->arena.failed
                      : ferry_fail(s->err, FERRY_E_CONFIG, "story",
                                   "\"%.*s\" is no id of a story; keys of Jira go by --jira",
                                   STR_ARG(utf8_cut(id, 60)));
        }
        t->id = id;
        *wanted.last = t;
        wanted.last = &t->next;
    }
    rc = list_by_ids(s, "work_items", "id,name,subtype", &wanted, &found);
    for (const struct thing *w = wanted.first; w && rc == FERRY_OK; w = w->next) {
        const struct thing *t = found.first;
        while (t && !ferry_eq(t->id, w->id)) {
            t = t->next;
        }
        if (!t) {
            rc = ferry_fail(s->err, FERRY_E_REFUSED, "story",
                            "there is no backlog item %.*s in this workspace; nothing was changed",
                            STR_ARG(w->id));
        }
    }
    if (found.first) {
        *out->last = found.first;
        out->last = found.last;
        out->n += found.n;
    }
    return rc;
}

/* --- what carries it ------------------------------------------------------------------------------------------ */

static int by_test(const void *a, const void *b)
{
    struct ferry_str x = (*(struct thing *const *)a)->test, y = (*(struct thing *const *)b)->test;
    return x.len != y.len ? (x.len < y.len ? -1 : 1) : str_cmp(x, y);
}

/* Each test of the runs once, in the order of ids. */
static int32_t tests_of(struct shell *s, const struct things *runs, struct things *out)
{
    struct thing **all = arena_array(&s->arena, struct thing *, runs->n + 1);
    uint32_t n = 0;
    things_init(out);
    for (struct thing *t = runs->first; all && t; t = t->next) {
        if (t->test.len) {
            all[n++] = t;
        }
    }
    if (n) {
        qsort(all, n, sizeof *all, by_test);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct thing *t = arena_new(&s->arena, struct thing);
        if (!t || (i && ferry_eq(all[i]->test, all[i - 1]->test))) {
            continue;
        }
        t->id = all[i]->test;
        t->name = all[i]->test_name;
        out->n++;
        *out->last = t;
        out->last = &t->next;
    }
    return s->arena.failed;
}

static int is_listed(struct ferry_str list, const struct thing *run)
{
    struct ferry_str one;
    while (!str_empty(list) && str_split(&list, '\n', &one)) {
        if (one.len && (ferry_eq(one, run->test_key) || ferry_eq(one, run->test_name))) {
            return 1;
        }
    }
    return 0;
}

static void keep_tests(struct things *runs, struct ferry_str list)
{
    struct thing **at = &runs->first;
    while (*at) {
        if (is_listed(list, *at)) {
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
            runs->n--;
        }
    }
    runs->last = at;
}

int32_t shell_coverage(struct shell *s, const struct thing *suite_run, int64_t skip,
                       int with_covered, struct coverage *out)
{
    char query[80];
    int on_runs = 0;
    struct things runs;
    int32_t rc = probe_field(s, "run_automated", FERRY_LIT("covered_content"), &on_runs);
    snprintf(query, sizeof query, "parent_suite EQ {id EQ %.*s}", STR_ARG(suite_run->id));
    const struct octane_list l = {
        .collection = "automated_runs",
        .query = ferry_cstr(query),
        .fields = on_runs && with_covered ? "id,name,test{id,name,external_test_id},covered_content"
                                          : "id,name,test{id,name,external_test_id}",
        .order = "id",
        .offset = skip};
    things_init(&runs);
    rc = rc ? rc : things_list(s, &runs, &l, NULL);
    if (rc == FERRY_OK && !str_empty(shell_option(s, "test"))) {
        keep_tests(&runs, shell_option(s, "test"));
    }
    out->collection = on_runs ? "automated_runs" : "automated_tests";
    out->what = on_runs ? "automated runs" : "automated tests";
    out->carriers = runs;
    if (rc || on_runs) {
        return rc;
    }
    shell_warn(s,
               "this Octane has no \"covered_content\" on automated runs, so it is that of their "
               "tests: it counts for all runs of them");
    rc = tests_of(s, &runs, &out->carriers);
    if (rc == FERRY_OK && with_covered) {
        struct things tests = out->carriers;
        things_init(&out->carriers);
        rc = list_by_ids(s, "automated_tests", "id,name,covered_content", &tests, &out->carriers);
    }
    return rc;
}

struct ferry_str shell_cover(struct shell *s, const struct thing *items)
{
    struct buf b;
    buf_init(&b, OCTANE_BODY);
    buf_puts(&b, "\"covered_content\":");
    struct json_out json = json_to(&b);
    json_open(&json, '{');
    json_key(&json, "data");
    json_open(&json, '[');
    for (; items; items = items->next) {
        json_open(&json, '{');
        json_member(&json, "type", items->type);
        json_member(&json, "id", items->id);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    struct ferry_str text = arena_str(&s->arena, buf_str(&b));
    if (b.failed) {
        s->arena.failed = s->arena.failed ? s->arena.failed : b.failed;
    }
    buf_finish(&b);
    return text;
}
