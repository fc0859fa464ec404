/* SPDX-License-Identifier: MIT */
/*
 * faults_row.c - one row: an upload under a script, then resumes without one until nothing changes, and after each step the question
 * whether what the program says is true. Used by the matrix and by the tests that break the engine on purpose.
 */
#include "faults.h"

#include "proxy.h"

#include <signal.h>
#include <stdio.h>

enum { MOST_STEPS = 6 };

struct judge {
    struct world *w;
    const struct row *row;
    const struct lines *want;
    struct row_end *end;
    struct lines have, before; /* now, and a step ago */
    int64_t duplicates;        /* the most that one receipt counted */
    unsigned named;
};

static int is_documented(int code)
{
    static const int codes[] = {0, 5, 6, 7, 8, 10, 11};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] == code) {
            return 1;
        }
    }
    return 0;
}

/* A receipt's numbers, and its exit code, against what is there. */
static void judge_receipt(struct judge *j, const char *step, const struct told *t)
{
    struct said s;
    if ((j->row->dies && t->code == -SIGKILL) || (j->row->repeats && t->code && !t->out.len)) {
        return; /* it was killed; or it has captured nothing, and says so */
    }
    receipt_read(t, &s);
    if (!is_documented(t->code)) {
        complain(j->w, "%s: %s: exit %d; %.300s", j->row->name, step, t->code, buf_cstr(&t->err));
    }
    if (!s.valid) {
        complain(j->w, "%s: %s: the receipt is no JSON of version 1 with exit code %d",
                 j->row->name, step, t->code);
    }
    if (t->code == 0 && (s.planned != s.delivered + s.there || s.waiting || s.unconfirmed)) {
        complain(j->w, "%s: %s: exit 0, and the receipt counts %lld of %lld", j->row->name, step,
                 (long long)(s.delivered + s.there), (long long)s.planned);
    }
    if (s.duplicates > j->duplicates) {
        j->duplicates = s.duplicates;
        j->named = s.named;
    }
    if (s.duplicates && !s.audit_code) {
        complain(j->w, "%s: %s: duplicates, and no destination ends with 10", j->row->name, step);
    }
}

static void judge_step(struct judge *j, const char *step, const struct told *t)
{
    struct verdict v;
    lines_finish(&j->before);
    j->before = j->have;
    if (!oracle_read(j->w, &j->have)) {
        return;
    }
    judge_receipt(j, step, t);
    char early = j->row->many_runs ? '\0' : oracle_early(j->want, &j->have);
    if (early) {
        complain(j->w, "%s: %s: the run of %c is complete, and lacks results", j->row->name, step,
                 early);
    }
    oracle_compare(j->want, &j->have, &v);
    if (t->code == 0 && v.lost) {
        complain(j->w, "%s: %s: exit 0, and %u lost: %s", j->row->name, step, v.lost, v.first_lost);
    }
}

/* A duplicate is right where the row may have one, and a receipt has counted and named all of them. */
static void judge_end(struct judge *j)
{
    struct verdict *v = &j->end->verdict;
    oracle_compare(j->want, &j->have, v);
    if (v->lost) {
        complain(j->w, "%s: %u lost: %s", j->row->name, v->lost, v->first_lost);
    }
    if (v->doubled && !j->row->may_double) {
        complain(j->w, "%s: %u doubled: %s", j->row->name, v->doubled, v->first_doubled);
    } else if (v->doubled && (j->duplicates < v->things || j->named == 0)) {
        complain(j->w, "%s: %u things doubled, %lld found, %u named: %s", j->row->name, v->things,
                 (long long)j->duplicates, j->named, v->first_doubled);
    } else {
        j->end->found = v->things;
    }
    if (j->end->last_code != 0 && !(v->doubled && j->row->may_double)) {
        complain(j->w, "%s: ends with exit %d after %u steps", j->row->name, j->end->last_code,
                 j->end->steps);
    }
}

/* Something is there already: another report, what lists will show of it, and this one, delivered. */
static void prepare(struct world *w)
{
    char to[3][64], reports[600];
    struct told t;
    for (int i = 0; i < 3; i++) {
        world_name(w, (char)('A' + i), to[i]);
    }
    world_reports_path(w, reports, "other.xml");
    const char *const args[] = {"upload", "--to",        to[0],    "--mirror", to[1], "--mirror",
                                to[2],    "--run-title", "weekly", reports,    NULL};
    world_run(w, args, NULL, &t);
    if (t.code) {
        complain(w, "the upload before: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
    world_keep_past(w);
    upload_fan(w, NULL, NULL, &t);
    if (t.code) {
        complain(w, "the first upload: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
}

/* Faults from now on, wherever they are made; none where the row is NULL. */
static void arm(struct world *w, const struct row *row)
{
    if (w->proxy && row) {
        proxy_arm(w->proxy, row->strikes, row->n_strikes);
    } else if (w->proxy) {
        proxy_disarm(w->proxy);
    } else {
        world_script(w, row ? row->script : NULL);
    }
}

static void act(struct world *w, const struct row *row, const char *const *env, struct told *t)
{
    (row->act ? row->act : upload_fan)(w, row->more, env, t);
}

void row_run(struct world *w, const struct row *row, const struct lines *want, struct row_end *end)
{
    struct judge j = {.w = w, .row = row, .want = want, .end = end};
    struct told t;
    memset(end, 0, sizeof *end);
    world_fresh(w);
    if (row->again) {
        prepare(w);
    }
    if (row->before) {
        row->before(w);
    }
    arm(w, row);
    act(w, row, row->env_upload ? row->env_upload : row->env, &t);
    trace_read(w, &end->fired);
    end->hits = w->proxy ? proxy_hits(w->proxy) : 0;
    end->first_code = end->last_code = t.code;
    judge_step(&j, "upload", &t);
    if (row->heals && t.code != 0) {
        struct ferry_str said = buf_str(&t.err);
        complain(w, "%s: upload: exit %d, and it could have gone on by itself: ...%.*s", row->name,
                 t.code, STR_ARG(str_sub(said, said.len > 400 ? said.len - 400 : 0, 400)));
    }
    arm(w, NULL);
    for (end->steps = 1; end->steps < MOST_STEPS && (t.code != 0 || row->resume); end->steps++) {
        int code = t.code;
        told_finish(&t);
        if (row->repeats) {
            act(w, row, row->env, &t);
        } else {
            resume(w, row->env, &t);
        }
        end->last_code = t.code;
        judge_step(&j, "resume", &t);
        if ((t.code == 0 && !row->resume) || (t.code == code && lines_equal(&j.have, &j.before))) {
            break;
        }
    }
    told_finish(&t);
    judge_end(&j);
    if (w->proxy) {
        proxy_judge(w->proxy, row->name, row->may_double);
    }
    lines_finish(&j.have);
    lines_finish(&j.before);
}
