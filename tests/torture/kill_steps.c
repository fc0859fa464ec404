/* SPDX-License-Identifier: MIT */
/*
 * kill_steps.c - SIGKILL at every named step of the road: once, and again while the resume is
 * under way. Every step of step.h must be reached by the scenarios, or the sweep would look
 * green where it does not look.
 */
#include "sweep.h"

#include <string.h>
#include <unistd.h>

enum { FEW = 1, SOME = 3, WORD = 64 };

static int try_step(struct sweep *s, struct reference *ref, int step, unsigned n, const char *again,
                    int repeat)
{
    char crash[WORD], how[WORD * 3];
    struct point p = {.crash = crash, .crash_again = again, .upload_again = repeat};
    snprintf(crash, sizeof crash, "%s:%u", step_name(step), n);
    snprintf(how, sizeof how, "%s%s%s%s", crash, again ? ", then " : "", again ? again : "",
             repeat ? ", then the same command" : "");
    return sweep_point(s, ref, &p, how);
}

/* A slow build leaves out what another scenario has come to before. */
static int each_step(struct sweep *s, struct reference *ref, const struct steps *steps,
                     const struct steps *before, unsigned most)
{
    for (int step = 0; step < STEP_COUNT; step++) {
        unsigned n;
        if (is_slow() && before->count[step] > 0) {
            continue;
        }
        for (unsigned i = 0; (n = spread(steps->count[step], most, i)) != 0; i++) {
            if (!try_step(s, ref, step, n, NULL, 0)) {
                return 0;
            }
        }
    }
    return 1;
}

/* The inputs are still there, and the user repeats the command instead of resuming. */
static int repeat_instead(struct sweep *s, struct reference *ref, const struct steps *steps)
{
    for (int step = STEP_captured; step < STEP_COUNT; step++) {
        unsigned n = steps->count[step] / 2 + 1;
        if (n <= steps->count[step] && (step % 3 == 0 || !is_slow()) &&
            !try_step(s, ref, step, n, NULL, 1)) {
            return 0;
        }
    }
    return 1;
}

/*
 * The resume dies, too: at its first coming to each step. Steps it does not come to are no
 * deaths, and count as none.
 */
static int twice(struct sweep *s, struct reference *ref, const struct steps *steps)
{
    static const int first[] = {STEP_capture_batch,  STEP_captured, STEP_planned,
                                STEP_sent_committed, STEP_sent,     STEP_answered,
                                STEP_delivered,      STEP_audited};
    int stride = wants_all() ? 1 : is_slow() ? 18 : 5, turn = 0;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++, turn++) {
        for (int step = 0; step < STEP_COUNT; step++) {
            char again[WORD];
            unsigned n = steps->count[first[i]] / 2;
            snprintf(again, sizeof again, "%s:1", step_name(step));
            if (steps->count[first[i]] > 0 && (step + turn) % stride == 0 &&
                !try_step(s, ref, first[i], n ? n : 1, again, 0)) {
                return 0;
            }
        }
    }
    return 1;
}

/* `killed` 0: only which steps it comes to. */
static int sweep_scenario(struct sweep *s, const struct scenario *scenario, struct steps *reached,
                          int killed)
{
    struct reference ref = {.scenario = NULL};
    struct steps steps, before = *reached;
    unsigned most = wants_all() ? UINT32_MAX : is_slow() ? FEW : SOME;
    unlink("steps");
    int ok = reference_make(s->r, scenario, "steps", &ref) && steps_read("steps", &steps);
    for (int i = 0; ok && i < STEP_COUNT; i++) {
        reached->count[i] += steps.count[i];
    }
    int whole = scenario == scenarios; /* the others differ at the edges alone */
    if (killed) {
        ok =
            ok && each_step(s, &ref, &steps, &before, whole || wants_all() ? most : (most + 2) / 3);
    }
    if (whole || wants_all()) {
        ok = ok && repeat_instead(s, &ref, &steps) && twice(s, &ref, &steps);
    }
    reference_finish(&ref);
    return ok;
}

int sweep_steps(struct rig *r)
{
    struct sweep s = {.r = r};
    struct steps reached = {{0}};
    int ok = 1, named = 0;
    for (size_t i = 0; i < n_scenarios && ok; i++) {
        ok = sweep_scenario(&s, &scenarios[i], &reached, !is_slow() || i % 2 == 0);
    }
    for (int i = 0; i < STEP_COUNT && ok; i++) {
        named += reached.count[i] > 0;
        if (reached.count[i] == 0) {
            printf("FAILED step %s is reached by no scenario\n", step_name(i));
            s.failed++;
        }
    }
    printf("steps: %d named, %u kill points, %u of them after \"captured\", %u second kills, "
           "%u lost, %u doubled\n",
           named, s.deaths, s.captured, s.second_deaths, s.lost, s.doubled);
    return ok && s.failed == 0;
}
