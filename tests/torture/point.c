/* SPDX-License-Identifier: MIT */
/*
 * point.c - see point.h. The state at work is the folder "state"; "peek" is a copy, so that
 * looking changes nothing.
 */
#include "point.h"

#include <signal.h>
#include <string.h>

enum { RESUMES = 3, WRONG_MAX = 1 << 16, SHOWN = 600 };

static const char *const resume[] = {"resume", NULL};

void verdict_init(struct verdict *v)
{
    memset(v, 0, sizeof *v);
    buf_init(&v->wrong, WRONG_MAX);
    buf_init(&v->words, WRONG_MAX);
}

void verdict_finish(struct verdict *v)
{
    buf_finish(&v->wrong);
    buf_finish(&v->words);
}

/* --- the reference ------------------------------------------------------------------------- */

/* Projects that are not there are empty where `partly`; else they are a fault. */
static int read_projects(struct rig *r, const struct scenario *s, const char *state, int partly,
                         struct book *b)
{
    for (size_t i = 0; s->projects[i]; i++) {
        if (!book_export(r, state, s->projects[i], b) && !partly) {
            printf("project %s cannot be exported\n", s->projects[i]);
            rig_show(r);
            return 0;
        }
    }
    return 1;
}

static int read_all(struct rig *r, const struct scenario *s, int repeats, struct book *b)
{
    int ok = read_projects(r, s, "state", 0, b) && evidence_journal("state", repeats, b);
    book_sort(b);
    return ok;
}

/* Two databases and the blobs of both sides: a look at the wrong place would find nothing wrong. */
static int files_are_seen(void)
{
    struct buf wrong;
    buf_init(&wrong, WRONG_MAX);
    unsigned seen = evidence_whole("state", &wrong);
    int ok = seen >= 4 && wrong.len == 0;
    if (!ok) {
        printf("the undisturbed run: %u files seen\n%s", seen, buf_cstr(&wrong));
    }
    buf_finish(&wrong);
    return ok;
}

int reference_make(struct rig *r, const struct scenario *s, const char *steps,
                   struct reference *ref)
{
    struct start start = {.args = s->act, .state = "state", .steps = steps};
    int code = -1;
    memset(ref, 0, sizeof *ref);
    ref->scenario = s;
    buf_init(&ref->said, WRONG_MAX);
    buf_init(&ref->judged, 64 << 20);
    if (!scenario_prepare(r, s) || !folder_copy(s->seed, "state") ||
        (code = rig_run(r, &start)) != 0) {
        printf("scenario %s: the undisturbed run ended with %d\n", s->name, code);
        rig_show(r);
        return 0;
    }
    buf_put(&ref->said, buf_str(&r->said));
    if (r->machine && !ending_read(&ref->ending)) {
        printf("scenario %s: nothing was counted; does the library of machine.h load?\n", s->name);
        return 0;
    }
    if (r->places && !places_read(&ref->places)) {
        return 0;
    }
    return s->looks || (files_are_seen() && read_all(r, s, 1, &ref->book));
}

void reference_finish(struct reference *ref)
{
    book_finish(&ref->book);
    places_finish(&ref->places);
    buf_finish(&ref->said);
    buf_finish(&ref->judged);
}

/* --- judging ------------------------------------------------------------------------------- */

static int compare(struct rig *r, const struct reference *ref, const struct point *p,
                   const char *when, struct verdict *v)
{
    struct book got = {.n = 0};
    struct difference d;
    int ok = read_all(r, ref->scenario, !p->faults && !p->ill, &got);
    if (ok) {
        book_compare(&ref->book, &got, &d);
        v->lost += d.lost;
        v->doubled += d.doubled + d.strange;
        if (d.lost + d.doubled + d.strange > 0) {
            buf_printf(&v->wrong, "%s: %u lost, %u doubled, %u strange; %s\n", when, d.lost,
                       d.doubled, d.strange, d.first);
        }
        evidence_whole("state", &v->wrong);
    }
    book_finish(&got);
    return ok;
}

/*
 * What the dead left: whole files, no run closed over missing results; and had "captured" been
 * committed?
 */
static int look_at_the_dead(struct rig *r, const struct reference *ref, int before,
                            struct verdict *v)
{
    struct book got = {.n = 0};
    char name[400];
    if (!folder_copy("state", "peek")) {
        return 0;
    }
    evidence_whole("peek", &v->wrong);
    int captured = evidence_captured("peek");
    int ok = captured >= 0 && read_projects(r, ref->scenario, "peek", 1, &got);
    book_sort(&got);
    if (ok && book_closed_early(&ref->book, &got, name, sizeof name)) {
        v->lost++;
        buf_printf(&v->wrong, "when it died: %s\n", name);
    }
    v->captured = captured > before;
    book_finish(&got);
    return ok;
}

/* --- what a user does ---------------------------------------------------------------------- */

static void must_end_well(struct rig *r, const char *what, int code, struct verdict *v)
{
    if (code != 0) {
        struct ferry_str said = buf_str(&r->said);
        buf_printf(&v->wrong, "%s ended with %d: ", what, code);
        text_show(&v->wrong, str_sub(said, said.len > SHOWN ? said.len - SHOWN : 0, SHOWN), 0);
        buf_putc(&v->wrong, '\n');
    }
}

static int killed(int code)
{
    return code == DIED + SIGKILL || code == 128 + SIGKILL; /* strace's way to say it */
}

/* ferry said "captured": the reports may go, `ferry resume` must do. */
static int go_on(struct rig *r, const struct point *p, struct verdict *v)
{
    struct start start = {.args = resume, .state = "state", .crash = p->crash_again};
    int code = -1;
    if (!inputs_remove()) {
        return 0;
    }
    if (p->crash_again) {
        code = rig_run(r, &start);
        v->died_again = killed(code);
        start.crash = NULL;
    }
    for (int i = 0; i < RESUMES && code != 0; i++) {
        code = rig_run(r, &start);
    }
    must_end_well(r, "resume", code, v);
    return 1;
}

static int begin_again(struct rig *r, const struct reference *ref, const char *crash,
                       const char *what, struct verdict *v)
{
    struct start start = {.args = ref->scenario->act, .state = "state", .crash = crash};
    if (!inputs_write()) {
        return 0;
    }
    int code = rig_run(r, &start);
    if (crash && killed(code)) {
        v->died_again = 1;
        start.crash = NULL;
        code = rig_run(r, &start);
    }
    must_end_well(r, what, code, v);
    return 1;
}

/* A person who interrupted it is told what to do next; and it has ended because it looked, not because time was up. */
static void must_say_how_to_go_on(struct verdict *v)
{
    const char *said = buf_cstr(&v->words);
    int resume_said = strstr(said, "\"ferry resume\"") != NULL;
    int again_said = strstr(said, "run the same command again") != NULL;
    if (!resume_said && (v->captured || !again_said)) {
        buf_printf(&v->wrong, "interrupted%s, it does not say how to go on: %s\n",
                   v->captured ? " when all was captured" : "", said);
    }
    if (strstr(said, "not done after")) {
        buf_puts(&v->wrong, "interrupted, it was ended by its alarm\n");
    }
}

/* --- a machine that fails --------------------------------------------------------------------- */

/*
 * Whether all went well from this very state before: then it will again, because with the library of machine.h a command does the
 * same each time. Most points leave one of a few states.
 */
static int is_known(const struct reference *ref, const char *digest)
{
    return ref->judged.len > 0 && strstr(buf_cstr(&ref->judged), digest) != NULL;
}

/* What only looks leaves nothing behind, so its words are all there is. */
static void judge_words(const struct rig *r, const struct reference *ref, struct verdict *v)
{
    if (v->got_over && !ferry_eq(buf_str(&r->said), buf_str(&ref->said))) {
        buf_puts(&v->wrong, "it ended with 0 and said something else: ");
        text_show(&v->wrong, str_sub(buf_str(&r->said), 0, SHOWN), 0);
        buf_putc(&v->wrong, '\n');
    }
}

/* --- all of it --------------------------------------------------------------------------------- */

/* Resumed or repeated, it comes to what an undisturbed run leaves, and stays so. */
static int must_come_right(struct rig *r, const struct reference *ref, const struct point *p,
                           struct verdict *v)
{
    int ok = v->captured && !p->upload_again
                 ? go_on(r, p, v)
                 : begin_again(r, ref, p->crash_again, "the repeated command", v);
    ok = ok &&
         compare(r, ref, p, v->captured ? "after the resume" : "after the repeated command", v);
    ok = ok && begin_again(r, ref, NULL, "the same command once more", v);
    return ok && compare(r, ref, p, "after the same command once more", v);
}

static int judge_state(struct rig *r, const struct reference *ref, int before,
                       const struct point *p, struct verdict *v)
{
    if (!look_at_the_dead(r, ref, before, v)) {
        return 0;
    }
    if (p->signal) {
        must_say_how_to_go_on(v);
    }
    if (v->got_over && !compare(r, ref, p, "when it said that all is done", v)) {
        return 0;
    }
    return must_come_right(r, ref, p, v);
}

/* As judge_state(), unless it is known what comes of it. */
static int judge_new_state(struct rig *r, struct reference *ref, int before, const struct point *p,
                           struct verdict *v)
{
    char key[DIGEST_TEXT + 4], digest[DIGEST_TEXT];
    if (!folder_digest("state", digest)) {
        return 0;
    }
    snprintf(key, sizeof key, "%s %d\n", digest, v->got_over);
    v->known = is_known(ref, key);
    size_t wrong = v->wrong.len;
    int ok = v->known || judge_state(r, ref, before, p, v);
    if (ok && !v->known && v->wrong.len == wrong) {
        buf_puts(&ref->judged, key);
    }
    return ok;
}

static int try_it(struct rig *r, struct reference *ref, const struct point *p, struct verdict *v)
{
    const struct scenario *s = ref->scenario;
    struct start start = {.args = s->act,
                          .state = "state",
                          .crash = p->crash,
                          .signal = p->signal,
                          .before = p->before,
                          .faults = p->faults,
                          .ill = p->ill};
    int before = evidence_captured(s->seed);
    if (before < 0 || !folder_copy(s->seed, "state") || !inputs_write()) {
        return 0;
    }
    int code = rig_run(r, &start);
    r->time = p->later;
    v->died = p->signal ? code == 128 + p->signal : killed(code);
    buf_put(&v->words, str_sub(buf_str(&r->said), 0, WRONG_MAX / 4));
    rig_complaint(NULL, &v->words);
    v->got_over = p->ill && code == 0;
    if (p->ill) {
        v->missed = !ending_judge(r, p->ill, code, &ref->ending, &v->wrong);
    } else if (!v->died && !p->faults) { /* with a failing tracker it may say so */
        must_end_well(r, "it was not killed, and", code, v);
    }
    if (s->looks) {
        judge_words(r, ref, v);
        return 1;
    }
    return p->ill ? judge_new_state(r, ref, before, p, v) : judge_state(r, ref, before, p, v);
}

int point_try(struct rig *r, struct reference *ref, const struct point *p, struct verdict *v)
{
    int ok = try_it(r, ref, p, v);
    r->time = NULL;
    return ok;
}
