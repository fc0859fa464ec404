/* SPDX-License-Identifier: MIT */
/*
 * sockets_matrix.c - every way to treat a client at every kind of request, the first, the middle and the last, before, while and after it
 * is applied; and what comes late. In full all of it; else each way once, at requests that take turns.
 */
#include "sockets.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_KINDS = OP_KIND_LIST_CASES, MOST_WIRES = 128 };

struct matrix {
    struct world *w;
    struct sockets_totals *t;
    struct scene scenes[SCENES];
    unsigned turn;
    unsigned first; /* of every so-many-th row: trackers share the selection */
    /* How often the proxy has hit each kind of request in each way, at each place and moment. */
    unsigned seen[OP_KIND_FIND][MOST_WIRES][POSITIONS][APPLY_LATE];
};

static int is_read(enum op_kind op)
{
    return (int)op >= READ_KINDS;
}

/* Why this cannot happen there; NULL: it can. */
static const char *impossible(const struct matrix *m, const struct strike *s)
{
    int octane = strcmp(m->w->tracker, "octane") == 0;
    if ((s->wire->flags & WIRE_LIST) && !is_read(s->op)) {
        return "it is no list";
    }
    int bulk = s->op == OP_KIND_CREATE_CASE || s->op == OP_KIND_CREATE_RESULT;
    if (is_read(s->op) && s->apply != APPLY_ALL && (s->wire->when & AFTER)) {
        return "a read applies nothing: after is all there is";
    }
    if (is_read(s->op) && s->apply == APPLY_PART) {
        return "a read applies nothing";
    }
    if (s->apply == APPLY_PART && octane) {
        return "a payload is taken whole";
    }
    return s->apply == APPLY_PART && !bulk ? "it is one thing, and has no parts" : NULL;
}

static const char *const places[POSITIONS] = {"first", "middle", "last"};

/* Of those that such a strike can hit. */
static unsigned count_of(const struct scene *s, const struct wire *wire, enum op_kind op)
{
    return wire->flags & WIRE_SHIFT ? s->later[op] : s->counts[op];
}

static unsigned place_of(const struct scene *s, const struct wire *wire, enum op_kind op,
                         int position)
{
    unsigned n = count_of(s, wire, op);
    return position == 0 ? 1 : position == 1 ? n / 2 + 1 : n;
}

/* One row, judged; how it was named is in the complaints. 0: the last strike did not come. */
static int run_row(struct matrix *m, struct scene *s, const char *name,
                   const struct strike *strikes, unsigned n, int beyond)
{
    struct row row = scene_row(s, name);
    struct row_end end;
    const struct wire *last = strikes[n - 1].wire;
    int kills = (last->flags & WIRE_KILLS) != 0;
    row.strikes = strikes;
    row.n_strikes = n;
    row.may_double = beyond;
    row.resume = beyond;
    row.dies = kills;
    row.repeats = s->reads_before || (kills && m->turn % 2);
    /* A tracker without a sign of life for as long as our patience lasts is given up for this time. */
    int gives_up = is_read(strikes[n - 1].op) && last->then == THEN_HOLD;
    row.heals = !beyond && !kills && !gives_up && !(last->flags & WIRE_NOT_HEALED);
    row_run(m->w, &row, &s->want, &end);
    trace_finish(&end.fired);
    int hit = end.hits == (1u << n) - 1;
    m->t->rows++;
    m->t->hit += (unsigned)hit;
    m->t->lost += end.verdict.lost > 0;
    m->t->doubled += end.verdict.doubled > 0 && !beyond;
    m->t->beyond += end.verdict.doubled > 0 && beyond;
    m->t->found += end.verdict.doubled > 0 && beyond && end.found == end.verdict.things;
    return hit;
}

/* As it falls, things go together in one request more or less: then the last one is the one before. */
static int run_strike(struct matrix *m, struct scene *s, const char *name, struct strike *strike,
                      int beyond)
{
    enum { TRIES = 4 };
    int hit = 0;
    for (int i = 0; i < TRIES && !hit && strike->nth > 0; i++, strike->nth--) {
        hit = run_row(m, s, name, strike, 1, beyond);
    }
    if (!hit) {
        complain(m->w, "%s: did not happen", name);
    }
    return hit;
}

/* --- the cells ------------------------------------------------------------------------------------- */

static void run_cell(struct matrix *m, struct scene *s, const struct strike *model, int position)
{
    struct strike strike = *model;
    char name[240];
    const char *why = impossible(m, model);
    strike.nth = place_of(s, model->wire, model->op, position);
    snprintf(name, sizeof name, "%s: %s (%s) %s the %s %s", s->name, model->wire->name,
             model->wire->fact, apply_name(model->apply), places[position],
             op_kind_name(model->op));
    m->t->impossible += why != NULL;
    if (why || !is_wanted(name)) {
        return;
    }
    int hit = run_strike(m, s, name, &strike, 0);
    m->seen[model->op][model->wire - wires][position][model->apply] += (unsigned)hit;
}

/* One of the scenes that make enough requests of a kind; they take turns. NULL: none makes any. */
static struct scene *scene_with(struct matrix *m, const struct wire *wire, enum op_kind op,
                                unsigned *most)
{
    struct scene *found = NULL;
    if (wire->flags & WIRE_LIST) {
        found = &m->scenes[SCENE_LONG];
        unsigned n = count_of(found, wire, op);
        *most = n > 2 ? 3 : n;
        return n ? found : NULL;
    }
    for (unsigned i = 0; i < SCENE_LONG; i++) {
        struct scene *s = &m->scenes[(m->turn + i) % SCENE_LONG];
        if (s->counts[op] > (found ? found->counts[op] : 0) || (!found && s->counts[op] >= 3)) {
            found = s;
        }
        if (found && found->counts[op] >= 3) {
            break;
        }
    }
    *most = found ? (found->counts[op] > 2 ? 3 : found->counts[op]) : 0;
    return found;
}

static void each_when(struct matrix *m, const struct wire *wire, enum op_kind op)
{
    for (int apply = APPLY_NOT; apply <= APPLY_ALL; apply++) {
        unsigned most = 1;
        for (unsigned position = 0; position < most && (wire->when & 1u << apply); position++) {
            struct strike strike = {.wire = wire, .apply = (enum apply)apply, .op = op};
            struct scene *s = scene_with(m, wire, op, &most);
            if (s && in_share(m->turn)) {
                run_cell(m, s, &strike, position == 1 && most == 2 ? 2 : (int)position);
            }
            m->turn++;
        }
    }
}

/* --- what was seen -------------------------------------------------------------------------------- */

/* Some scene makes such a request at such a place, and there it can happen. */
static int is_within_reach(const struct matrix *m, const struct strike *s, int position)
{
    unsigned most = 0;
    for (int i = 0; i < SCENES; i++) {
        unsigned n = count_of(&m->scenes[i], s->wire, s->op);
        int there = (i == SCENE_LONG) == ((s->wire->flags & WIRE_LIST) != 0);
        most = there && n > most ? n : most;
    }
    return (s->wire->when & 1u << s->apply) && !(s->wire->flags & WIRE_LIES) && !impossible(m, s) &&
           most > (position == 0   ? 0u
                   : position == 1 ? 2u
                                   : 1u);
}

static void count_cell(struct matrix *m, const struct strike *s, int position)
{
    if (!is_within_reach(m, s, position)) {
        return;
    }
    unsigned seen = m->seen[s->op][s->wire - wires][position][s->apply];
    m->t->cells++;
    m->t->seen += seen > 0;
    if (seen == 0 && is_full() && in_share(UINT_MAX)) {
        complain(m->w, "never seen: %s (%s) %s the %s %s", s->wire->name, s->wire->fact,
                 apply_name(s->apply), places[position], op_kind_name(s->op));
    }
}

/* Kind of request by way to treat the client by place by moment: each has to have been seen, where all of it was tried. */
static void count_cells(struct matrix *m)
{
    struct strike s = {.wire = NULL};
    for (int op = 0; op < OP_KIND_FIND; op++) {
        unsigned before = m->t->seen, cells = m->t->cells;
        s.op = (enum op_kind)op;
        for (unsigned i = 0; i < n_wires; i++) {
            s.wire = &wires[i];
            for (int at = 0; at < POSITIONS * APPLY_LATE; at++) {
                s.apply = (enum apply)(at % APPLY_LATE);
                count_cell(m, &s, at / APPLY_LATE);
            }
        }
        printf("%s: %u of %u cells seen\n", op_kind_name(s.op), m->t->seen - before,
               m->t->cells - cells);
        if (m->t->cells == cells && strcmp(m->w->tracker, "octane") != 0) {
            complain(m->w, "no scene makes a %s", op_kind_name(s.op));
        }
    }
}

static void whole_matrix(struct matrix *m)
{
    for (int op = 0; op < OP_KIND_FIND; op++) {
        for (unsigned i = 0; i < n_wires; i++) {
            if (!(wires[i].flags & WIRE_LIES)) {
                each_when(m, &wires[i], (enum op_kind)op);
            }
        }
        printf("%s: %u rows, %u hit\n", op_kind_name((enum op_kind)op), m->t->rows, m->t->hit);
        fflush(stdout);
    }
}

/* Each wire once: scenes, kinds of request, places and moments take turns. */
static void selection(struct matrix *m)
{
    for (unsigned i = 0; i < n_wires; i++, m->turn++) {
        if ((wires[i].flags & (WIRE_LIES | WIRE_LIST)) || i % (unsigned)m->w->sample != m->first) {
            continue; /* of lists: sockets_lists.c */
        }
        struct scene *s = &m->scenes[i % 6 == 0   ? SCENE_FAN
                                     : i % 6 == 3 ? SCENE_PAGES
                                                  : SCENE_UPLOAD];
        if (s->want.n == 0) { /* it takes several projects, and there is one */
            s = &m->scenes[i % 2 ? SCENE_SECOND : SCENE_UPLOAD];
        }
        struct strike strike = {.wire = &wires[i], .op = (enum op_kind)(i * 5 % OP_KIND_FIND)};
        for (unsigned k = 0; s->counts[strike.op] == 0 && k < OP_KIND_FIND; k++) {
            strike.op = (enum op_kind)((strike.op + 1) % OP_KIND_FIND);
        }
        int apply = (int)i % 3;
        for (int k = 0; k < 3; k++, apply = (apply + 1) % 3) {
            strike.apply = (enum apply)apply;
            if ((wires[i].when & 1u << apply) && !impossible(m, &strike)) {
                break;
            }
        }
        run_cell(m, s, &strike, (int)(i / 2 % 3));
    }
}

/* --- late ------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t ms; /* of a settle time of 120 s */
    int beyond;
} lates[] = {{"late, half the settle time", 60000, 0},
             {"late, just within it", 115000, 0},
             {"late, twice the settle time", 240000, 1},
             {"late, an hour", 3600000, 1}};
static const char *const unanswered[] = {"close", "silence"};

static void run_late(struct matrix *m, struct scene *s, int late, int how, enum op_kind op,
                     int position)
{
    char name[240];
    struct strike strike = {.wire = wire_named(unanswered[how]),
                            .apply = APPLY_LATE,
                            .late_ms = lates[late].ms,
                            .op = op,
                            .nth = place_of(s, wire_named(unanswered[how]), op, position)};
    snprintf(name, sizeof name, "%s: %s (F24), %s, the %s %s", s->name, unanswered[how],
             lates[late].name, places[position], op_kind_name(op));
    m->turn++;
    if (!is_wanted(name) || !in_share(m->turn)) {
        return;
    }
    run_strike(m, s, name, &strike, lates[late].beyond);
}

static void late_rows(struct matrix *m, struct scene *s)
{
    for (int late = 0; late < 4; late++) {
        for (int op = 0; op < READ_KINDS; op++) {
            for (int how = 0; how < 2 && s->counts[op]; how++) {
                for (int position = 0; position < 3; position++) {
                    if (is_full() || (position == op % 3 && (late + op) % 2 == how &&
                                      (unsigned)(late + op) % (unsigned)m->w->sample == m->first &&
                                      op_acts_twice((enum op_kind)op))) {
                        run_late(m, s, late, how, (enum op_kind)op, position);
                    }
                }
            }
        }
    }
}

/* --- a fault that follows from a fault ------------------------------------------------------------------ */

static void run_pair(struct matrix *m, struct scene *s, const struct wire *wire, enum op_kind op,
                     enum op_kind next, enum apply first)
{
    char name[240];
    int apply = wire->when & AFTER ? APPLY_ALL : APPLY_NOT;
    struct strike strikes[2] = {
        {.wire = wire_named("close"), .apply = first, .op = op, .nth = 1},
        {.wire = wire, .apply = (enum apply)apply, .op = next, .nth = 1, .then_on = 1}};
    if (s->counts[op] == 0) {
        return;
    }
    snprintf(name, sizeof name, "%s: close %s the first %s, then %s %s the next %s", s->name,
             apply_name(first), op_kind_name(op), wire->name, apply_name((enum apply)apply),
             op_kind_name(next));
    m->turn++;
    if (!is_wanted(name) || !in_share(m->turn)) {
        return;
    }
    if (!run_row(m, s, name, strikes, 2, 0)) {
        complain(m->w, "%s: did not happen", name);
    }
}

/* The look for what may have been made, and the second sending. */
static void pairs(struct matrix *m, struct scene *s)
{
    run_pair(m, s, wire_named("400"), OP_KIND_COMPLETE_RUN, OP_KIND_COMPLETE_RUN, APPLY_ALL);
    for (unsigned i = 0; i < n_wires; i++) {
        if (wires[i].flags & (WIRE_LIES | WIRE_LIST)) {
            continue;
        }
        if (is_full() || i % 25 == 7) {
            run_pair(m, s, &wires[i], OP_KIND_CREATE_CASE, OP_KIND_LIST_CASES, APPLY_ALL);
            run_pair(m, s, &wires[i], OP_KIND_CREATE_RUN, OP_KIND_LIST_RUNS, APPLY_ALL);
        }
        if (is_full() || i % 25 == 13) {
            run_pair(m, s, &wires[i], OP_KIND_CREATE_CASE, OP_KIND_CREATE_CASE, APPLY_NOT);
            run_pair(m, s, &wires[i], OP_KIND_CREATE_RESULT, OP_KIND_CREATE_RESULT, APPLY_NOT);
            run_pair(m, s, &wires[i], OP_KIND_COMPLETE_RUN, OP_KIND_COMPLETE_RUN, APPLY_ALL);
        }
    }
}

void sockets_matrix(struct world *w, struct sockets_totals *t)
{
    static struct matrix m;
    m.w = w;
    m.t = t;
    m.first = w->sample > 1 && strcmp(w->tracker, "local") != 0;
    memcpy(m.scenes, scene_models, sizeof m.scenes);
    int ok = 1;
    for (int i = 0; i < (is_full() ? SCENES : SCENE_LONG); i++) {
        ok = ok && scene_learn(w, &m.scenes[i]);
    }
    if (ok && is_full()) {
        whole_matrix(&m);
        int alone = m.scenes[SCENE_FAN].want.n == 0;
        late_rows(&m, &m.scenes[alone ? SCENE_UPLOAD : SCENE_FAN]);
        late_rows(&m, &m.scenes[alone ? SCENE_SECOND : SCENE_MIRROR]);
    }
    if (ok && !is_full()) {
        selection(&m);
        late_rows(&m, &m.scenes[SCENE_UPLOAD]);
    }
    if (ok) {
        pairs(&m, &m.scenes[SCENE_UPLOAD]);
        count_cells(&m);
    }
    if (t->beyond != t->found) {
        complain(w, "late beyond the settle time: %u rows doubled, %u of them found and named",
                 t->beyond, t->found);
    }
    for (int i = 0; i < SCENES; i++) {
        scene_finish(&m.scenes[i]);
    }
}
