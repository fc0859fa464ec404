/* SPDX-License-Identifier: MIT */
/*
 * sockets.c - `torture_sockets FERRY PLUGINS TRACKER TEST`: TEST is matrix. ctest runs a selection of each;
 * with FERRY_TORTURE=full all of it. And the scenes.
 */
#include "sockets.h"

#include <file.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_local;

int is_full(void)
{
    const char *asked = getenv("FERRY_TORTURE");
    return asked && strcmp(asked, "full") == 0;
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

const struct scene scene_models[SCENES] = {
    [SCENE_UPLOAD] = {.name = "upload", .act = upload_to_a},
    [SCENE_FAN] = {.name = "upload and mirrors", .act = upload_fan},
    [SCENE_MIRROR] = {.name = "mirror, read back",
                      .before = have_a,
                      .act = mirror_a,
                      .reads_before = 1},
};

struct row scene_row(const struct scene *s, const char *name)
{
    return (struct row){.name = name, .before = s->before, .act = s->act};
}

int scene_learn(struct world *w, struct scene *s)
{
    struct row row = scene_row(s, s->name);
    struct lines none = {.n = 0};
    struct row_end end;
    unsigned failed = w->failed;
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
    }
    int projects = s->act == upload_fan ? 3 : s->act == upload_to_a ? 1 : 2;
    if (end.first_code || lines_count(&s->want, "result ") != (unsigned)projects * RESULTS ||
        lines_count(&s->want, "case ") != (unsigned)projects * RESULTS) {
        complain(w, "%s: without faults, exit %d, %u results, %u cases", s->name, end.first_code,
                 lines_count(&s->want, "result "), lines_count(&s->want, "case "));
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
    {"matrix", sockets_matrix},
};
enum { TESTS = sizeof tests / sizeof *tests };

static int write_config(struct world *w)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    char path[600];
    buf_init(&text, 65536);
    buf_puts(&text, "{ \"trackers\": {\n");
    for (char project = 'A'; project <= 'C'; project++) {
        char name[64];
        world_name(w, project, name);
        buf_printf(&text,
                   "\"%s\": {\"plugin\": \"%s\", \"project\": \"%c\", \"url\": "
                   "\"http://127.0.0.1:%u\"}%s\n",
                   name, w->tracker, project, proxy_port(w->proxy), project < 'C' ? "," : "");
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
    printf("usage: torture_sockets FERRY PLUGINS local matrix\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct sockets_totals totals = {.rows = 0};
    int test = 0;
    if (argc != 5 || strcmp(argv[3], ferry_plugin_local.id) != 0) {
        return usage();
    }
    while (test < TESTS && strcmp(tests[test].name, argv[4]) != 0) {
        test++;
    }
    if (test == TESTS) {
        return usage();
    }
    struct world w = {.ferry = argv[1], .plugins = argv[2], .sample = is_full() ? 1 : 0};
    if (!world_open(&w, &ferry_plugin_local)) {
        return 1;
    }
    world_report(&w, "r.xml", &(struct report){.n = RESULTS, .odd = -1});
    if (proxy_open(&w.proxy, &w) && write_config(&w)) {
        tests[test].run(&w, &totals);
    }
    printf("%s: %u rows, %u hit, %u lost, %u doubled; late beyond the settle time: %u doubled, %u "
           "found and named; %u impossible; %u of %u cells seen; %u failures\n",
           tests[test].name, totals.rows, totals.hit, totals.lost, totals.doubled, totals.beyond,
           totals.found, totals.impossible, totals.seen, totals.cells, w.failed);
    proxy_close(w.proxy);
    unsigned failed = w.failed;
    world_close(&w);
    return failed ? 1 : 0;
}
