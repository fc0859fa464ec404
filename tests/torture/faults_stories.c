/* SPDX-License-Identifier: MIT */
/*
 * faults_stories.c - what one scripted fault cannot tell: an item that a tracker will never take, a destination that is away for long, inputs
 * that are gone when it comes back. Each story is a few calls of the program and what has to be true after each.
 */
#include "faults.h"

#include <db.h>
#include <stdio.h>
#include <unistd.h>

/* Runs of a story end here: what the call said, what is there, and how it is to be judged. */
struct scene {
    struct world *w;
    const char *name;
    struct told told;
    struct said said;
    struct lines have;
};

static void plain_report(struct world *w)
{
    world_report(w, "r.xml", &(struct report){.n = RESULTS, .odd = -1});
}

static void scene_begin(struct scene *s, struct world *w, const char *name)
{
    memset(s, 0, sizeof *s);
    s->w = w;
    s->name = name;
    world_fresh(w);
}

static void scene_end(struct scene *s)
{
    told_finish(&s->told);
    lines_finish(&s->have);
}

/* What has just been run: its exit code is to be this one. */
static void expect_code(struct scene *s, int code)
{
    receipt_read(&s->told, &s->said);
    lines_finish(&s->have);
    oracle_read(s->w, &s->have);
    if (s->told.code != code) {
        complain(s->w, "%s: exit %d, wanted %d: %.300s", s->name, s->told.code, code,
                 buf_cstr(&s->told.err));
    }
}

static void scene_upload(struct scene *s, const char *script, const char *more, int code)
{
    told_finish(&s->told);
    world_script(s->w, script);
    upload_fan(s->w, more, NULL, &s->told);
    expect_code(s, code);
}

static void scene_resume(struct scene *s, const char *script, int code)
{
    told_finish(&s->told);
    world_script(s->w, script);
    resume(s->w, NULL, &s->told);
    expect_code(s, code);
}

static void expect_count(struct scene *s, const char *head, unsigned wanted)
{
    unsigned n = lines_count(&s->have, head);
    if (n != wanted) {
        complain(s->w, "%s: %u times \"%s\", wanted %u", s->name, n, head, wanted);
    }
}

static void expect_said(struct scene *s, const char *what)
{
    if (!strstr(buf_cstr(&s->told.out), what)) {
        complain(s->w, "%s: the receipt does not say \"%s\"", s->name, what);
    }
}

static void expect_equal(struct scene *s, const char *what, int64_t is, int64_t wanted)
{
    if (is != wanted) {
        complain(s->w, "%s: %s is %lld, wanted %lld", s->name, what, (long long)is,
                 (long long)wanted);
    }
}

/* Everything is in these projects, once, and the runs are complete. */
static void expect_whole(struct scene *s, const char *projects)
{
    for (const char *p = projects; *p; p++) {
        char results[32], runs[32], cases[32];
        snprintf(results, sizeof results, "result %c ", *p);
        snprintf(runs, sizeof runs, "run %c ", *p);
        snprintf(cases, sizeof cases, "case %c ", *p);
        expect_count(s, results, RESULTS);
        expect_count(s, cases, RESULTS);
        expect_count(s, runs, 1);
    }
    if (oracle_early(&s->have, &s->have)) {
        complain(s->w, "%s: a run is complete and lacks results", s->name);
    }
}

static void expect_nothing(struct scene *s, char project)
{
    static const char *const nouns[] = {"result", "run", "case"};
    for (int i = 0; i < 3; i++) {
        char head[32];
        snprintf(head, sizeof head, "%s %c ", nouns[i], project);
        expect_count(s, head, 0);
    }
}

static void expect_status(struct scene *s, const char *one, const char *other)
{
    static const char *const args[] = {"status", NULL};
    told_finish(&s->told);
    world_run(s->w, args, NULL, &s->told);
    if (s->told.code || !strstr(buf_cstr(&s->told.out), one) ||
        !strstr(buf_cstr(&s->told.out), other)) {
        complain(s->w, "%s: status (exit %d) does not say \"%s\" and \"%s\": %s", s->name,
                 s->told.code, one, other, buf_cstr(&s->told.out));
    }
}

/* The description of a project's run that is not the one of `other`, as people read it. */
static void expect_described(struct scene *s, char project, const char *what)
{
    static const char *const sql[] = {
        "SELECT COUNT(*) FROM runs WHERE project = ? AND description LIKE '%' || ? || '%'",
        "SELECT COUNT(*) FROM run r JOIN project p ON p.id = r.project WHERE p.code = ?"
        " AND r.description LIKE '%' || ? || '%'"};
    struct ferry_error err = {.size = sizeof err};
    struct db *db = NULL;
    char path[600], code[2] = {project, '\0'};
    int local = strcmp(s->w->tracker, "local") == 0;
    snprintf(path, sizeof path, "%s/%s/state.db", s->w->state, s->w->tracker);
    int32_t rc = db_open(&db, path, 0, 1000, &err);
    if (rc || db_one_int(db, 0, &err, sql[local], "zz", code, what) != 1) {
        complain(s->w, "%s: no run of %c is described with \"%s\"%s%s", s->name, project, what,
                 rc ? ": " : "", err.message);
    }
    db_close(db);
}

/* --- items that will never be taken ------------------------------------------------------------ */

/* The cases are there, so that it is the result alone that is refused. */
static void poison_costs_one_item(struct world *w)
{
    struct scene s;
    scene_begin(&s, w, "poison costs one item");
    scene_upload(&s, NULL, NULL, 0);
    world_report(w, "r.xml", &(struct report){.n = RESULTS, .odd = 7, .prefix = "POISON "});
    scene_upload(&s, NULL, "--again", 6);
    expect_equal(&s, "rejected", s.said.rejected, 3);
    expect_count(&s, "result A ", 2 * RESULTS - 1);
    expect_count(&s, "result B ", 2 * RESULTS - 1);
    expect_count(&s, "applied result ", 3 * (2 * RESULTS - 1));
    expect_equal(&s, "run A completed", s.said.completed[0], 1);
    expect_said(&s, "POISON t07");
    expect_described(&s, 'A', "POISON t07");
    expect_described(&s, 'A', "1 results were rejected");
    scene_resume(&s, NULL, 0);
    expect_count(&s, "result A ", 2 * RESULTS - 1);
    plain_report(w);
    scene_end(&s);
}

static void poison_that_is_held_keeps_the_run_open(struct world *w)
{
    struct scene s;
    scene_begin(&s, w, "a rejected item holds the run");
    world_report(w, "r.xml", &(struct report){.n = RESULTS, .odd = 7, .prefix = "POISON "});
    scene_upload(&s, NULL, "--hold-on-reject", 6);
    expect_equal(&s, "rejected", s.said.rejected, 6); /* the case, and the result that needs it */
    expect_count(&s, "result A ", RESULTS - 1);
    expect_equal(&s, "run A completed", s.said.completed[0], 0);
    expect_said(&s, "needs what was rejected");
    plain_report(w);
    scene_end(&s);
}

/* A batch of six is over the limit that nobody told; it is halved until it fits. */
static void too_large_is_halved(struct world *w)
{
    static char message[900];
    struct scene s;
    struct trace t;
    unsigned posts = 0;
    memset(message, 'm', sizeof message - 1);
    scene_begin(&s, w, "too large is halved");
    world_report(w, "r.xml", &(struct report){.n = RESULTS, .odd = -1, .message = message});
    scene_upload(&s, "* ** * truncate 0\n", NULL, 0);
    expect_whole(&s, "ABC");
    trace_read(w, &t);
    for (size_t i = 0; i < t.n; i++) {
        posts += t.v[i].op == OP_KIND_CREATE_RESULT && strncmp(t.v[i].target, "/v1/A/", 6) == 0;
    }
    if (posts <= RESULTS / BATCH + RESULTS / 6) {
        complain(w, "%s: only %u requests, so nothing was halved", s.name, posts);
    }
    trace_finish(&t);
    plain_report(w);
    scene_end(&s);
}

/* A key that the local tracker cannot keep: the case is refused, and the result that needs it, and nothing else. */
static void a_case_that_cannot_be_written_costs_its_result(struct world *w)
{
    struct scene s;
    scene_begin(&s, w, "a case that cannot be written");
    world_report(w, "r.xml", &(struct report){.n = RESULTS, .odd = 7, .longer_key = 1006});
    scene_upload(&s, NULL, NULL, 6);
    expect_equal(&s, "rejected", s.said.rejected, 6);
    expect_count(&s, "result A ", RESULTS - 1);
    expect_count(&s, "result C ", RESULTS - 1);
    expect_equal(&s, "run A completed", s.said.completed[0], 1);
    expect_said(&s, "needs what was rejected");
    expect_described(&s, 'A', "t07");
    plain_report(w);
    scene_end(&s);
}

/* --- destinations that are away ------------------------------------------------------------------ */

static void inputs_may_go_when_the_first_read_was_refused(struct world *w)
{
    static const struct {
        const char *script;
        int code;
    } ways[] = {
        {"GET /v1/A/** * refuse\n", 7},
        {"GET /v1/A/** * drop-before\n", 7},
        {"GET /v1/A/** * error-before 503\n", 7},
        {"GET /v1/A/** * status-429 5\n", 7},
        {"GET /v1/A/** * error-before 401\n", 5},
        {"GET /v1/A/** * error-before 404\n", 2},
        {"GET ** * refuse\n", 7},
    };
    struct scene s;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char name[100];
        snprintf(name, sizeof name, "first read: %.*s", (int)strcspn(ways[i].script, "\n"),
                 ways[i].script);
        scene_begin(&s, w, name);
        plain_report(w);
        scene_upload(&s, ways[i].script, NULL, ways[i].code);
        expect_nothing(&s, 'A');
        world_remove_reports(w);
        expect_status(&s, "to be planned", "A");
        scene_resume(&s, NULL, 0);
        expect_whole(&s, "ABC");
        expect_count(&s, "attachment A ", RESULTS / 6);
        scene_end(&s);
    }
    plain_report(w);
}

static void a_mirror_that_is_away_keeps_nobody(struct world *w)
{
    static const char *const faults[] = {"refuse", "drop-before", "error-before 500"};
    struct scene s;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char script[64];
        snprintf(script, sizeof script, "* /v1/B/** * %s\n", faults[i]);
        scene_begin(&s, w, "mirror away");
        scene_upload(&s, script, NULL, 11);
        expect_whole(&s, "AC");
        expect_nothing(&s, 'B');
        expect_equal(&s, "code of A", s.said.codes[0], 0);
        expect_equal(&s, "code of B", s.said.codes[1], 7);
        expect_equal(&s, "code of C", s.said.codes[2], 0);
        expect_status(&s, ":B", "to be planned");
        scene_resume(&s, NULL, 0);
        expect_whole(&s, "ABC");
        scene_end(&s);
    }
}

static void mirrors_go_on_when_the_primary_is_away(struct world *w)
{
    static const char *const faults[] = {"refuse", "drop-before", "error-before 500"};
    struct scene s;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char script[64];
        snprintf(script, sizeof script, "* /v1/A/** * %s\n", faults[i]);
        scene_begin(&s, w, "primary away");
        scene_upload(&s, script, NULL, 7);
        expect_whole(&s, "BC");
        expect_nothing(&s, 'A');
        scene_resume(&s, NULL, 0);
        expect_whole(&s, "ABC");
        scene_end(&s);
    }
}

/* It is given up after a while, however it fails, and status says what waits; nothing goes on for ever. */
static void patience_ends(struct world *w)
{
    static const struct {
        const char *script, *status;
        int code;
    } ways[] = {
        {"* ** * drop-before\n", "to be planned", 7},
        {"* ** * drop-after\n", "to be planned", 7},
        {"POST /v1/A/runs * drop-before\n", "waiting", 7},
        {"POST /v1/A/runs * refuse\n", "waiting", 7},
        {"POST /v1/A/runs/*/results * drop-before\n", "unconfirmed", 7},
        {"POST /v1/A/runs/*/results * error-before 500\n", "unconfirmed", 7},
        {"POST /v1/A/runs/*/results * status-429 20\n", "waiting", 7},
        {"POST /v1/A/runs/*/results * error-before 403\n", "unconfirmed", 8},
        {"POST /v1/A/runs/*/complete * error-before 500\n", "unconfirmed", 7},
        {"POST /v1/A/runs/*/complete * error-before 403\n", "unconfirmed", 8},
        {"* /v1/A/attachments** * drop-before\n", "unconfirmed", 7},
        {"GET /v1/A/runs/*/results * error-before 500\n", "", 7},
        {"GET /v1/A/results** * error-before 500\n", "", 7},
    };
    int local = strcmp(w->tracker, "local") == 0;
    struct scene s;
    size_t stride = w->sample > 1 ? 4 : 1;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i += stride) {
        if (strstr(ways[i].script, local ? "A/results" : "GET /v1/A/runs/*")) {
            continue; /* the other tracker's path */
        }
        char name[100];
        snprintf(name, sizeof name, "patience: %.*s", (int)strcspn(ways[i].script, "\n"),
                 ways[i].script);
        scene_begin(&s, w, name);
        scene_upload(&s, ways[i].script, NULL, ways[i].code);
        expect_equal(&s, "code of A", s.said.codes[0], ways[i].code);
        expect_status(&s, ways[i].status, ":A");
        scene_resume(&s, ways[i].script, ways[i].code); /* as bad as it was: nothing is worse */
        world_script(w, NULL);
        scene_resume(&s, NULL, 0);
        expect_whole(&s, "ABC");
        expect_status(&s, "nothing is waiting", "runs are done");
        scene_end(&s);
    }
}

/* Half of what is sent is lost in one way or another, in all calls; in the end everything is there once. */
static void a_line_that_loses_every_third_request(struct world *w)
{
    static const char script[] = "* ** 3 drop-before\n* ** 6 drop-after\n* ** 9 error-after 500\n"
                                 "* ** 12 late 20000\n* ** 15 truncate 5\n* ** 18 refuse\n"
                                 "* ** 21 drop-after\n* ** 24 partial\n* ** 27 status-429 3\n"
                                 "* ** 30 drop-after\n* ** 33 late 60000\n* ** 36 drop-after\n"
                                 "* ** 39 partial\n* ** 42 error-before 503\n* ** 45 drop-after\n"
                                 "* ** 48 late 90000\n* ** 51 truncate 30\n* ** 54 drop-after\n";
    struct scene s;
    scene_begin(&s, w, "every third request is lost");
    scene_upload(&s, script, NULL, 0);
    for (int i = 0; i < 3 && s.told.code; i++) {
        scene_resume(&s, script, 0);
    }
    expect_whole(&s, "ABC");
    scene_end(&s);
}

void stories_run(struct world *w)
{
    if (strcmp(w->tracker, "ledger") == 0) {
        poison_costs_one_item(w);
        poison_that_is_held_keeps_the_run_open(w);
        too_large_is_halved(w);
    } else {
        a_case_that_cannot_be_written_costs_its_result(w);
    }
    inputs_may_go_when_the_first_read_was_refused(w);
    a_mirror_that_is_away_keeps_nobody(w);
    mirrors_go_on_when_the_primary_is_away(w);
    patience_ends(w);
    a_line_that_loses_every_third_request(w);
}
