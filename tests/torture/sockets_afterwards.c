/* SPDX-License-Identifier: MIT */
/*
 * sockets_afterwards.c - what was accepted and then failed (F25): the tracker says 202, and some of it, or nothing, ever comes to be. Nobody can know that
 * from the answer; the audit finds it, and it is sent again. What does not come then is counted, and whoever resumes looks for it, until it is there.
 */
#include "sockets.h"

#include <stdio.h>

static const struct {
    const char *name;
    int scene;
    enum apply apply;
    int all; /* each time it is sent */
    int code; /* where it stays away: the primary's audit has one of its own, a mirror's troubles are 11 */
} rows[] = {{"half of a request", SCENE_UPLOAD, APPLY_PART, 0, 10},
            {"a request", SCENE_UPLOAD, APPLY_NOT, 0, 10},
            {"every request", SCENE_UPLOAD, APPLY_NOT, 1, 10},
            {"half of a request", SCENE_MIRROR, APPLY_PART, 0, 11},
            {"every request", SCENE_MIRROR, APPLY_NOT, 1, 11}};

/* What one call says, against what is there. */
static void judge(struct world *w, const char *name, const char *step, const struct scene *s,
                  const struct told *t, int code, int stays_away)
{
    struct lines have = {.n = 0};
    struct verdict v;
    struct said said;
    oracle_read(w, &have);
    unsigned missing = lines_count(&s->want, "result ") - lines_count(&have, "result ");
    oracle_compare(&s->want, &have, &v);
    receipt_read(t, &said);
    if (v.doubled) {
        complain(w, "%s: %s: %u doubled: %s", name, step, v.doubled, v.first_doubled);
    }
    if (t->code != (stays_away ? code : 0) || said.missing != (int64_t)missing ||
        (missing > 0) != stays_away || (v.lost && !missing)) {
        complain(w, "%s: %s: exit %d, %u results are not there, it counts %lld: %s", name, step,
                 t->code, missing, (long long)said.missing, v.lost ? v.first_lost : "");
    }
    lines_finish(&have);
}

static void one_row(struct world *w, const struct scene *s, size_t i, struct sockets_totals *t)
{
    struct strike strike = {.wire = wire_named("202 at once"),
                            .apply = rows[i].apply,
                            .op = OP_KIND_CREATE_RESULT,
                            .nth = 1,
                            .all = rows[i].all};
    char name[160];
    struct told told;
    snprintf(name, sizeof name, "%s: %s fails afterwards (F25)", s->name, rows[i].name);
    if (!is_wanted(name)) {
        return;
    }
    world_fresh(w);
    if (s->before) {
        s->before(w);
    }
    proxy_arm(w->proxy, &strike, 1);
    s->act(w, NULL, NULL, &told);
    unsigned hits = proxy_hits(w->proxy);
    proxy_disarm(w->proxy);
    judge(w, name, "the call", s, &told, rows[i].code, rows[i].all);
    told_finish(&told);
    resume(w, NULL, &told);
    judge(w, name, "resume", s, &told, rows[i].code, 0);
    told_finish(&told);
    s->act(w, NULL, NULL, &told);
    judge(w, name, "the same again", s, &told, rows[i].code, 0);
    told_finish(&told);
    t->rows++;
    t->hit += hits == 1;
    if (hits != 1) {
        complain(w, "%s: did not happen", name);
    }
}

void sockets_afterwards(struct world *w, struct sockets_totals *t)
{
    static const int used[] = {SCENE_UPLOAD, SCENE_MIRROR};
    for (size_t k = 0; k < 2; k++) {
        struct scene s = scene_models[used[k]];
        int ok = scene_learn(w, &s);
        for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++) {
            if (rows[i].scene == used[k]) {
                one_row(w, &s, i, t);
            }
        }
        scene_finish(&s);
    }
}
