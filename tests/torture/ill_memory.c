/* SPDX-License-Identifier: MIT */
/*
 * ill_memory.c - the n-th allocation fails, alone or with all that follow, wherever it is made: by ferry and its plugins, SQLite,
 * expat, cJSON, libcrypto or the C library. Each time ferry must say so and end, and lose nothing.
 */
#include "sweep.h"

#include <string.h>

enum { MOST = 8, MOST_SLOW = 3, LOOKS = 80, LOOKS_SLOW = 20, WORD = 64 };

/* Who allocates, from the log of an undisturbed run. */
static void tell_who(const struct reference *ref)
{
    static const char by[] = "malloc ";
    printf("%s: %lu allocations", ref->scenario->name, ending_count(&ref->ending, "malloc"));
    for (unsigned i = 0; i < ref->ending.n; i++) {
        const struct count *c = &ref->ending.counts[i];
        if (c->n > 0 && strncmp(c->what, by, sizeof by - 1) == 0) {
            printf(", %s %lu", c->what + sizeof by - 1, c->n);
        }
    }
    printf("\n");
}

static int try_number(struct sweep *s, struct reference *ref, const char *call, unsigned n,
                      const char *mode)
{
    char rule[WORD];
    const struct illness ill = {.rules = rule};
    snprintf(rule, sizeof rule, "%s:%u%s", call, n, mode);
    return sweep_illness(s, ref, &ill);
}

/* From every place, the first time it is come to, alone and with all that follow; and the last time. */
static int sweep_places(struct sweep *s, struct reference *ref, const char *call)
{
    const struct call_place *at;
    for (unsigned k = 0; (at = places_of(&ref->places, call, k)) != NULL; k++) {
        if (is_ours(k) && (!try_number(s, ref, call, at->first, "") ||
                           !try_number(s, ref, call, at->first, "+") ||
                           (at->last != at->first && !try_number(s, ref, call, at->last, "")))) {
            return 0;
        }
    }
    return 1;
}

static int sweep_mode(struct sweep *s, struct reference *ref, const char *call, const char *mode,
                      unsigned most)
{
    unsigned all = (unsigned)ending_count(&ref->ending, call), n;
    for (unsigned i = 0; (n = spread(all, most, i)) != 0; i++) {
        if (is_ours(i) && !try_number(s, ref, call, n, mode)) {
            return 0;
        }
    }
    return 1;
}

/* Looking costs little: more of it. */
static unsigned most_of(const struct reference *ref)
{
    if (wants_all()) {
        return UINT32_MAX;
    }
    return ref->scenario->looks ? (is_slow() ? LOOKS_SLOW : LOOKS) : is_slow() ? MOST_SLOW : MOST;
}

int sweep_memory(struct rig *r, const char *call, const char *only)
{
    struct sweep s = {.r = r};
    int ok = 1;
    r->places = wants_places();
    for (size_t i = 0; i < SMALL_COUNT && ok; i++) {
        struct reference ref = {.scenario = NULL};
        struct sweep own = {.r = r};
        if (!is_wanted(i, only)) {
            continue;
        }
        ok = reference_make(r, &small[i], NULL, &ref);
        if (ok) {
            tell_who(&ref);
            ok = r->places ? sweep_places(&own, &ref, call)
                           : sweep_mode(&own, &ref, call, "", most_of(&ref)) &&
                                 sweep_mode(&own, &ref, call, "+", most_of(&ref));
            sweep_tell(&own, small[i].name);
        }
        sweep_sum(&s, &own);
        reference_finish(&ref);
    }
    return sweep_tell(&s, call) && ok;
}
