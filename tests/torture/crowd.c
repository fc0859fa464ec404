/* SPDX-License-Identifier: MIT */
/*
 * crowd.c - eight processes at once on one state folder, some of which are killed on the way. What
 * was captured is resumed, what was not is repeated; then the projects hold what they hold when the
 * same commands go one after the other.
 */
#include "crowd.h"
#include "sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 6, ROUNDS_SLOW = 2, ROUNDS_ALL = 300, RESUMES = 3, WORD = 64, ROOM = 1 << 16 };

static const char *const resume[] = {"resume", NULL};
static const char *const status[] = {"status", "--json", NULL};

/* One of the eight. */
struct member {
    struct start start;
    pid_t pid;
    char name[WORD], crash[WORD], steps[WORD];
    int code;
};

struct round {
    struct rig *r;
    const struct mix *mix;
    const struct book *reference;
    struct member members[CROWD];
    struct buf wrong;
    unsigned killed;
};

/* --- chance that can be repeated ----------------------------------------------------------- */

static unsigned draw(unsigned *seed, unsigned n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

/* --- the commands one by one --------------------------------------------------------------- */

static int run_one(struct rig *r, const char *const *args, const char *state, const char *crash,
                   const char *what, struct buf *wrong)
{
    struct start start = {.args = args, .state = state, .crash = crash};
    int code = rig_run(r, &start);
    int wanted = crash ? DIED + SIGKILL : 0;
    if (code == wanted) {
        return 1;
    }
    buf_printf(wrong, "%s (%s) ended with %d: ", what, args[0], code);
    rig_complaint(NULL, wrong);
    buf_putc(wrong, '\n');
    return 0;
}

static int run_list(struct rig *r, const char *const (*list)[WORDS_OF_ACT], const char *state,
                    const char *dies, const char *what, struct buf *wrong)
{
    int ok = 1;
    for (size_t i = 0; list[i][0] && ok; i++) {
        ok = run_one(r, list[i], state, list[i + 1][0] ? NULL : dies, what, wrong);
    }
    return ok;
}

static int read_projects(struct rig *r, const struct mix *mix, const char *state, struct book *b)
{
    for (size_t i = 0; mix->projects[i]; i++) {
        if (!book_export(r, state, mix->projects[i], b)) {
            printf("project %s cannot be exported\n", mix->projects[i]);
            rig_show(r);
            return 0;
        }
    }
    book_sort(b);
    return 1;
}

/* "seed" is what a round begins with; what comes of it in peace is the reference. */
static int make_reference(struct rig *r, const struct mix *mix, struct book *b)
{
    struct buf wrong;
    buf_init(&wrong, ROOM);
    int ok = inputs_write() && run_list(r, mix->before, "seed", mix->dies, "the seed", &wrong) &&
             folder_copy("seed", "state");
    for (size_t i = 0; i < CROWD && ok; i++) {
        ok = run_one(r, mix->acts[i], "state", NULL, "in peace", &wrong);
    }
    ok = ok && run_list(r, mix->after, "state", NULL, "afterwards", &wrong) &&
         evidence_settled("state", &wrong) && read_projects(r, mix, "state", b);
    if (wrong.len > 0) {
        printf("%s: the undisturbed run: %s\n", mix->name, buf_cstr(&wrong));
    }
    ok = ok && wrong.len == 0;
    buf_finish(&wrong);
    return ok;
}

/* --- all at once --------------------------------------------------------------------------- */

static void start_all(struct round *c, unsigned *seed)
{
    for (unsigned i = 0; i < CROWD; i++) {
        struct member *m = &c->members[i];
        int dies = draw(seed, 3) > 0;
        int step = (int)draw(seed, STEP_COUNT);
        snprintf(m->name, sizeof m->name, "%u", i);
        snprintf(m->steps, sizeof m->steps, "steps.%u", i);
        snprintf(m->crash, sizeof m->crash, "%s:%u", step_name(step), 1 + draw(seed, 2));
        m->start = (struct start){.args = c->mix->acts[i],
                                  .state = "state",
                                  .crash = dies ? m->crash : NULL,
                                  .steps = m->steps,
                                  .name = m->name};
        unlink(m->steps);
        m->pid = rig_start(c->r, &m->start);
    }
}

/* Nobody's death may be another's failure. */
static void end_all(struct round *c)
{
    for (unsigned i = 0; i < CROWD; i++) {
        struct member *m = &c->members[i];
        m->code = rig_end(c->r, &m->start, m->pid);
        int killed = m->code == DIED + SIGKILL && m->start.crash;
        c->killed += (unsigned)killed;
        if (m->code != 0 && !killed) {
            buf_printf(&c->wrong, "%s %u%s%s ended with %d: ", m->start.args[0], i,
                       m->start.crash ? ", to be killed at " : "",
                       m->start.crash ? m->start.crash : "", m->code);
            rig_complaint(m->name, &c->wrong);
            buf_putc(&c->wrong, '\n');
        }
    }
}

/* Had it said "captured"? Then its inputs may go, and resume has to do. */
static int has_captured(const struct member *m)
{
    struct steps steps = {{0}};
    return access(m->steps, F_OK) == 0 && steps_read(m->steps, &steps) &&
           steps.count[STEP_captured] > 0;
}

static int go_on(struct round *c)
{
    struct buf last;
    int ok = 0;
    buf_init(&last, ROOM);
    for (int i = 0; i < RESUMES && !ok; i++) {
        buf_reset(&last);
        ok = run_one(c->r, resume, "state", NULL, "resume", &last);
    }
    buf_put(&c->wrong, buf_str(&last));
    buf_finish(&last);
    for (unsigned i = 0; i < CROWD; i++) {
        const struct member *m = &c->members[i];
        if (m->code != 0 && !has_captured(m)) {
            run_one(c->r, m->start.args, "state", NULL, "repeated", &c->wrong);
        }
    }
    return run_list(c->r, c->mix->after, "state", NULL, "afterwards", &c->wrong);
}

static int compare(struct round *c, const char *when, struct sweep *s)
{
    struct book got = {.n = 0};
    struct difference d;
    int ok = read_projects(c->r, c->mix, "state", &got);
    if (ok) {
        book_compare(c->reference, &got, &d);
        s->lost += d.lost;
        s->doubled += d.doubled + d.strange;
        if (d.lost + d.doubled + d.strange > 0) {
            buf_printf(&c->wrong, "%s: %u lost, %u doubled, %u strange; %s\n", when, d.lost,
                       d.doubled, d.strange, d.first);
        }
        evidence_whole("state", &c->wrong);
        ok = evidence_settled("state", &c->wrong);
    }
    book_finish(&got);
    return ok;
}

static int one_round(struct sweep *s, const struct mix *mix, const struct book *reference,
                     unsigned number)
{
    struct round c = {.r = s->r, .mix = mix, .reference = reference};
    unsigned seed = number * 2654435761u;
    buf_init(&c.wrong, ROOM);
    int ok = folder_copy("seed", "state") && inputs_write();
    if (ok) {
        start_all(&c, &seed);
        run_one(c.r, status, "state", NULL, "meanwhile", &c.wrong);
        end_all(&c);
        evidence_whole("state", &c.wrong);
        go_on(&c);
        ok = compare(&c, "after the resume", s);
        run_one(c.r, resume, "state", NULL, "one more resume", &c.wrong);
        ok = ok && compare(&c, "after one more resume", s);
    }
    if (!ok || c.wrong.len > 0) {
        s->failed++;
        printf("FAILED %s, round %u\n%srepeat it: torture %s crowd %s %u\n", mix->name, number,
               buf_cstr(&c.wrong), s->r->ferry, mix->name, number);
    }
    s->points++;
    s->deaths += c.killed;
    buf_finish(&c.wrong);
    return ok;
}

int sweep_crowd(struct rig *r, const char *name, const char *seed)
{
    struct sweep s = {.r = r};
    struct book reference = {.n = 0};
    unsigned rounds = wants_all() ? ROUNDS_ALL : is_slow() ? ROUNDS_SLOW : ROUNDS;
    unsigned first = seed ? (unsigned)strtoul(seed, NULL, 10) : 1;
    size_t at = 0;
    while (at < n_mixes && strcmp(mixes[at].name, name) != 0) {
        at++;
    }
    if (at == n_mixes) {
        printf("there is no mix \"%s\"\n", name);
        return 0;
    }
    r->any_order = 1;
    int ok = make_reference(r, &mixes[at], &reference);
    for (unsigned i = 0; ok && i < (seed ? 1 : rounds); i++) {
        ok = one_round(&s, &mixes[at], &reference, first + i);
    }
    printf("crowd %s: %u rounds of %d at once, %u killed, %u lost, %u doubled\n", name, s.points,
           CROWD, s.deaths, s.lost, s.doubled);
    book_finish(&reference);
    return ok && s.failed == 0;
}
