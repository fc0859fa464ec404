/* SPDX-License-Identifier: MIT */
/*
 * sockets.c - `torture_sockets FERRY PLUGINS TRACKER TEST [SAMPLE]`: TEST is one of the tests below. ctest runs a selection of each;
 * with FERRY_TORTURE=full all of it. And the scenes.
 */
#include "sockets.h"

#include <file.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_local, ferry_plugin_octane_mock,
    ferry_plugin_qase_mock;

/* What is mocked, and whose service keeps it: the state is read past the program. */
static const struct {
    const char *name, *project; /* before its letter */
    const struct ferry_plugin *plugin;
    const char *more; /* of the configuration */
    int alone;        /* there is one project, and what is before the letter is its name */
} trackers[] = {
    {"local", "", &ferry_plugin_local, "", 0},
    {"octane", "1001.1002", &ferry_plugin_octane_mock,
     ", \"client_id\": \"ferry\", \"client_secret\": \"t\", \"auto_runs_slice_size\": 6, \"module\": \"engine/core\"",
     1},
    {"qase", "P", &ferry_plugin_qase_mock, ", \"token\": \"t\"", 0},
};
enum { TRACKERS = sizeof trackers / sizeof *trackers };

/* "full", or "full:I/N": the part I of N. */
static int asked(unsigned *part, unsigned *of)
{
    const char *text = getenv("FERRY_TORTURE");
    *part = 0;
    *of = 1;
    return text && (strcmp(text, "full") == 0 ||
                    (sscanf(text, "full:%u/%u", part, of) == 2 && *part < *of));
}

int is_full(void)
{
    unsigned part, of;
    return asked(&part, &of);
}

int in_share(unsigned n)
{
    unsigned part, of;
    asked(&part, &of);
    return n == UINT_MAX ? of == 1 && !getenv("FERRY_TORTURE_ROW") : n % of == part;
}

int is_wanted(const char *name)
{
    const char *asked = getenv("FERRY_TORTURE_ROW");
    return !asked || strstr(name, asked) != NULL;
}

/* --- scenes -------------------------------------------------------------------------------------- */

static void upload_to_a(struct world *w, const char *more, const char *const *env, struct told *t)
{
    char to[64], reports[600];
    world_name(w, 'A', to);
    world_reports_path(w, reports, "r.xml");
    const char *const args[] = {"upload", "--json", "--run-title", "nightly", "--to",
                                to,       reports,  more,          NULL};
    world_run(w, args, env, t);
}

static void have_a(struct world *w)
{
    struct told t;
    upload_to_a(w, NULL, NULL, &t);
    if (t.code) {
        complain(w, "the upload before the mirror: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
}

/* The server gives fewer at once than it is asked for. */
static void have_a_in_pages(struct world *w)
{
    have_a(w);
    proxy_pages(w->proxy, 5);
}

static void mirror_a(struct world *w, const char *more, const char *const *env, struct told *t)
{
    char from[64], to[64];
    world_name(w, 'A', from);
    world_name(w, 'B', to);
    const char *const args[] = {"mirror",
                                "--json",
                                "--source-project",
                                from,
                                "--target-project",
                                to,
                                "--use-latest-source-run",
                                more,
                                NULL};
    world_run(w, args, env, t);
}

/*
 * Lists of several pages each, of everything that is listed: in both projects others have made runs, and the cases are there. All of it from another
 * state folder, so that no journal knows what a list does not show.
 */
static void have_long_lists(struct world *w)
{
    enum { OLDER = 6 };
    static const char *const targets[] = {"/v1/run/PA", "/v1/run/PB"};
    struct told t;
    size_t n = strlen(w->state);
    snprintf(w->state + n, sizeof w->state - n, "/first");
    for (int i = 0; i < 2 * OLDER; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"title\":\"older %d\",\"is_autotest\":true}", i / 2);
        proxy_ask_mock(w->proxy, targets[i % 2], body);
    }
    have_a(w);
    mirror_a(w, NULL, NULL, &t);
    told_finish(&t);
    upload_to_a(w, "--again", NULL, &t);
    if (t.code) {
        complain(w, "the second upload before the mirror: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
    w->state[n] = '\0';
    proxy_pages(w->proxy, 5);
}

/* Another job with its own state folder, into the same run. */
static void upload_part(struct world *w, const char *name, const char *part, const char *state,
                        const char *more, const char *const *env, struct told *t)
{
    char to[64], reports[600];
    world_name(w, 'A', to);
    world_reports_path(w, reports, name);
    const char *const args[] = {"upload", "--json", "--run-key", "k",           "--part",
                                part,     "--to",   to,          "--run-title", "nightly",
                                reports,  more,     NULL};
    size_t n = strlen(w->state);
    snprintf(w->state + n, sizeof w->state - n, "/%s", state);
    world_run(w, args, env, t);
    w->state[n] = '\0';
}

static void first_part(struct world *w)
{
    struct told t;
    upload_part(w, "other.xml", "one", "first", NULL, NULL, &t);
    if (t.code) {
        complain(w, "the first job: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
}

static void second_part(struct world *w, const char *more, const char *const *env, struct told *t)
{
    upload_part(w, "r.xml", "two", ".", more, env, t);
}

const struct scene scene_models[SCENES] = {
    [SCENE_UPLOAD] = {.name = "upload", .act = upload_to_a, .projects = 1, .results = RESULTS},
    [SCENE_FAN] = {.name = "upload and mirrors",
                   .act = upload_fan,
                   .projects = 3,
                   .results = 3 * RESULTS},
    [SCENE_MIRROR] = {.name = "mirror, read back",
                      .before = have_a,
                      .act = mirror_a,
                      .projects = 2,
                      .results = 2 * RESULTS,
                      .reads_before = 1},
    [SCENE_PAGES] = {.name = "mirror, read back in small pages",
                     .before = have_a_in_pages,
                     .act = mirror_a,
                     .projects = 2,
                     .results = 2 * RESULTS,
                     .reads_before = 1},
    [SCENE_SECOND] = {.name = "second job of a run",
                      .before = first_part,
                      .act = second_part,
                      .projects = 1,
                      .results = RESULTS + OTHERS},
    [SCENE_LONG] = {.name = "mirror of long lists",
                    .before = have_long_lists,
                    .act = mirror_a,
                    .results = 4 * RESULTS,
                    .cases = 2 * RESULTS,
                    .runs = 16,
                    .reads_before = 1,
                    .only_qase = 1},
};

struct row scene_row(const struct scene *s, const char *name)
{
    return (struct row){
        .name = name, .before = s->before, .act = s->act, .many_runs = s->runs > s->projects};
}

int scene_learn(struct world *w, struct scene *s)
{
    struct row row = scene_row(s, s->name);
    struct lines none = {.n = 0};
    struct row_end end;
    unsigned failed = w->failed;
    unsigned cases = s->cases ? s->cases : s->results, runs = s->runs ? s->runs : s->projects;
    if ((s->only_qase && strcmp(w->tracker, "qase") != 0) ||
        (s->projects != 1 && strcmp(w->tracker, "octane") == 0)) {
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        w->broken = i == 0; /* the first time there is nothing yet to compare with */
        row_run(w, &row, i == 0 ? &none : &s->want, &end);
        trace_finish(&end.fired);
        if (i == 0) {
            w->failed = failed;
            oracle_read(w, &s->want);
        }
    }
    for (int op = 0; op <= OP_KIND_NONE; op++) {
        s->counts[op] = proxy_count(w->proxy, (enum op_kind)op);
        s->later[op] = proxy_later_pages(w->proxy, (enum op_kind)op);
    }
    if (end.first_code || lines_count(&s->want, "result ") != s->results ||
        lines_count(&s->want, "case ") != cases || lines_count(&s->want, "run ") != runs) {
        complain(w, "%s: without faults, exit %d, %u results, %u cases, %u runs", s->name,
                 end.first_code, lines_count(&s->want, "result "), lines_count(&s->want, "case "),
                 lines_count(&s->want, "run "));
    }
    return w->failed == failed;
}

void scene_finish(struct scene *s)
{
    lines_finish(&s->want);
}

/* --- the program ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*run)(struct world *w, struct sockets_totals *t);
} tests[] = {
    {"matrix", sockets_matrix},         {"defects", sockets_defects}, {"lists", sockets_lists},
    {"afterwards", sockets_afterwards}, {"pairs", sockets_pairs},     {"stale", sockets_stale},
};
enum { TESTS = sizeof tests / sizeof *tests };

static int write_config(struct world *w, int tracker)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    char path[600];
    buf_init(&text, 65536);
    buf_puts(&text, "{ \"trackers\": {\n");
    char last = trackers[tracker].alone ? 'A' : 'C';
    for (char project = 'A'; project <= last; project++) {
        char name[64], letter[2] = {trackers[tracker].alone ? '\0' : project, '\0'};
        world_name(w, project, name);
        buf_printf(&text,
                   "\"%s\": {\"plugin\": \"%s\", \"project\": \"%s%s\", \"url\": "
                   "\"http://127.0.0.1:%u\"%s}%s\n",
                   name, w->tracker, trackers[tracker].project, letter, proxy_port(w->proxy),
                   trackers[tracker].more, project < last ? "," : "");
    }
    buf_puts(&text, "} }\n");
    snprintf(path, sizeof path, "%s/ferry.json", w->work);
    int32_t rc = file_write(path, buf_str(&text), 0600, &err);
    buf_finish(&text);
    if (rc) {
        complain(w, "%s", err.message);
    }
    return rc == FERRY_OK;
}

static int usage(void)
{
    printf("usage: torture_sockets FERRY PLUGINS local|octane|qase TEST [SAMPLE]\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct sockets_totals totals = {.rows = 0};
    int test = 0, tracker = 0;
    if (argc != 5 && argc != 6) {
        return usage();
    }
    while (tracker < TRACKERS && strcmp(trackers[tracker].name, argv[3]) != 0) {
        tracker++;
    }
    while (test < TESTS && strcmp(tests[test].name, argv[4]) != 0) {
        test++;
    }
    if (test == TESTS || tracker == TRACKERS || (argc == 6 && strtol(argv[5], NULL, 10) < 1)) {
        return usage();
    }
    struct world w = {.ferry = argv[1],
                      .plugins = argv[2],
                      .sample = is_full() || argc == 5 ? 1 : (int)strtol(argv[5], NULL, 10)};
    if (!world_open(&w, trackers[tracker].plugin)) {
        return 1;
    }
    w.tracker = trackers[tracker].name;
    world_report(&w, "r.xml", &(struct report){.n = RESULTS, .odd = -1});
    world_report(&w, "other.xml", &(struct report){.first = 50, .n = OTHERS, .odd = -1});
    if (proxy_open(&w.proxy, &w) && write_config(&w, tracker)) {
        tests[test].run(&w, &totals);
    }
    printf(
        "%s: %u rows, %u hit, %u lost, %u doubled; late beyond the settle time: %u doubled, %u "
        "found and named; %u impossible; %u of %u cells seen; %u defects noticed; %u died, %u of them after the fault; %u failures\n",
        tests[test].name, totals.rows, totals.hit, totals.lost, totals.doubled, totals.beyond,
        totals.found, totals.impossible, totals.seen, totals.cells, totals.noticed, totals.died,
        totals.both, w.failed);
    proxy_close(w.proxy);
    unsigned failed = w.failed;
    world_close(&w);
    return failed ? 1 : 0;
}
