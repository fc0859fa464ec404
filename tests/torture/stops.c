/* SPDX-License-Identifier: MIT */
/*
 * stops.c - SIGTERM and SIGINT at every named step of the road: the process ends by itself, with the code of the signal and a
 * word on how to go on, and what it leaves is judged like what a killed one leaves.
 */
#include "sweep.h"

#include <signal.h>
#include <unistd.h>

enum { SOME = 3, WORD = 64 };

static int try_stop(struct sweep *s, struct reference *ref, int step, unsigned n)
{
    char crash[WORD], how[WORD * 2];
    int number = s->points % 2 ? SIGINT : SIGTERM;
    struct point p = {.crash = crash, .signal = number};
    snprintf(crash, sizeof crash, "%s:%u", step_name(step), n);
    snprintf(how, sizeof how, "signal %d at %s", number, crash);
    return sweep_point(s, ref, &p, how);
}

static int stop_scenario(struct sweep *s, const struct scenario *scenario)
{
    struct reference ref = {.scenario = NULL};
    struct steps steps;
    unsigned most = wants_all() ? UINT32_MAX : is_slow() || scenario != scenarios ? 1 : SOME;
    unlink("steps");
    int ok = reference_make(s->r, scenario, "steps", &ref) && steps_read("steps", &steps);
    for (int step = 0; step < STEP_COUNT && ok; step++) {
        unsigned n;
        for (unsigned i = 0; ok && (n = spread(steps.count[step], most, i)) != 0; i++) {
            ok = try_stop(s, &ref, step, n);
        }
    }
    reference_finish(&ref);
    return ok;
}

int sweep_stops(struct rig *r)
{
    struct sweep s = {.r = r};
    int ok = 1;
    for (size_t i = 0; i < n_scenarios && ok; i += is_slow() ? 3 : 1) {
        ok = stop_scenario(&s, &scenarios[i]);
    }
    printf(
        "stops: %u signals, %u ends by itself, %u of them after \"captured\", %u lost, %u doubled\n",
        s.points, s.deaths, s.captured, s.lost, s.doubled);
    return ok && s.failed == 0;
}
