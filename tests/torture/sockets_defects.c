/* SPDX-License-Identifier: MIT */
/*
 * sockets_defects.c - the engine broken on purpose, one rule of delivery at a time (step.h): each row is clean with the engine as it is,
 * and has to be complained of with the engine broken. A torture that notices nothing proves nothing.
 */
#include "sockets.h"

#include <file.h>
#include <stdio.h>

#define AT(what, how, kind, n) .wire = what, .apply = APPLY_##how, .op = OP_KIND_##kind, .nth = n
struct hit { /* a strike, its wire by name */
    const char *wire;
    enum apply apply;
    enum op_kind op;
    unsigned nth;
    int64_t late_ms;
    int then_on;
};

struct defect {
    const char *name; /* of step.h */
    int scene;
    int batch; /* FERRY_BATCH: how much goes in one request; 0: all that may */
    struct hit hits[2];
    const char *notice; /* what a complaint has to be about */
};
static const struct defect defects[] = {
    {"write_before_act", SCENE_UPLOAD, 0, {{AT("killed", ALL, CREATE_CASE, 2)}}, "doubled"},
    {"write_before_act", SCENE_FAN, 0, {{AT("killed", ALL, CREATE_RUN, 2)}}, "doubled"},
    {"settle", SCENE_UPLOAD, 0, {{AT("close", LATE, CREATE_RUN, 1), .late_ms = 60000}}, "doubled"},
    {"settle", SCENE_MIRROR, 0, {{AT("reset", LATE, CREATE_CASE, 3), .late_ms = 60000}}, "doubled"},
    {"settle_from_sent",
     SCENE_UPLOAD,
     0,
     {{AT("silence", LATE, CREATE_RUN, 1), .late_ms = 90000}},
     "doubled"},
    {"settle_from_sent",
     SCENE_FAN,
     0,
     {{AT("drip", LATE, CREATE_CASE, 4), .late_ms = 30000}},
     "doubled"},
    {"complete_early",
     SCENE_UPLOAD,
     0,
     {{AT("close", NOT, CREATE_RESULT, 2)}},
     ": completed before "},
    {"complete_early",
     SCENE_MIRROR,
     0,
     {{AT("500", NOT, CREATE_RESULT, 1)}},
     ": completed before "},
    {"prereq_guard", SCENE_UPLOAD, 0, {{AT("close", ALL, COMPLETE_RUN, 1)}}, "in one breath"},
    {"prereq_guard", SCENE_FAN, 0, {{AT("reset", ALL, CREATE_RUN, 2)}}, "in one breath"},
    {"look_first", SCENE_SECOND, 0, {{AT("an old list", ALL, LIST_RUNS, 1)}}, "doubled"},
    {"refused_retry",
     SCENE_UPLOAD,
     0,
     {{AT("429", NOT, CREATE_RUN, 1)},
      {AT("killed", LATE, CREATE_RUN, 1), .late_ms = 60000, .then_on = 1}},
     "doubled"},
    {"unparsed", SCENE_UPLOAD, 0, {{AT("JSON cut", NOT, CREATE_RESULT, 1)}}, " lost: "},
    {"unparsed", SCENE_MIRROR, 0, {{AT("a page as 200", NOT, CREATE_RESULT, 2)}}, " lost: "},
    {"repeat_refused",
     SCENE_UPLOAD,
     0,
     {{AT("close", ALL, COMPLETE_RUN, 1)}, {AT("400", NOT, COMPLETE_RUN, 1), .then_on = 1}},
     "upload: exit 6"},
};

/* At Octane what acts twice is a suite. It is looked for before it is made, so that only what comes late can be doubled; and results are known by their bytes. look_first is not here: whoever joins a run needs no suite. */
static const struct defect octane_defects[] = {
    {"write_before_act",
     SCENE_UPLOAD,
     0,
     {{AT("killed", LATE, CREATE_CASE, 1), .late_ms = 60000}},
     "doubled"},
    {"settle", SCENE_UPLOAD, 0, {{AT("close", LATE, CREATE_CASE, 1), .late_ms = 60000}}, "doubled"},
    {"settle_from_sent",
     SCENE_UPLOAD,
     0,
     {{AT("silence", LATE, CREATE_CASE, 1), .late_ms = 90000}},
     "doubled"},
    {"complete_early",
     SCENE_UPLOAD,
     4,
     {{AT("close", NOT, CREATE_RESULT, 2)}},
     ": completed before "},
    {"prereq_guard", SCENE_UPLOAD, 0, {{AT("close", ALL, CREATE_CASE, 1)}}, "in one breath"},
    {"prereq_guard", SCENE_UPLOAD, 0, {{AT("reset", ALL, COMPLETE_RUN, 1)}}, "in one breath"},
    {"refused_retry",
     SCENE_UPLOAD,
     0,
     {{AT("429", NOT, CREATE_CASE, 1)},
      {AT("killed", LATE, CREATE_CASE, 1), .late_ms = 60000, .then_on = 1}},
     "doubled"},
    {"unparsed", SCENE_UPLOAD, 0, {{AT("JSON cut", NOT, CREATE_RESULT, 1)}}, ": completed before "},
    {"unparsed", SCENE_UPLOAD, 0, {{AT("a page as 200", NOT, COMPLETE_RUN, 1)}}, " lost: "},
    {"repeat_refused", /* of the last result alone: of several none would be to blame */
     SCENE_UPLOAD,
     1,
     {{AT("close", ALL, CREATE_RESULT, 18)}, {AT("400", NOT, CREATE_RESULT, 1), .then_on = 1}},
     "upload: exit 6"},
};

/* Runs the row; how many complaints there were; w->heard has them. */
static unsigned try_row(struct world *w, const struct defect *d, const struct scene *s, int broken)
{
    char asked[64], few[32], name[200] = "";
    const char *env[3] = {asked, d->batch ? few : NULL, NULL};
    struct strike strikes[2];
    struct row row = scene_row(s, name);
    struct row_end end;
    unsigned before = w->failed, n = 0;
    for (; n < 2 && d->hits[n].wire; n++) {
        const struct hit *h = &d->hits[n];
        strikes[n] = (struct strike){.wire = wire_named(h->wire),
                                     .apply = h->apply,
                                     .late_ms = h->late_ms,
                                     .op = h->op,
                                     .nth = h->nth,
                                     .then_on = h->then_on};
    }
    snprintf(few, sizeof few, "FERRY_BATCH=%d", d->batch);
    snprintf(asked, sizeof asked, "FERRY_BREAK=%s", broken ? d->name : "nothing");
    snprintf(name, sizeof name, "%s: %s at %s %u", s->name, d->hits[n - 1].wire,
             op_kind_name(d->hits[n - 1].op), d->hits[n - 1].nth);
    row.env = env;
    row.strikes = strikes;
    row.n_strikes = n;
    row.dies = (strikes[n - 1].wire->flags & WIRE_KILLS) != 0;
    row.heals = !row.dies;
    buf_reset(&w->heard);
    w->broken = broken;
    w->failed = broken ? 0 : w->failed;
    row_run(w, &row, &s->want, &end);
    trace_finish(&end.fired);
    w->broken = 0;
    unsigned complaints = broken ? w->failed : w->failed - before;
    w->failed = broken ? before : w->failed;
    if (end.hits != (1u << n) - 1) {
        complain(w, "%s: did not happen", name);
    }
    return complaints;
}

/* The line that this is in. */
static void print_line(const char *name, const char *at, const char *text)
{
    while (at > text && at[-1] != '\n') {
        at--;
    }
    printf("noticed: %s broken: %.*s\n", name, (int)strcspn(at, "\n"), at);
}

static void notices(struct world *w, const struct defect *d, const struct scene *s,
                    struct sockets_totals *t)
{
    t->rows++;
    if (try_row(w, d, s, 0)) {
        return; /* it has complained already */
    }
    t->hit++;
    unsigned n = try_row(w, d, s, 1);
    if (n == 0) {
        complain(w, "%s broken: nobody notices", d->name);
    } else if (!strstr(buf_cstr(&w->heard), d->notice)) {
        complain(w, "%s broken: noticed, but not as \"%s\": %s", d->name, d->notice,
                 buf_cstr(&w->first));
    } else {
        t->noticed++;
        print_line(d->name, strstr(buf_cstr(&w->heard), d->notice), buf_cstr(&w->heard));
    }
}

/* --- stored bytes ------------------------------------------------------------------------------------ */

/*
 * Results are lost on their way until the tracker is given up; then the configuration changes something that is in every body that is
 * encoded from then on (the name of the key's field; what becomes of failures). What is in doubt has to go out as it went out first.
 */
/* Octane's bodies have nothing that the environment says: what stands in every one is written into the configuration. */
static void change_config(struct world *w, int changed)
{
    static const char more[] = "\"report_url\": \"https://ci.example/1\", \"plugin\"";
    struct ferry_error err = {.size = sizeof err};
    struct buf before, after;
    char path[600];
    snprintf(path, sizeof path, "%s/ferry.json", w->work);
    buf_init(&before, 65536);
    buf_init(&after, 65536);
    int32_t rc = file_read(path, &before, &err);
    const char *at = rc ? NULL : strstr(buf_cstr(&before), changed ? "\"plugin\"" : more);
    if (at) {
        size_t head = (size_t)(at - buf_cstr(&before));
        const char *was = changed ? "\"plugin\"" : more, *is = changed ? more : "\"plugin\"";
        buf_put(&after, str_sub(buf_str(&before), 0, head));
        buf_puts(&after, is);
        buf_puts(&after, at + strlen(was));
        rc = file_write(path, buf_str(&after), 0600, &err);
    }
    if (rc || !at) {
        complain(w, "stored bytes: the configuration cannot be changed: %s", err.message);
    }
    buf_finish(&before);
    buf_finish(&after);
}

static unsigned changed_bytes(struct world *w, const struct scene *s, int broken)
{
    const char *env[] = {broken ? "FERRY_BREAK=stored_bytes" : "FERRY_BREAK=nothing", NULL};
    const char *later[] = {env[0],
                           strcmp(w->tracker, "qase") == 0
                               ? "QASE_TESTOPS_DEFECT=true"
                               : "FERRY_AUTOMATION_KEY_FIELD=Another Key",
                           NULL};
    struct strike every[MOST_STRIKES];
    struct told t;
    unsigned of = 0;
    int octane = strcmp(w->tracker, "octane") == 0;
    for (unsigned i = 0; i < MOST_STRIKES; i++) {
        every[i] = (struct strike){
            .wire = wire_named("close"), .op = OP_KIND_CREATE_RESULT, .nth = i + 1, .all = 1};
    }
    world_fresh(w);
    proxy_arm(w->proxy, every, 1);
    s->act(w, NULL, env, &t);
    told_finish(&t);
    proxy_disarm(w->proxy);
    if (octane) {
        change_config(w, 1);
    }
    resume(w, later, &t);
    if (octane) {
        change_config(w, 0);
    }
    if (t.code) {
        complain(w, "stored bytes: the resume ends with %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
    unsigned changed = proxy_not_repeated(w->proxy, OP_KIND_CREATE_RESULT, &of);
    if (of == 0) {
        complain(w, "stored bytes: no result was sent");
    }
    return changed;
}

static void notices_new_bytes(struct world *w, const struct scene *s, struct sockets_totals *t)
{
    t->rows++;
    unsigned changed = changed_bytes(w, s, 0);
    if (changed) {
        complain(w, "stored bytes: %u lost requests were not sent again as they were", changed);
        return;
    }
    t->hit++;
    changed = changed_bytes(w, s, 1);
    if (changed == 0) {
        complain(w, "stored_bytes broken: nobody notices");
        return;
    }
    t->noticed++;
    printf("noticed: stored_bytes broken: %u lost requests were not sent again as they were\n",
           changed);
}

void sockets_defects(struct world *w, struct sockets_totals *t)
{
    struct scene scenes[SCENE_LONG];
    int ok = 1, octane = strcmp(w->tracker, "octane") == 0;
    const struct defect *all = octane ? octane_defects : defects;
    size_t n = octane ? sizeof octane_defects / sizeof *all : sizeof defects / sizeof *all;
    memcpy(scenes, scene_models, sizeof scenes);
    for (int i = 0; i < SCENE_LONG; i++) {
        ok = ok && scene_learn(w, &scenes[i]);
    }
    for (size_t i = 0; ok && i < n; i++) {
        int twice = i > 0 && strcmp(all[i].name, all[i - 1].name) == 0;
        if (is_full() || (!twice && i % (size_t)w->sample == 0)) {
            notices(w, &all[i], &scenes[all[i].scene], t);
        }
    }
    if (ok) {
        notices_new_bytes(w, &scenes[SCENE_UPLOAD], t);
    }
    for (int i = 0; i < SCENE_LONG; i++) {
        scene_finish(&scenes[i]);
    }
}
