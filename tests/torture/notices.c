/* SPDX-License-Identifier: MIT */
/*
 * notices.c - would the sweeps notice? Each seeded defect of step.h is switched on, and
 * something must be lost, doubled or otherwise wrong at one of the places where it shows. The
 * same places are clean without it: that is what the sweeps say every day, and what is tried
 * here first.
 */
#include "sweep.h"

#include <file.h>
#include <string.h>
#include <unistd.h>

enum { POINTS = 6, POINTS_SLOW = 2, WORD = 64 };

static const struct place {
    const char *defect;
    int steps[3];
    unsigned n;
    const char *must_say;
    const char *faults; /* NULL, or nobody is killed: a script for transport_faults.h */
} places[] = {
    {"write_before_act", {STEP_sent, STEP_answered}, 2, "; doubled: ", NULL},
    {"stored_bytes",
     {STEP_sent_committed, STEP_sent, STEP_answered},
     3,
     " was encoded 2 times",
     NULL},
    {"complete_early", {0}, 0, " is complete and lacks results", "POST **/results * refuse\n"},
    {"settle", {0}, 0, "; doubled: ", "POST **/cases 1 late 60000\nPOST **/cases 2 late 90000\n"},
};
enum { PLACES = sizeof places / sizeof *places };

/* `right`: points that say what the place must say; `wrong`: those that say anything. */
struct heard {
    unsigned points, right, wrong;
};

static int listen(struct rig *r, struct reference *ref, const struct point *p, const char *how,
                  const char *must_say, struct heard *h)
{
    struct verdict v;
    verdict_init(&v);
    int ok = point_try(r, ref, p, &v);
    h->points++;
    h->wrong += v.wrong.len > 0;
    int right = strstr(buf_cstr(&v.wrong), must_say) != NULL;
    if (ok && v.wrong.len > 0 && ((right && h->right == 0) || !r->defect)) {
        printf("%s%s: %s", r->defect ? "" : "FAILED without the defect: ", how, buf_cstr(&v.wrong));
    }
    h->right += (unsigned)right;
    verdict_finish(&v);
    return ok;
}

static int each_kill(struct rig *r, struct reference *ref, const struct steps *steps,
                     const struct place *place, struct heard *h)
{
    for (unsigned i = 0; i < place->n; i++) {
        int step = place->steps[i];
        unsigned n, most = is_slow() ? POINTS_SLOW : POINTS;
        for (unsigned k = 0; (n = spread(steps->count[step], most, k)) != 0; k++) {
            char crash[WORD];
            struct point p = {.crash = crash};
            snprintf(crash, sizeof crash, "%s:%u", step_name(step), n);
            if (!listen(r, ref, &p, crash, place->must_say, h)) {
                return 0;
            }
        }
    }
    return 1;
}

static int each_fault(struct rig *r, struct reference *ref, const struct place *place,
                      struct heard *h)
{
    struct ferry_error err = {.size = sizeof err};
    struct point p = {.faults = "faults"};
    if (file_write("faults", ferry_cstr(place->faults), 0600, &err)) {
        printf("%s\n", err.message);
        return 0;
    }
    unlink("faults.fired");
    int ok = listen(r, ref, &p, "with a failing tracker", place->must_say, h);
    if (ok && access("faults.fired", F_OK) != 0) {
        printf("no fault happened; is this a build with FERRY_TEST_HOOKS?\n");
        return 0;
    }
    return ok;
}

static int each_place(struct rig *r, struct reference *ref, const struct steps *steps,
                      const struct place *place, struct heard *h)
{
    return place->faults ? each_fault(r, ref, place, h) : each_kill(r, ref, steps, place, h);
}

static int compare_both(struct rig *r, struct reference *ref, const struct steps *steps,
                        const struct place *place)
{
    struct heard without = {.points = 0}, with = {.points = 0};
    int ok = each_place(r, ref, steps, place, &without);
    r->defect = place->defect;
    ok = ok && each_place(r, ref, steps, place, &with);
    printf("%s: noticed at %u of %u points; without it, %u of %u complain\n", place->defect,
           with.right, with.points, without.wrong, without.points);
    return ok && with.right > 0 && without.wrong == 0;
}

int sweep_notices(struct rig *r, const char *defect)
{
    struct reference ref = {.scenario = NULL};
    struct steps steps;
    size_t at = 0;
    while (at < PLACES && strcmp(places[at].defect, defect) != 0) {
        at++;
    }
    if (at == PLACES) {
        printf("there is no defect \"%s\"\n", defect);
        return 0;
    }
    int ok = reference_make(r, &scenarios[0], "steps", &ref) && steps_read("steps", &steps) &&
             compare_both(r, &ref, &steps, &places[at]);
    reference_finish(&ref);
    return ok;
}
