/* SPDX-License-Identifier: MIT */
/*
 * book.c - what a project holds, as sorted lines: everything that `ferry local export` says of
 * cases, runs and results, without the numbers and times that another run would make otherwise.
 * A result names its run by marker and its case by title, signature and key.
 */
#include "rig.h"

#include <json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 20 };

void book_finish(struct book *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->lines[i]);
    }
    free(b->lines);
    memset(b, 0, sizeof *b);
}

int book_add(struct book *b, const char *format, ...)
{
    va_list args;
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        char **more = reallocarray(b->lines, cap, sizeof *more);
        if (!more) {
            return 0;
        }
        b->lines = more;
        b->cap = cap;
    }
    va_start(args, format);
    int n = vasprintf(&b->lines[b->n], format, args);
    va_end(args);
    b->n += n >= 0;
    return n >= 0;
}

/* --- from an export ------------------------------------------------------------------------ */

struct export
{
    const char *project;
    const struct cJSON *root;
    struct book *book;
    struct buf text;
    int any_order;
};

static const struct cJSON *by_id(const struct cJSON *list, int64_t id)
{
    json_each (v, list) {
        int64_t its = 0;
        if (json_int(json_get(v, "id"), &its) && its == id) {
            return v;
        }
    }
    return NULL;
}

/* Numbers and times depend on how often something was tried, and references are told by name. */
static int is_volatile(const struct export *x, struct ferry_str member)
{
    static const char *const names[] = {"id",     "created_ms", "completed_ms", "start_ms",
                                        "run_id", "case_id",    "end_ms"};
    if (x->any_order && str_is(member, "client_id")) {
        return 1; /* made of the run's number, which depends on who came first */
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is(member, names[i])) {
            return 1;
        }
    }
    return 0;
}

static const struct cJSON *refers(const struct export *x, const struct cJSON *v, const char *member,
                                  const char *list)
{
    int64_t id = 0;
    json_int(json_get(v, member), &id);
    return by_id(json_get(x->root, list), id);
}

static int add_thing(struct export *x, const char *kind, const struct cJSON *v)
{
    const struct cJSON *run = refers(x, v, "run_id", "runs");
    const struct cJSON *of = refers(x, v, "case_id", "cases");
    struct json_out j = json_to(&x->text);
    buf_reset(&x->text);
    json_open(&j, '{');
    json_each (member, v) {
        if (!is_volatile(x, json_name(member))) {
            json_key_str(&j, json_name(member));
            json_put_value(&j, member);
        }
    }
    if (of) {
        json_member(&j, "case_title", json_str(json_get(of, "title")));
        json_member(&j, "case_signature", json_str(json_get(of, "signature")));
        json_member(&j, "case_key", json_str(json_get(of, "automation_key")));
    }
    json_close(&j, '}');
    struct ferry_str marker = json_str(json_get(run ? run : v, "marker"));
    return !x->text.failed && book_add(x->book, "%s\t%s\t%.*s\t%s", x->project, kind,
                                       STR_ARG(marker), buf_cstr(&x->text));
}

static int add_things(struct export *x, const char *list, const char *kind)
{
    int ok = json_is_array(json_get(x->root, list));
    json_each (v, json_get(x->root, list)) {
        ok = ok && add_thing(x, kind, v);
    }
    return ok;
}

int book_export(struct rig *r, const char *state, const char *project, struct book *b)
{
    const char *const args[] = {"local", "export", "--project", project, NULL};
    struct start start = {.args = args, .state = state};
    struct ferry_error err = {.size = sizeof err};
    struct json_doc doc = {NULL};
    struct export x = {.project = project, .book = b, .any_order = r->any_order};
    int ok = rig_run(r, &start) == 0 &&
             json_parse(&doc, buf_str(&r->said), JSON_STRICT, "export", &err) == FERRY_OK;
    x.root = doc.root;
    buf_init(&x.text, LONGEST_LINE);
    ok = ok && add_things(&x, "cases", "case") && add_things(&x, "runs", "run") &&
         add_things(&x, "results", "result");
    buf_finish(&x.text);
    json_finish(&doc);
    return ok;
}

/* --- two books ----------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void book_sort(struct book *b)
{
    if (b->n > 0) {
        qsort(b->lines, b->n, sizeof *b->lines, by_text);
    }
}

static int holds(const struct book *b, const char *line)
{
    return b->n > 0 && bsearch(&line, b->lines, b->n, sizeof *b->lines, by_text) != NULL;
}

static void differ(struct difference *d, unsigned *count, const char *what, const char *line)
{
    if (d->lost + d->doubled + d->strange == 0) {
        snprintf(d->first, sizeof d->first, "%s: %s", what, line);
    }
    ++*count;
}

void book_compare(const struct book *want, const struct book *got, struct difference *d)
{
    size_t i = 0, k = 0;
    memset(d, 0, sizeof *d);
    while (i < want->n || k < got->n) {
        int order = i == want->n ? 1 : k == got->n ? -1 : strcmp(want->lines[i], got->lines[k]);
        if (order < 0) {
            differ(d, &d->lost, "lost", want->lines[i++]);
        } else if (order == 0) {
            i++;
            k++;
        } else if (holds(want, got->lines[k])) {
            differ(d, &d->doubled, "doubled", got->lines[k++]);
        } else {
            differ(d, &d->strange, "not in the reference", got->lines[k++]);
        }
    }
}

static size_t count_prefix(const struct book *b, const char *prefix)
{
    size_t n = 0, len = strlen(prefix);
    for (size_t i = 0; i < b->n; i++) {
        n += strncmp(b->lines[i], prefix, len) == 0;
    }
    return n;
}

int book_closed_early(const struct book *want, const struct book *got, char *name, size_t room)
{
    for (size_t i = 0; i < got->n; i++) {
        struct ferry_str rest = ferry_cstr(got->lines[i]), project, kind, marker;
        if (!str_split(&rest, '\t', &project) || !str_split(&rest, '\t', &kind) ||
            !str_split(&rest, '\t', &marker) || !str_is(kind, "run") ||
            !strstr(rest.ptr, "\"state\":\"complete\"")) {
            continue;
        }
        snprintf(name, room, "%.*s\tresult\t%.*s\t", STR_ARG(project), STR_ARG(marker));
        if (count_prefix(got, name) < count_prefix(want, name)) {
            snprintf(name, room, "%.*s: run %.*s is complete and lacks results", STR_ARG(project),
                     STR_ARG(marker));
            return 1;
        }
    }
    return 0;
}
