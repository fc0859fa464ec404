/* SPDX-License-Identifier: MIT */
/*
 * sockets_lists.c - lists that change while they are read (F29): of each kind, at the first and at the last page that can show it; lists that
 * never hold still; and the engine broken so that it believes them, which has to be noticed.
 */
#include "sockets.h"

#include <stdio.h>

static const char *const ways[] = {"one goes", "one goes, another comes", "a page lacks one"};
static const enum op_kind kinds[] = {OP_KIND_LIST_CASES, OP_KIND_LIST_RUNS, OP_KIND_LIST_RESULTS};
enum { WAYS = 3, KINDS = 3 };

static unsigned most_of(const struct scene *s, const struct strike *strike)
{
    return strike->wire->flags & WIRE_SHIFT ? s->later[strike->op] : s->counts[strike->op];
}

/* How many complaints there were. */
static unsigned run(struct world *w, const struct scene *s, const char *name,
                    const struct strike *strike, const char *const *env, struct row_end *end)
{
    unsigned before = w->failed;
    struct row row = scene_row(s, name);
    row.strikes = strike;
    row.n_strikes = 1;
    row.env = env;
    row.repeats = 1; /* it reads before it has captured anything */
    row.heals = !strike->all;
    row_run(w, &row, &s->want, end);
    trace_finish(&end->fired);
    if (end->hits != 1) {
        complain(w, "%s: did not happen", name);
    }
    return w->failed - before;
}

static void one_change(struct world *w, const struct scene *s, struct strike strike, int last,
                       struct sockets_totals *t)
{
    struct row_end end;
    char name[200];
    strike.nth = last ? most_of(s, &strike) : 1;
    snprintf(name, sizeof name, "%s: %s (%s) at the %s %s", s->name, strike.wire->name,
             strike.wire->fact, last ? "last" : "first", op_kind_name(strike.op));
    if (!is_wanted(name)) {
        return;
    }
    run(w, s, name, &strike, NULL, &end);
    t->rows++;
    t->hit += end.hits == 1;
    t->lost += end.verdict.lost > 0;
    t->doubled += end.verdict.doubled > 0;
}

/* It is given up by name, with nothing decided; who comes when it is quiet again finds all as it should be. */
static void never_still(struct world *w, const struct scene *s, enum op_kind op,
                        struct sockets_totals *t)
{
    struct strike strike = {
        .wire = wire_named(ways[0]), .apply = APPLY_ALL, .op = op, .nth = 1, .all = 1};
    struct row_end end;
    char name[200];
    snprintf(name, sizeof name, "%s: %s never hold still", s->name, op_kind_name(op));
    if (!is_wanted(name)) {
        return;
    }
    run(w, s, name, &strike, NULL, &end);
    t->rows++;
    t->hit += end.hits == 1;
    if (end.first_code != 7 && end.first_code != 11) {
        complain(w, "%s: exit %d, wanted 7 or 11", name, end.first_code);
    }
}

/* Believed as it comes, a result is lost or a case made twice. */
static void believed(struct world *w, const struct scene *s, struct sockets_totals *t)
{
    static const char *const env[] = {"FERRY_BREAK=torn_list", NULL};
    struct strike strike = {
        .wire = wire_named(ways[1]), .apply = APPLY_ALL, .op = OP_KIND_LIST_CASES, .nth = 1};
    struct row_end end;
    unsigned before = w->failed;
    buf_reset(&w->heard);
    w->broken = 1;
    w->failed = 0;
    unsigned n = run(w, s, "a list that changed is believed", &strike, env, &end);
    w->broken = 0;
    w->failed = before;
    t->rows++;
    t->hit += end.hits == 1;
    if (n == 0) {
        complain(w, "torn_list broken: nobody notices");
        return;
    }
    const char *at = strstr(buf_cstr(&w->heard), "doubled: case");
    if (!at) {
        complain(w, "torn_list broken: noticed, but no case was made twice: %s",
                 buf_cstr(&w->heard));
        return;
    }
    t->noticed++;
    printf("noticed: torn_list broken: %.*s\n", (int)strcspn(at, "\n"), at);
}

void sockets_lists(struct world *w, struct sockets_totals *t)
{
    struct scene s = scene_models[SCENE_LONG];
    if (!scene_learn(w, &s)) {
        return;
    }
    for (int i = 0; i < WAYS * KINDS * 2; i++) {
        int way = i % WAYS, kind = i / WAYS % KINDS, last = i / WAYS / KINDS;
        struct strike strike = {
            .wire = wire_named(ways[way]), .apply = APPLY_ALL, .op = kinds[kind]};
        if (most_of(&s, &strike) < 2) {
            complain(w, "%s: no second page of %s", s.name, op_kind_name(strike.op));
        } else if (is_full() || (way == kind && last == kind % 2)) {
            one_change(w, &s, strike, last, t);
        }
    }
    for (int i = 0; i < KINDS; i++) {
        if (is_full() || i == 0) {
            never_still(w, &s, kinds[i], t);
        }
    }
    believed(w, &s, t);
    scene_finish(&s);
}
