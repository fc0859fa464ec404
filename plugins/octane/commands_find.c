/* SPDX-License-Identifier: MIT */
/*
 * commands_find.c - see commands.h: things as they are listed, and one of them by its name. Octane lets several be called the same in one place, so whoever
 * wants one is told of all of them, and nothing is made beside one that is there.
 */
#include "commands.h"
#include "xml.h"

#include <text.h>

/* --- things -------------------------------------------------------------------------------------------- */

void things_init(struct things *t)
{
    *t = (struct things){.first = NULL};
    t->last = &t->first;
}

static struct ferry_str id_of(struct arena *a, const struct cJSON *v)
{
    char digits[24];
    return arena_str(a, json_id(json_get(v, "id"), digits));
}

static struct ferry_str text_of(struct arena *a, const struct cJSON *v, const char *name)
{
    return arena_str(a, json_str(json_get(v, name)));
}

/* The entities that a field refers to. */
static void read_covers(struct arena *a, const struct cJSON *field, struct thing *out)
{
    struct thing **last = &out->covers;
    json_each (v, json_get(field, "data")) {
        struct thing *t = arena_new(a, struct thing);
        if (t) {
            t->id = id_of(a, v);
            t->type = text_of(a, v, "type");
            t->name = text_of(a, v, "name");
            *last = t;
            last = &t->next;
            out->n_covers++;
        }
    }
}

static struct ferry_str status_of(struct arena *a, const struct cJSON *v)
{
    char digits[24];
    struct ferry_str rest = json_id(json_get(v, "id"), digits), part = rest;
    while (!str_empty(rest) && str_split(&rest, '.', &part)) {
    }
    return arena_str(a, part);
}

static int32_t take_thing(struct shell *s, void *data, const struct cJSON *v)
{
    struct things *all = data;
    struct arena *a = &s->arena;
    struct thing *t = arena_new(a, struct thing);
    const struct cJSON *test = json_get(v, "test"), *above = json_get(v, "parent");
    above = above ? above : json_first(json_get(json_get(v, "product_areas"), "data"));
    if (!t) {
        return ferry_fail(s->err, FERRY_E_NO_MEMORY, NULL, "what Octane has does not fit");
    }
    t->id = id_of(a, v);
    t->name = text_of(a, v, "name");
    t->type = text_of(a, v, json_has(v, "subtype") ? "subtype" : "type");
    t->above = id_of(a, above);
    t->above_name = text_of(a, above, "name");
    t->test = id_of(a, test);
    t->test_name = text_of(a, test, "name");
    t->test_key = text_of(a, test, "external_test_id");
    t->status = status_of(a, json_get(v, "native_status"));
    t->key = all->key_field ? text_of(a, v, all->key_field) : t->key;
    read_covers(a, json_get(v, "covered_content"), t);
    if (!octane_is_id(t->id)) {
        return octane_not_understood(s->err, "an entity without an id");
    }
    t->number = all->n++;
    *all->last = t;
    all->last = &t->next;
    return a->failed;
}

int32_t things_list(struct shell *s, struct things *t, const struct octane_list *l, int64_t *total)
{
    return shell_list(s, l, take_thing, t, total);
}

/* --- by name ---------------------------------------------------------------------------------------------- */

static const struct about {
    const char *what, *collection, *fields, *above, *option, *none, *many;
} sorts[] = {
    {"application module", "application_modules", "id,name,parent{id,name}", "parent", "parent",
     "`ferry octane module create NAME` makes it",
     "say which by --parent, or clean up by hand in Octane: keep one and set \"module_id\" to it"},
    {"test suite", "test_suites", "id,name,product_areas{id,name}", "product_areas", "module",
     "`ferry octane suite create NAME` makes it",
     "say which by --module, or clean up by hand in Octane: keep one and set \"suite_id\" to it"},
    {"suite run", "suite_run", "id,name,native_status,test{id,name}", "test", "suite",
     "Octane shows it once the first task of its upload has ended",
     "say which by --suite, or name it by its id"},
};

/* Only those of this very name: servers may compare with less care. */
static void keep_named(struct things *all, struct ferry_str name)
{
    struct thing **at = &all->first;
    all->n = 0;
    while (*at) {
        if (ferry_eq((*at)->name, name)) {
            all->n++;
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
        }
    }
    all->last = at;
}

int32_t shell_search(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                     struct things *out)
{
    const struct about *about = &sorts[sort];
    struct buf query;
    if (str_empty(name) || xml_fit(name, OCTANE_TEXT).len < name.len) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL,
                          "the name of the %s is empty or over %d characters long", about->what,
                          OCTANE_TEXT);
    }
    buf_init(&query, OCTANE_BODY);
    octane_phrase_text(&query, "name", "EQ", name);
    if (!str_empty(above)) {
        octane_phrase(&query, "%s EQ {id EQ %.*s}", about->above, STR_ARG(above));
    }
    const struct octane_list l = {.collection = about->collection,
                                  .query = buf_str(&query),
                                  .fields = about->fields,
                                  .order = "id"};
    things_init(out);
    int32_t rc = things_list(s, out, &l, NULL);
    keep_named(out, name);
    buf_finish(&query);
    return rc;
}

static int32_t too_many(struct shell *s, const struct about *about, struct ferry_str name,
                        const struct things *found)
{
    char shown[80], ids[200] = "", one[70];
    size_t len = 0;
    uint32_t named = 0;
    for (const struct thing *t = found->first; t; t = t->next, named++) {
        snprintf(one, sizeof one, t->above.len ? "%s%.*s (in %.*s)" : "%s%.*s", named ? ", " : "",
                 STR_ARG(utf8_cut(t->id, 20)), STR_ARG(utf8_cut(t->above, 20)));
        if (len + strlen(one) >= sizeof ids) {
            break;
        }
        memcpy(ids + len, one, strlen(one) + 1);
        len += strlen(one);
    }
    return ferry_fail(s->err, FERRY_E_REFUSED, about->option,
                      "%s \"%s\" is there %u times, with the ids %s%s; %s", about->what,
                      text_show_to(shown, sizeof shown, name), (unsigned)found->n, ids,
                      named < found->n ? " ..." : "", about->many);
}

int32_t shell_find(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                   struct thing **out)
{
    struct things found;
    int32_t rc = shell_search(s, sort, name, above, &found);
    *out = found.first;
    return rc == FERRY_OK && found.n > 1 ? too_many(s, &sorts[sort], name, &found) : rc;
}

int32_t shell_get(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                  struct thing **out)
{
    char shown[120], in[60] = "";
    int32_t rc = shell_find(s, sort, name, above, out);
    if (rc || *out) {
        return rc;
    }
    if (!str_empty(above)) {
        snprintf(in, sizeof in, " in %.*s", STR_ARG(above));
    }
    return ferry_fail(s->err, FERRY_E_REFUSED, NULL, "there is no %s \"%s\"%s; %s",
                      sorts[sort].what, text_show_to(shown, sizeof shown, name), in,
                      sorts[sort].none);
}

/* --- made where it is missing ------------------------------------------------------------------------------- */

static int32_t post(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above)
{
    struct buf target, body;
    struct json_doc made = {NULL};
    buf_init(&target, 8192);
    buf_init(&body, OCTANE_BODY);
    int32_t rc = octane_put_path(&target, &s->codec, "/", s->err);
    buf_printf(&target, "%s?fields=id,name", sorts[sort].collection);
    octane_write_folder(&body, sort == A_SUITE, name, above);
    rc = rc ? rc : shell_ask(s, "POST", buf_str(&target), buf_str(&body), &made);
    json_finish(&made);
    buf_finish(&target);
    buf_finish(&body);
    return rc;
}

/* Another one may have made it at the same time: what is there afterwards counts, and a refusal as one too many is no failure. */
int32_t shell_make(struct shell *s, enum sort sort, struct ferry_str name, struct ferry_str above,
                   struct thing **out, int *made)
{
    struct ferry_error before = *s->err;
    int32_t rc = shell_find(s, sort, name, above, out);
    *made = 0;
    if (rc || *out) {
        return rc;
    }
    int32_t posted = post(s, sort, name, above);
    struct ferry_error why = *s->err;
    if (posted && posted != FERRY_E_REFUSED) {
        return posted;
    }
    *s->err = before;
    rc = shell_find(s, sort, name, above, out);
    if (rc == FERRY_OK && posted && !*out) {
        *s->err = why;
        return posted;
    }
    *made = posted == FERRY_OK;
    return rc || *out ? rc
                      : ferry_fail(s->err, FERRY_E_PROTOCOL, NULL,
                                   "Octane made the %s, and does not show it", sorts[sort].what);
}

/* --- what words name --------------------------------------------------------------------------------------------- */

int32_t shell_resolve(struct shell *s, enum sort sort, const char *option, struct ferry_str *id)
{
    struct ferry_str word = shell_option(s, option);
    const struct ferry_str anywhere = {NULL, 0};
    struct thing *t = NULL;
    *id = (struct ferry_str){NULL, 0};
    if (!word.ptr) {
        return FERRY_OK;
    }
    if (octane_is_id(word)) {
        *id = word;
        return FERRY_OK;
    }
    int32_t rc = shell_get(s, sort, word, anywhere, &t);
    *id = rc ? *id : t->id;
    return rc;
}

int32_t shell_root(struct shell *s, struct thing **out)
{
    struct things roots;
    const struct octane_list l = {.collection = "application_modules",
                                  .query = FERRY_LIT("parent EQ {null}"),
                                  .fields = "id,name",
                                  .order = "id"};
    things_init(&roots);
    int32_t rc = things_list(s, &roots, &l, NULL);
    *out = roots.first;
    if (rc || roots.n == 1) {
        return rc;
    }
    return roots.n ? ferry_fail(s->err, FERRY_E_REFUSED, NULL,
                                "the workspace has %u roots of modules, among them %.*s and %.*s; "
                                "say --parent ID for the right one",
                                (unsigned)roots.n, STR_ARG(roots.first->id),
                                STR_ARG(roots.first->next->id))
                   : ferry_fail(s->err, FERRY_E_REFUSED, NULL,
                                "the workspace shows no root of its modules; say --parent ID");
}

int32_t shell_suite_run(struct shell *s, struct ferry_str word, struct thing **out)
{
    struct ferry_str suite;
    struct things found;
    char query[60];
    if (!octane_is_id(word)) {
        int32_t rc = shell_resolve(s, A_SUITE, "suite", &suite);
        return rc ? rc : shell_get(s, A_SUITE_RUN, word, suite, out);
    }
    snprintf(query, sizeof query, "id EQ %.*s", STR_ARG(word));
    const struct octane_list l = {.collection = "suite_run",
                                  .query = ferry_cstr(query),
                                  .fields = sorts[A_SUITE_RUN].fields,
                                  .order = "id"};
    things_init(&found);
    int32_t rc = things_list(s, &found, &l, NULL);
    *out = found.first;
    return rc || *out ? rc
                      : ferry_fail(s->err, FERRY_E_REFUSED, NULL,
                                   "there is no suite run with the id %.*s", STR_ARG(word));
}

int32_t shell_show(struct shell *s, const struct thing *t, const char *above, int made)
{
    if (!s->as_json) {
        buf_printf(&s->out, "%.*s  ", STR_ARG(t->id));
        text_show(&s->out, t->name, 0);
        buf_puts(&s->out, made ? "  (made)\n" : "\n");
        return shell_flush(s, 0);
    }
    json_open(&s->json, '{');
    json_member_int(&s->json, "schema_version", 1);
    json_member(&s->json, "id", t->id);
    json_member(&s->json, "name", t->name);
    if (t->above.len) {
        json_key(&s->json, above);
        json_open(&s->json, '{');
        json_member(&s->json, "id", t->above);
        json_member(&s->json, "name", t->above_name);
        json_close(&s->json, '}');
    }
    if (t->test.len) {
        json_key(&s->json, "suite");
        json_open(&s->json, '{');
        json_member(&s->json, "id", t->test);
        json_member(&s->json, "name", t->test_name);
        json_close(&s->json, '}');
    }
    json_member(&s->json, "status", t->status.len ? t->status : (struct ferry_str){NULL, 0});
    if (!t->test.len) {
        json_key(&s->json, "made");
        json_put_bool(&s->json, made);
    }
    json_close(&s->json, '}');
    buf_putc(&s->out, '\n');
    return shell_flush(s, 0);
}
