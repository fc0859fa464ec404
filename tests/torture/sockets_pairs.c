/* SPDX-License-Identifier: MIT */
/*
 * sockets_pairs.c - a fault and a death in one call, chosen by chance: any way to treat a client at any request, and SIGKILL at any named
 * step (step.h), in any scene. Afterwards what is captured is resumed, or the command is given again. FERRY_TORTURE_SEED chooses other ones.
 */
#include "sockets.h"

#include <file.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <step.h>
#include <unistd.h>

enum { SELECTION = 24, WHOLE = 2000 };

#define STEP_NAME_(name) #name,
static const char *const steps[] = {STEP_MAP(STEP_NAME_)};

struct pairs {
    struct world *w;
    struct sockets_totals *t;
    struct scene scenes[SCENE_LONG];
    unsigned reached[SCENE_LONG][STEP_COUNT]; /* how often a scene comes to a step */
    unsigned died_at[STEP_COUNT];
    unsigned tried;
    uint64_t chance;
};

/* xorshift: the same seed makes the same pairs. */
static unsigned pick(struct pairs *p, unsigned n)
{
    p->chance ^= p->chance << 13;
    p->chance ^= p->chance >> 7;
    p->chance ^= p->chance << 17;
    return n ? (unsigned)(p->chance >> 11) % n : 0;
}

static void count_steps(struct pairs *p, int scene)
{
    struct ferry_error err = {.size = sizeof err};
    struct scene *s = &p->scenes[scene];
    struct row row = scene_row(s, s->name);
    struct row_end end;
    struct buf text;
    struct ferry_str rest, line;
    char path[600], asked[640];
    const char *env[] = {asked, NULL};
    snprintf(path, sizeof path, "%s/steps", p->w->work);
    snprintf(asked, sizeof asked, "FERRY_STEPS=%s", path);
    unlink(path);
    row.env_upload = env;
    row_run(p->w, &row, &s->want, &end);
    trace_finish(&end.fired);
    buf_init(&text, 16 << 20);
    if (file_read(path, &text, &err)) {
        complain(p->w, "%s", err.message);
    }
    rest = buf_str(&text);
    while (str_split(&rest, '\n', &line)) {
        for (int i = 0; i < STEP_COUNT; i++) {
            p->reached[scene][i] += (unsigned)str_is(line, steps[i]);
        }
    }
    buf_finish(&text);
}

/* Any request of the scene, in any way. */
static struct strike any_strike(struct pairs *p, const struct scene *s)
{
    struct strike strike = {.wire = NULL};
    while (!strike.wire || (strike.wire->flags & (WIRE_LIES | WIRE_KILLS | WIRE_LIST)) ||
           !(strike.wire->when & 1u << strike.apply)) {
        strike.wire = &wires[pick(p, n_wires)];
        strike.apply = (enum apply)pick(p, APPLY_LATE);
    }
    do {
        strike.op = (enum op_kind)pick(p, OP_KIND_FIND);
    } while (s->counts[strike.op] == 0);
    int bulk = strike.op == OP_KIND_CREATE_CASE || strike.op == OP_KIND_CREATE_RESULT;
    if (strike.apply == APPLY_PART && (!bulk || strcmp(p->w->tracker, "octane") == 0)) {
        strike.apply = APPLY_ALL;
    }
    strike.nth = 1 + pick(p, s->counts[strike.op]);
    return strike;
}

/* `nth`: of that step, from the fault on; 0: any, wherever it is. */
static void run_pair(struct pairs *p, int scene, int step, unsigned nth)
{
    struct scene *s = &p->scenes[scene];
    struct strike strike = any_strike(p, s);
    char name[300], crash[80], mark[600], from[640];
    const char *env[] = {crash, from, NULL};
    struct row row = scene_row(s, name);
    struct row_end end;
    int follows = nth > 0; /* it dies of what comes after the fault */
    nth = follows ? nth : 1 + pick(p, p->reached[scene][step]);
    snprintf(crash, sizeof crash, "FERRY_CRASH_AT=%s:%u", steps[step], nth);
    snprintf(mark, sizeof mark, "%s/mark", p->w->work);
    snprintf(from, sizeof from, "FERRY_CRASH_FROM=%s", mark);
    env[1] = follows ? from : NULL;
    proxy_mark(p->w->proxy, mark);
    row.strikes = &strike;
    row.n_strikes = 1;
    row.env_upload = env;
    row.dies = 1;
    row.repeats = s->reads_before || step < STEP_captured || pick(p, 2);
    snprintf(name, sizeof name, "%s: %s (%s) %s %s %u, killed at %s%s:%u, then %s", s->name,
             strike.wire->name, strike.wire->fact, apply_name(strike.apply),
             op_kind_name(strike.op), strike.nth, follows ? "the next " : "", steps[step], nth,
             row.repeats ? "again" : "resume");
    if (!is_wanted(name) || !in_share(p->tried++)) {
        return;
    }
    row_run(p->w, &row, &s->want, &end);
    trace_finish(&end.fired);
    p->t->rows++;
    p->t->hit += end.hits == 1;
    p->t->lost += end.verdict.lost > 0;
    p->t->doubled += end.verdict.doubled > 0;
    p->t->died += end.first_code == -9;
    p->t->both += end.first_code == -9 && end.hits == 1;
    p->died_at[step] += end.first_code == -9;
}

/* First each step once, then whatever chance says: one of three wherever it is, two soon after the fault. */
static void all_pairs(struct pairs *p, unsigned most)
{
    for (unsigned i = 0; i < most; i++) {
        int scene = (int)pick(p, SCENE_LONG),
            step = (int)(i < STEP_COUNT ? i : pick(p, STEP_COUNT));
        for (int k = 0; k < SCENE_LONG && p->reached[scene][step] == 0; k++) {
            scene = (scene + 1) % SCENE_LONG;
        }
        if (p->reached[scene][step]) {
            run_pair(p, scene, step, i % 3 && step > STEP_planned ? 1 + pick(p, 3) : 0);
        }
        if (i % 100 == 99) {
            printf("%u pairs, %u died, %u faults hit, %u both\n", p->t->rows, p->t->died, p->t->hit,
                   p->t->both);
            fflush(stdout);
        }
    }
}

void sockets_pairs(struct world *w, struct sockets_totals *t)
{
    static struct pairs p;
    const char *seed = getenv("FERRY_TORTURE_SEED");
    int ok = 1;
    p.w = w;
    p.t = t;
    p.chance = seed ? strtoull(seed, NULL, 10) * 2 + 1 : 20261130;
    memcpy(p.scenes, scene_models, sizeof p.scenes);
    for (int i = 0; i < SCENE_LONG; i++) {
        ok = ok && scene_learn(w, &p.scenes[i]);
        if (ok && p.scenes[i].want.n) {
            count_steps(&p, i);
        }
    }
    if (ok) {
        all_pairs(&p, is_full() ? WHOLE : SELECTION / (unsigned)w->sample);
    }
    for (int i = 0; i < STEP_COUNT; i++) {
        if (ok && is_full() && in_share(UINT_MAX) && p.died_at[i] == 0 && i != STEP_schema_step) {
            complain(w, "nobody died at %s", steps[i]);
        }
    }
    for (int i = 0; i < SCENE_LONG; i++) {
        scene_finish(&p.scenes[i]);
    }
}
