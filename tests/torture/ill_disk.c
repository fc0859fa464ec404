/* SPDX-License-Identifier: MIT */
/*
 * ill_disk.c - the n-th call that reaches the disk fails: full, broken, interrupted, or done by half; alone, or with all of its
 * kind that follow. Each time ferry must get over it, or say so and end; and lose nothing.
 */
#include "sweep.h"

#include <string.h>

enum { SHARE = 1, WORD = 64 };

static const struct fault {
    const char *call, *what;
    int on;            /* also with all that follow: a disk stays full, and stays broken */
    int must_get_over; /* it is no failure: who goes on has lost nothing */
} faults[] = {
    {"write", "ENOSPC", 1, 0},     {"write", "EIO", 1, 0},       {"write", "short", 0, 1},
    {"write", "EINTR", 0, 1},      {"pwrite", "ENOSPC", 1, 0},   {"pwrite", "EIO", 1, 0},
    {"pwrite", "short", 0, 1},     {"pwrite", "EINTR", 0, 1},    {"fsync", "EIO", 1, 0},
    {"fsync", "ENOSPC", 0, 0},     {"fsync", "EINTR", 0, 0},     {"fdatasync", "EIO", 1, 0},
    {"fdatasync", "ENOSPC", 0, 0}, {"fdatasync", "EINTR", 0, 0}, {"ftruncate", "EIO", 1, 0},
    {"ftruncate", "ENOSPC", 0, 0}, {"read", "EIO", 1, 0},        {"read", "short", 0, 1},
    {"read", "EINTR", 0, 1},       {"pread", "EIO", 1, 0},       {"pread", "short", 0, 1},
    {"pread", "EINTR", 0, 1},      {"open", "EIO", 1, 0},        {"open", "EMFILE", 1, 0},
    {"open", "ENOSPC", 0, 0},      {"close", "EIO", 0, 0},       {"rename", "EIO", 1, 0},
    {"link", "EIO", 1, 0},         {"link", "ENOSPC", 0, 0},     {"unlink", "EIO", 1, 0},
    {"mkdir", "ENOSPC", 1, 0},     {"mkdir", "EIO", 0, 0},       {"mknod", "ENOSPC", 1, 0},
    {"mmap", "ENOMEM", 1, 0},      {"lock", "ENOLCK", 1, 0},     {"lock", "EIO", 0, 0},
    {"stderr", "EIO", 1, 1},       {"stderr", "short", 0, 1},    {"stderr", "EINTR", 0, 1},
};
enum { FAULTS = sizeof faults / sizeof *faults };

static int try_fault(struct sweep *s, struct reference *ref, const struct fault *f, unsigned n,
                     const char *mode)
{
    char rule[WORD];
    const struct illness ill = {.rules = rule};
    unsigned over = s->got_over;
    snprintf(rule, sizeof rule, "%s:%u%s=%s", f->call, n, mode, f->what);
    int ok = sweep_illness(s, ref, &ill);
    if (ok && f->must_get_over && s->got_over == over) {
        printf("FAILED %s %s: it ended, and need not have\n", ref->scenario->name, rule);
        s->failed++;
    }
    return ok;
}

/* From every place, the first time it is come to. */
static int sweep_places(struct sweep *s, struct reference *ref, const struct fault *f)
{
    const struct call_place *at;
    for (unsigned k = 0; (at = places_of(&ref->places, f->call, k)) != NULL; k++) {
        if (is_ours(k) && (!try_fault(s, ref, f, at->first, "") ||
                           (f->on && !try_fault(s, ref, f, at->first, "+")))) {
            return 0;
        }
    }
    return 1;
}

/* Where not all is wanted, every other kind of fault comes to stay. */
static int sweep_fault(struct sweep *s, struct reference *ref, const struct fault *f, unsigned most)
{
    int stays = f->on && (wants_all() || (f - faults) % 2 == 1);
    int passes = !stays || wants_all();
    unsigned all = (unsigned)ending_count(&ref->ending, f->call), n;
    for (unsigned i = 0; (n = spread(all, most, i)) != 0; i++) {
        if (is_ours(i) && ((passes && !try_fault(s, ref, f, n, "")) ||
                           (stays && !try_fault(s, ref, f, n, "+")))) {
            return 0;
        }
    }
    return 1;
}

static void tell_calls(const struct reference *ref)
{
    printf("%s:", ref->scenario->name);
    for (size_t i = 0; i < FAULTS; i++) {
        if (i == 0 || strcmp(faults[i].call, faults[i - 1].call) != 0) {
            printf(" %s %lu", faults[i].call, ending_count(&ref->ending, faults[i].call));
        }
    }
    printf("\n");
}

int sweep_disk(struct rig *r, const char *only)
{
    unsigned most = wants_all() ? UINT32_MAX : SHARE;
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
            tell_calls(&ref);
        }
        for (size_t k = 0; k < FAULTS && ok; k += is_slow() ? 3 : 1) {
            ok = r->places ? sweep_places(&own, &ref, &faults[k])
                           : sweep_fault(&own, &ref, &faults[k], most);
        }
        sweep_tell(&own, small[i].name);
        sweep_sum(&s, &own);
        reference_finish(&ref);
    }
    return sweep_tell(&s, "disk") && ok;
}
