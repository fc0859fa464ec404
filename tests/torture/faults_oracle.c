/* SPDX-License-Identifier: MIT */
/*
 * faults_oracle.c - what is there, by the tracker's own word: its service's dump, read past the program. Ids differ with the order in
 * which things arrive, so they are taken out and what they point at is put in; then two dumps are equal where nothing is lost or doubled.
 */
#include "faults.h"

#include <clock.h>
#include <json.h>
#include <service_state.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_DUMP = 64 << 20 };

/* --- lines --------------------------------------------------------------------------------------- */

static void add_line(struct lines *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_line(struct lines *l, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 256;
        struct ferry_str *v = realloc(l->v, room * sizeof *v);
        if (!v) {
            abort();
        }
        l->v = v;
        l->room = room;
    }
    l->v[l->n++] = arena_str(&l->arena, ferry_cstr(text));
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct ferry_str *)a, *(const struct ferry_str *)b);
}

void lines_finish(struct lines *l)
{
    free(l->v);
    arena_finish(&l->arena);
    memset(l, 0, sizeof *l);
}

int lines_equal(const struct lines *a, const struct lines *b)
{
    int same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) {
        same = ferry_eq(a->v[i], b->v[i]);
    }
    return same;
}

unsigned lines_count(const struct lines *l, const char *head)
{
    unsigned n = 0;
    for (size_t i = 0; i < l->n; i++) {
        n += (unsigned)str_starts(l->v[i], head);
    }
    return n;
}

/* --- the ledger's dump: words in lines --------------------------------------------------------------- */

static int is_uuid(struct ferry_str s)
{
    unsigned char uuid[16];
    return uuid_parse(s, uuid);
}

/* "applied result A <mark> 2" is two lines; a mark is another in another run, so it is taken out. */
static void ledger_line(struct lines *l, struct ferry_str line)
{
    char text[2048];
    struct ferry_str rest = line, word, last = {NULL, 0};
    int64_t times = 1;
    size_t n = 0;
    while (str_split(&rest, ' ', &word)) {
        last = word;
    }
    int applied = str_starts(line, "applied ");
    if (str_starts(line, "orphan ")) {
        return; /* nobody sees it */
    }
    if (applied || is_uuid(last)) {
        line = str_sub(line, 0, line.len - last.len);
    }
    if (applied) {
        str_int64(last, &times);
    }
    rest = line;
    while (str_split(&rest, ' ', &word)) {
        int mark = is_uuid(word) && str_starts(line, "applied result ");
        n += (size_t)snprintf(text + n, n < sizeof text ? sizeof text - n : 0, "%s%.*s",
                              n ? " " : "", STR_ARG(mark ? FERRY_LIT("*") : word));
    }
    for (int64_t i = 0; i < times; i++) {
        add_line(l, "%s", text);
    }
}

/* --- the local tracker's dump: JSON in lines ---------------------------------------------------------- */

struct names { /* "A 3" -> its key or marker */
    struct arena arena;
    struct ferry_kv *v;
    size_t n, room;
};

static void name_put(struct names *names, struct ferry_str id, struct ferry_str name)
{
    if (names->n == names->room) {
        size_t room = names->room ? 2 * names->room : 64;
        struct ferry_kv *v = realloc(names->v, room * sizeof *v);
        if (!v) {
            abort();
        }
        names->v = v;
        names->room = room;
    }
    names->v[names->n++] =
        (struct ferry_kv){arena_str(&names->arena, id), arena_str(&names->arena, name)};
}

static struct ferry_str name_of(const struct names *names, struct ferry_str id)
{
    struct ferry_str name = ferry_get(names->v, (uint32_t)names->n, id);
    return name.ptr ? name : FERRY_LIT("?");
}

/* The columns of one line; returns how many. */
static int columns(const struct json_doc *doc, struct ferry_str out[12], char scratch[12][24])
{
    int n = 0;
    json_each (v, doc->root) {
        if (n < 12) {
            out[n] = json_id(v, scratch[n]);
            n++;
        }
    }
    return n;
}

/* Columns: field: project, id, title ...; value: project, case, field, value; run: project, id, title, description, marker, state. */
static void local_line(struct lines *l, struct names *names, struct ferry_str line, int pass)
{
    struct json_doc doc = {NULL};
    struct ferry_str c[12] = {{NULL, 0}};
    char scratch[12][24], id[64], run[64];
    if (json_parse(&doc, line, JSON_STRICT, "dump", NULL) || columns(&doc, c, scratch) < 4) {
        add_line(l, "not understood: %.*s", STR_ARG(line));
        json_finish(&doc);
        return;
    }
    if (pass == 0 && (str_is(c[0], "value") || str_is(c[0], "run"))) {
        int is_run = str_is(c[0], "run");
        snprintf(id, sizeof id, "%s %.*s %.*s", is_run ? "run" : "case", STR_ARG(c[1]),
                 STR_ARG(c[2]));
        name_put(names, ferry_cstr(id), is_run ? c[5] : c[4]);
    } else if (pass == 1 && str_is(c[0], "case")) {
        snprintf(id, sizeof id, "case %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[2]));
        add_line(l, "case %.*s %.*s %.*s %.*s %.*s", STR_ARG(c[1]),
                 STR_ARG(name_of(names, ferry_cstr(id))), STR_ARG(c[3]), STR_ARG(c[4]),
                 STR_ARG(c[6]));
    } else if (pass == 1 && str_is(c[0], "run")) {
        add_line(l, "run %.*s %.*s %d %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[5]),
                 str_is(c[6], "complete"), STR_ARG(c[3]), STR_ARG(c[4]));
    } else if (pass == 1 && str_is(c[0], "result")) {
        snprintf(id, sizeof id, "case %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[5]));
        snprintf(run, sizeof run, "run %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[2]));
        add_line(l, "result %.*s %.*s %.*s %.*s", STR_ARG(c[1]),
                 STR_ARG(name_of(names, ferry_cstr(run))), STR_ARG(name_of(names, ferry_cstr(id))),
                 STR_ARG(c[6]));
    } else if (pass == 1 && str_is(c[0], "attachment")) {
        add_line(l, "attachment %.*s %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[2]), STR_ARG(c[4]));
    } else if (pass == 1 && str_is(c[0], "field")) {
        add_line(l, "field %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[3]));
    }
    json_finish(&doc);
}

/* --- the dump of Qase's mock --------------------------------------------------------------------------------- */

/* "run-key=K" of a description, or the whole of it. */
static struct ferry_str marker_of(struct ferry_str description)
{
    struct ferry_str rest = description, word;
    while (str_split(&rest, '\n', &word)) {
        if (str_starts(word, "run-key=") || str_starts(word, "source=")) {
            return word;
        }
    }
    return description;
}

static struct ferry_str member(const struct cJSON *body, const char *name)
{
    return json_str(json_get(body, name));
}

/* Columns: value: project, entity, thing, field, value; run: project, id, title, description, status; result: project, run, id, case, status ... */
static void qase_line(struct lines *l, struct names *names, struct ferry_str line, int pass)
{
    struct json_doc doc = {NULL};
    struct ferry_str c[12] = {{NULL, 0}};
    char scratch[12][24], id[64], run[64];
    const struct cJSON *body = NULL;
    if (json_parse(&doc, line, JSON_STRICT, "dump", NULL) || columns(&doc, c, scratch) < 3) {
        add_line(l, "not understood: %.*s", STR_ARG(line));
        json_finish(&doc);
        return;
    }
    json_each (v, doc.root) {
        body = v; /* the last */
    }
    char project = c[1].len == 2 ? c[1].ptr[1] : '?';
    if (pass == 0 && str_is(c[0], "value")) {
        snprintf(id, sizeof id, "case %c %.*s", project, STR_ARG(c[3]));
        name_put(names, ferry_cstr(id), c[5]);
    } else if (pass == 0 && str_is(c[0], "run")) {
        snprintf(id, sizeof id, "run %c %.*s", project, STR_ARG(c[2]));
        name_put(names, ferry_cstr(id), marker_of(c[4]));
    } else if (pass == 1 && str_is(c[0], "case")) {
        snprintf(id, sizeof id, "case %c %.*s", project, STR_ARG(c[2]));
        add_line(l, "case %c %.*s %.*s", project, STR_ARG(name_of(names, ferry_cstr(id))),
                 STR_ARG(c[3]));
    } else if (pass == 1 && str_is(c[0], "run")) {
        add_line(l, "run %c %.*s %d %.*s", project, STR_ARG(marker_of(c[4])), str_is(c[5], "1"),
                 STR_ARG(c[3]));
    } else if (pass == 1 && str_is(c[0], "result")) {
        snprintf(id, sizeof id, "case %c %.*s", project, STR_ARG(c[4]));
        snprintf(run, sizeof run, "run %c %.*s", project, STR_ARG(c[2]));
        add_line(l, "result %c %.*s %.*s %.*s %.*s %.*s", project,
                 STR_ARG(name_of(names, ferry_cstr(run))), STR_ARG(name_of(names, ferry_cstr(id))),
                 STR_ARG(c[5]), STR_ARG(member(body, "title")), STR_ARG(member(body, "message")));
        json_each (file, json_get(body, "attachments")) {
            add_line(l, "attachment %c %.*s", project, STR_ARG(json_str(file)));
        }
    } else if (pass == 1 && str_is(c[0], "conflict")) {
        add_line(l, "conflict %c", project);
    }
    json_finish(&doc);
}

/* --- the dump of Octane's mock: things by their names ---------------------------------------------------------- */

/* A name as one word: what comes behind it is a word of its own. */
static void add_run(struct lines *l, struct ferry_str name, int complete, struct ferry_str suite)
{
    char word[256];
    size_t n = 0;
    for (; n < name.len && n + 1 < sizeof word; n++) {
        word[n] = name.ptr[n] == ' ' ? '_' : name.ptr[n];
    }
    word[n] = '\0';
    add_line(l, "run A %s %d %.*s", word, complete, STR_ARG(suite));
}

/* A suite run is described when it is complete. Columns: module: parent, name; suite: name, modules; suite run: suite, name, release, milestone, status, whether it is described; test: ..., name, key; run: suite run, ..., test, run's name, status, ..., key. */
static void octane_line(struct lines *l, struct names *names, struct ferry_str line, int pass)
{
    struct json_doc doc = {NULL};
    struct ferry_str c[12] = {{NULL, 0}};
    char scratch[12][24];
    (void)names;
    if (pass == 0) {
        return;
    }
    if (json_parse(&doc, line, JSON_STRICT, "dump", NULL) || columns(&doc, c, scratch) < 2) {
        add_line(l, "not understood: %.*s", STR_ARG(line));
    } else if (str_is(c[0], "module") || str_is(c[0], "suite")) {
        add_line(l, "folder A %.*s %.*s %.*s", STR_ARG(c[0]), STR_ARG(c[1]), STR_ARG(c[2]));
    } else if (str_is(c[0], "suite run")) {
        add_run(l, c[2], str_is(c[6], "1"), c[1]);
    } else if (str_is(c[0], "test")) {
        add_line(l, "case A %.*s %.*s", STR_ARG(c[5]), STR_ARG(c[4]));
    } else if (str_is(c[0], "run")) {
        add_line(l, "result A %.*s %.*s %.*s %.*s", STR_ARG(c[1]), STR_ARG(c[10]), STR_ARG(c[5]),
                 STR_ARG(c[7]));
    }
    json_finish(&doc);
}

static void json_dump(struct lines *l, struct ferry_str dump,
                      void (*take)(struct lines *l, struct names *names, struct ferry_str line,
                                   int pass))
{
    struct names names = {.n = 0};
    arena_init(&names.arena, 16 << 20);
    for (int pass = 0; pass < 2; pass++) {
        struct ferry_str rest = dump, line;
        while (str_split(&rest, '\n', &line)) {
            if (line.len) {
                take(l, &names, line, pass);
            }
        }
    }
    free(names.v);
    arena_finish(&names.arena);
}

/* --- reading ------------------------------------------------------------------------------------------ */

int oracle_read(struct world *w, struct lines *out)
{
    char folder[600]; /* where the program keeps what is served in process */
    struct clock clock = clock_real();
    struct ferry_error err = {.size = sizeof err};
    struct service_setup setup = {.service = w->plugin->query(FERRY_SERVICE_1),
                                  .plugin_id = w->plugin->id,
                                  .folder = folder,
                                  .clock = &clock};
    struct service_state *state = NULL;
    struct buf dump;
    snprintf(folder, sizeof folder, "%s/%s", w->state, w->tracker);
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, MOST_DUMP);
    buf_init(&dump, MOST_DUMP);
    int32_t rc = service_state_open(&state, &setup, &err);
    rc = rc ? rc : service_state_dump(state, &dump, &err);
    service_state_close(state);
    if (rc) {
        complain(w, "no dump: %s", err.message);
    } else if (strcmp(w->tracker, "local") == 0) {
        json_dump(out, buf_str(&dump), local_line);
    } else if (strcmp(w->tracker, "qase") == 0) {
        json_dump(out, buf_str(&dump), qase_line);
    } else if (strcmp(w->tracker, "octane") == 0) {
        json_dump(out, buf_str(&dump), octane_line);
    } else {
        struct ferry_str rest = buf_str(&dump), line;
        while (str_split(&rest, '\n', &line)) {
            if (line.len) {
                ledger_line(out, line);
            }
        }
    }
    buf_finish(&dump);
    if (out->n) {
        qsort(out->v, out->n, sizeof *out->v, by_text);
    }
    return rc == FERRY_OK;
}

/* --- judging ------------------------------------------------------------------------------------------- */

static void note(char first[240], struct ferry_str line)
{
    if (!first[0]) {
        snprintf(first, 240, "%.*s", STR_ARG(line));
    }
}

void oracle_compare(const struct lines *want, const struct lines *have, struct verdict *v)
{
    size_t i = 0, k = 0;
    memset(v, 0, sizeof *v);
    while (i < want->n || k < have->n) {
        int order = i == want->n ? 1 : k == have->n ? -1 : str_cmp(want->v[i], have->v[k]);
        if (order < 0) {
            v->lost++;
            note(v->first_lost, want->v[i]);
        } else if (order > 0) {
            struct ferry_str line = have->v[k];
            v->doubled++;
            v->things += (unsigned)(str_starts(line, "case ") || str_starts(line, "run ") ||
                                    str_starts(line, "result "));
            note(v->first_doubled, line);
        }
        i += order <= 0;
        k += order >= 0;
    }
}

/* "run A <marker> 1 ...": complete. */
static int is_complete(struct ferry_str line, char project)
{
    struct ferry_str word;
    char head[8];
    snprintf(head, sizeof head, "run %c ", project);
    if (!str_starts(line, head)) {
        return 0;
    }
    line = str_sub(line, 6, line.len);
    return str_split(&line, ' ', &word) && str_starts(line, "1");
}

char oracle_early(const struct lines *want, const struct lines *have)
{
    for (char project = 'A'; project <= 'C'; project++) {
        char head[16];
        int complete = 0;
        snprintf(head, sizeof head, "result %c ", project);
        for (size_t i = 0; i < have->n; i++) {
            complete |= is_complete(have->v[i], project);
        }
        if (complete && lines_count(have, head) < lines_count(want, head)) {
            return project;
        }
    }
    return 0;
}

/* --- receipts ------------------------------------------------------------------------------------------- */

static int64_t number(const struct cJSON *v, const char *name)
{
    int64_t n = 0;
    json_int(json_get(v, name), &n);
    return n;
}

static void read_destination(const struct cJSON *d, struct said *s)
{
    s->planned += number(d, "planned");
    s->delivered += number(d, "delivered");
    s->there += number(d, "already_there");
    s->rejected += number(d, "rejected");
    s->unconfirmed += number(d, "unconfirmed");
    s->waiting += number(d, "waiting");
    s->duplicates += number(d, "duplicates");
    s->missing += number(json_get(d, "audit"), "missing");
    /* 6 goes before 10: the same command again finds two cases of one key, and plans nothing for them, by name. */
    s->audit_code |= number(d, "exit_code") == 10 || number(d, "exit_code") == 6;
    if (s->n < 3) {
        s->codes[s->n] = (int)number(d, "exit_code");
        s->completed[s->n] = json_bool(json_get(d, "run_completed"), 0);
        s->n++;
    }
    json_each (n, json_get(d, "notes")) {
        struct ferry_str field = json_str(json_get(n, "field"));
        int ids = str_is(field, "id") || str_is(field, "result");
        s->named += (unsigned)(ids && json_str(json_get(n, "text")).len > 0 &&
                               json_str(json_get(n, "name")).len > 0);
    }
}

void receipt_read(const struct told *t, struct said *s)
{
    struct json_doc doc = {NULL};
    memset(s, 0, sizeof *s);
    if (json_parse(&doc, buf_str(&t->out), JSON_STRICT, "receipt", NULL) == FERRY_OK) {
        s->valid =
            number(doc.root, "schema_version") == 1 && number(doc.root, "exit_code") == t->code;
        json_each (d, json_get(doc.root, "destinations")) {
            read_destination(d, s);
        }
    }
    json_finish(&doc);
}
