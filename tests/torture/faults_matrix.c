/* SPDX-License-Identifier: MIT */
/*
 * faults_matrix.c - every kind of fault at every kind of request, the first, the middle and the last of it. The requests of a scenario are
 * learned from a call without faults; a row hits one of them, and has to have hit exactly that one.
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ONLY_READS = 1,  /* lists lag, nothing else does */
    ONLY_LISTS = 2,  /* a part can be applied of what holds several things */
    SLOW = 4,        /* what is sent may act later: not the in-process transport as it is */
    BEYOND = 8,      /* later than the settle time: a duplicate is right where it is named */
    AFTERWARDS = 16, /* later than the whole upload: whoever resumes is told */
    NOT_HEALED = 32  /* the upload itself cannot get over it */
};
static const struct fault_kind {
    const char *name, *rule;
    unsigned flags;
} kinds[] = {
    {"refuse", "refuse", 0},
    {"drop-before", "drop-before", 0},
    {"drop-after", "drop-after", 0},
    {"late", "late 30000", SLOW},
    {"late-beyond", "late 180000", SLOW | BEYOND},
    {"late-an-hour", "late 3600000", SLOW | BEYOND | AFTERWARDS},
    {"error-before-500", "error-before 500", 0},
    {"error-after-500", "error-after 500", 0},
    {"error-before-503", "error-before 503", 0},
    {"status-429", "status-429 7", 0},
    {"error-before-401", "error-before 401", NOT_HEALED},
    {"partial", "partial", ONLY_LISTS},
    {"truncate", "truncate 9", 0},
    {"lag", "lag 2", ONLY_READS | SLOW},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* --- scenarios ------------------------------------------------------------------------------------- */

enum { TRIES = 5 }; /* a slow machine may put requests into another order, now and then */
enum { PACES = 2 }; /* as the transport is in process; as if it were slow */
struct scenario {
    const char *name, *ledger_setup, *local_setup, *more;
    unsigned setup_lines;
    int again;
    /* learned */
    struct trace traces[PACES];
    struct lines want;
};

enum { FAN, DOUBTS, REPEATS, ABSENT, OPEN, AGAIN, SCENARIOS };
static const struct scenario models[SCENARIOS] = {
    [FAN] = {"fan", "", "", NULL, 0, 0, {{NULL, 0, 0}}, {.n = 0}},
    [DOUBTS] = {"doubts",
                "POST /v1/A/runs 1 drop-after\nPOST /v1/B/cases 1 drop-after\n"
                "POST /v1/C/runs/*/results 1 drop-after\n",
                "POST /v1/A/runs 1 drop-after\nPOST /v1/B/cases 1 drop-after\n"
                "POST /v1/C/runs 1 drop-after\n",
                NULL,
                3,
                0,
                {{NULL, 0, 0}},
                {.n = 0}},
    [REPEATS] = {"repeats",
                 "* /v1/A/attachments** 1 drop-after\nPOST /v1/B/runs/*/complete 1 drop-after\n"
                 "* /v1/C/attachments** 2 drop-after\n",
                 "* /v1/A/attachments/** 1 drop-after\nPOST /v1/B/runs/*/complete 1 drop-after\n"
                 "POST /v1/C/runs/*/results 1 drop-after\n",
                 NULL,
                 3,
                 0,
                 {{NULL, 0, 0}},
                 {.n = 0}},
    [ABSENT] = {"absent",
                "POST /v1/A/runs 1 drop-before\nPOST /v1/B/cases 1 drop-before\n"
                "POST /v1/C/runs/*/results 1 drop-before\n",
                "POST /v1/A/runs 1 drop-before\nPOST /v1/B/cases 1 drop-before\n"
                "POST /v1/C/runs/*/results 1 drop-before\n",
                NULL,
                3,
                0,
                {{NULL, 0, 0}},
                {.n = 0}},
    [OPEN] = {"open", "", "", "--complete=never", 0, 0, {{NULL, 0, 0}}, {.n = 0}},
    [AGAIN] = {"again", "", "", NULL, 0, 1, {{NULL, 0, 0}}, {.n = 0}},
};

struct matrix {
    struct world *w;
    struct scenario scenarios[SCENARIOS];
    struct totals *totals;
    unsigned seen; /* rows thought of, for samples */
};

static const char *setup_of(const struct matrix *m, const struct scenario *s)
{
    return strcmp(m->w->tracker, "local") == 0 ? s->local_setup : s->ledger_setup;
}

/* Line 1 never fires; that there is a rule with `late` makes the transport a slow one. */
static void write_script(const struct matrix *m, const struct scenario *s, int slow,
                         const char *rule, char *out, size_t size)
{
    snprintf(out, size, "%s\n%s%s\n", slow ? "NONE ** 1 late 1" : "# in process", setup_of(m, s),
             rule);
}

static unsigned setup_end(const struct scenario *s)
{
    return 1 + s->setup_lines;
}

static int same_request(const struct seen *a, const struct seen *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->target, b->target) == 0 &&
           strcmp(a->digest, b->digest) == 0;
}

static int same_requests(const struct trace *a, const struct trace *b)
{
    int same = a->n == b->n;
    for (size_t k = 0; same && k < a->n; k++) {
        same = same_request(&a->v[k], &b->v[k]);
    }
    return same;
}

/* What rows are compared with must itself be all of it. */
static void check_want(struct matrix *m, const struct scenario *s)
{
    for (char project = 'A'; project <= 'C'; project++) {
        char results[16], cases[16], runs[16], files[24];
        snprintf(results, sizeof results, "result %c ", project);
        snprintf(cases, sizeof cases, "case %c ", project);
        snprintf(runs, sizeof runs, "run %c ", project);
        snprintf(files, sizeof files, "attachment %c ", project);
        unsigned more = s->again ? OTHERS : 0;
        if (lines_count(&s->want, results) != RESULTS + more ||
            lines_count(&s->want, cases) != RESULTS + more ||
            lines_count(&s->want, runs) != 1 + (more > 0) ||
            lines_count(&s->want, files) < RESULTS / 6) {
            complain(m->w, "%s: without faults, project %c does not hold what it should", s->name,
                     project);
        }
    }
}

/* Without a fault of its own the scenario ends well, makes the same requests each time, and what is there then is what rows must end with. */
static void learn(struct matrix *m, struct scenario *s, int pace)
{
    char script[1024];
    struct row row = {.name = s->name, .script = script, .more = s->more, .again = s->again};
    struct row_end end = {.steps = 0};
    struct lines none = {.n = 0};
    struct trace *t = &s->traces[pace];
    int same = 0;
    write_script(m, s, pace, "* ** * truncate 0", script, sizeof script);
    for (int i = 0; i < TRIES && !same; i++) {
        unsigned failed = m->w->failed;
        int first = s->want.n == 0;
        m->w->broken = first; /* there is nothing yet to compare with */
        row_run(m->w, &row, first ? &none : &s->want, &end);
        if (first) {
            oracle_read(m->w, &s->want);
            m->w->failed = failed;
            m->w->broken = 0;
            check_want(m, s);
        }
        same = i > 0 && same_requests(t, &end.fired);
        trace_finish(t);
        *t = end.fired;
    }
    if (!same) {
        complain(m->w, "%s: each time the requests are others, or in another order", s->name);
    }
}

/* --- rows ------------------------------------------------------------------------------------------- */

/* Why this fault cannot happen to this request; NULL where it can. */
static const char *impossible(const struct fault_kind *kind, const struct seen *target)
{
    int read = strcmp(target->method, "GET") == 0;
    if ((kind->flags & ONLY_READS) && !read) {
        return "only what is read can lag";
    }
    if ((kind->flags & ONLY_LISTS) && target->op != OP_KIND_CREATE_CASE &&
        target->op != OP_KIND_CREATE_RESULT) {
        return read ? "a read applies nothing" : "it is one thing, and has no parts";
    }
    return NULL;
}

static struct scenario *scenario_of(struct matrix *m, const struct fault_kind *kind,
                                    enum op_kind op)
{
    int listed = op >= OP_KIND_LIST_CASES && op <= OP_KIND_LIST_RESULTS;
    int which = op == OP_KIND_FIND                                      ? DOUBTS
                : op == OP_KIND_REPEAT                                  ? REPEATS
                : op == OP_KIND_SECOND                                  ? ABSENT
                : (kind->flags & ONLY_READS) && listed                  ? AGAIN
                : (kind->flags & BEYOND) && op == OP_KIND_CREATE_RESULT ? OPEN
                                                                        : FAN;
    return &m->scenarios[which];
}

static int has_fired(const struct trace *fired, const struct scenario *s, const struct seen *target)
{
    for (size_t i = 0; i < fired->n; i++) {
        if (fired->v[i].line > setup_end(s) && same_request(&fired->v[i], target)) {
            return 1;
        }
    }
    return 0;
}

static void run_one(struct matrix *m, const struct fault_kind *kind, const char *name,
                    struct scenario *s, const struct trace *t, size_t at)
{
    char script[1024], rule[64];
    struct row_end end = {.steps = 0};
    int pace = t == &s->traces[1], fired = 0;
    struct row row = {.name = name,
                      .script = script,
                      .more = s->more,
                      .again = s->again,
                      .may_double = (kind->flags & BEYOND) != 0,
                      .resume = (kind->flags & AFTERWARDS) != 0,
                      .heals = !(kind->flags & (BEYOND | NOT_HEALED | ONLY_READS))};
    snprintf(rule, sizeof rule, "* ** %zu %s", at + 1, kind->rule);
    write_script(m, s, pace, rule, script, sizeof script);
    for (int i = 0; i < TRIES && !fired; i++) {
        row_run(m->w, &row, &s->want, &end);
        fired = has_fired(&end.fired, s, &t->v[at]);
        trace_finish(&end.fired);
    }
    m->totals->rows++;
    m->totals->fired += (unsigned)fired;
    m->totals->lost += end.verdict.lost > 0;
    m->totals->doubled += end.verdict.doubled > 0 && !row.may_double;
    m->totals->beyond += end.verdict.doubled > 0 && row.may_double;
    m->totals->found += end.verdict.doubled > 0 && end.found == end.verdict.things;
    if (!fired) {
        complain(m->w, "%s: did not fire at %s %s", name, t->v[at].method, t->v[at].target);
    }
}

static void run_cell(struct matrix *m, const struct fault_kind *kind, enum op_kind op)
{
    static const char *const positions[] = {"first", "middle", "last"};
    struct scenario *s = scenario_of(m, kind, op);
    int pace = (kind->flags & SLOW) || strcmp(m->w->tracker, "ledger") == 0;
    struct trace *t = &s->traces[pace];
    size_t at[POSITIONS] = {0};
    char name[200];
    if (!trace_pick(t, op, setup_end(s), at)) {
        complain(m->w, "%s: not three requests of kind \"%s\"", s->name, op_kind_name(op));
        return;
    }
    for (int p = 0; p < POSITIONS; p++) {
        const struct seen *target = &t->v[at[p]];
        const char *why = impossible(kind, target);
        snprintf(name, sizeof name, "%s: %s at the %s %s (%s)", m->w->tracker, kind->name,
                 positions[p], op_kind_name(op), op_kind_name(target->op));
        if (why) {
            printf("impossible: %s: %s\n", name, why);
            m->totals->impossible++;
        } else if (m->seen++ % (unsigned)m->w->sample == 0) {
            run_one(m, kind, name, s, t, at[p]);
        }
    }
}

void matrix_run(struct world *w, struct totals *t)
{
    struct matrix m = {.w = w, .totals = t};
    t->kinds = KINDS;
    t->operations = OPERATIONS;
    memcpy(m.scenarios, models, sizeof models);
    for (int i = 0; i < SCENARIOS; i++) {
        for (int pace = 0; pace < PACES; pace++) {
            learn(&m, &m.scenarios[i], pace);
        }
    }
    for (int op = 0; op < OPERATIONS; op++) {
        for (int k = 0; k < KINDS; k++) {
            run_cell(&m, &kinds[k], (enum op_kind)op);
        }
    }
    if (t->beyond != t->found || (w->sample == 1 && t->beyond == 0)) {
        complain(w, "late beyond the settle time: %u rows doubled, %u of them found and named",
                 t->beyond, t->found);
    }
    for (int i = 0; i < SCENARIOS; i++) {
        for (int pace = 0; pace < PACES; pace++) {
            trace_finish(&m.scenarios[i].traces[pace]);
        }
        lines_finish(&m.scenarios[i].want);
    }
}
