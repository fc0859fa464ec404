/* SPDX-License-Identifier: MIT */
/*
 * ill_limits.c - too few descriptors, files that may not grow, and nobody at the other end of stdout. Each limit is raised until
 * the command works.
 */
#include "sweep.h"

#include <string.h>

/* Fewer than five keep the loader from its libraries, and ferry from beginning. */
enum {
    FILES_FIRST = 5,
    FILES_STEP = 5,
    FILES_SLOW = 11,
    FILES_LAST = 64,
    FIRST_BYTES = 1024,
    LAST_BYTES = 1 << 24
};

/* 1: it works with this limit; 0: it does not, yet; -1: it could not be tried. */
static int works(struct sweep *s, struct reference *ref, const struct illness *ill)
{
    unsigned over = s->got_over;
    return sweep_illness(s, ref, ill) ? s->got_over > over : -1;
}

static int raise_files(struct sweep *s, struct reference *ref)
{
    const long step = wants_all() ? 1 : is_slow() ? FILES_SLOW : FILES_STEP;
    const long first =
        is_slow() ? FILES_FIRST + FILES_SLOW : FILES_FIRST; /* it opens some itself */
    for (long n = first; n <= FILES_LAST; n += step) {
        const struct illness ill = {.files = n};
        int got = works(s, ref, &ill);
        if (got) {
            printf("%s: works with %ld open files\n", ref->scenario->name, n);
            return got > 0;
        }
    }
    printf("FAILED %s: does not work with %d open files\n", ref->scenario->name, FILES_LAST);
    return 0;
}

static long more(long n)
{
    return wants_all() ? n + n / 2 : n * (is_slow() ? 16 : 4);
}

static int raise_bytes(struct sweep *s, struct reference *ref)
{
    for (long n = FIRST_BYTES; n <= LAST_BYTES; n = more(n)) {
        const struct illness ill = {.bytes = n};
        int got = works(s, ref, &ill);
        if (got) {
            printf("%s: works with files of at most %ld bytes\n", ref->scenario->name, n);
            return got > 0;
        }
    }
    printf("FAILED %s: does not work with files of %d bytes\n", ref->scenario->name, LAST_BYTES);
    return 0;
}

/* What was to be said cannot be: that is a failure, however well all the rest went. */
static int lose_stdout(struct sweep *s, struct reference *ref)
{
    static const char *const places[] = {"/dev/full", OUT_CLOSED, OUT_NOBODY};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct illness ill = {.out = places[i]};
        int got = works(s, ref, &ill);
        if (got < 0) {
            return 0;
        }
        if (got) {
            printf("FAILED %s: stdout is %s, and it ended with 0\n", ref->scenario->name,
                   places[i]);
            s->failed++;
        }
    }
    return 1;
}

int sweep_limits(struct rig *r, const char *only)
{
    struct sweep s = {.r = r};
    int ok = 1;
    for (size_t i = 0; i < SMALL_COUNT && ok; i++) {
        struct reference ref = {.scenario = NULL};
        if (!is_wanted(i, only)) {
            continue;
        }
        ok = reference_make(r, &small[i], NULL, &ref) && raise_files(&s, &ref) &&
             raise_bytes(&s, &ref) && lose_stdout(&s, &ref);
        reference_finish(&ref);
    }
    return sweep_tell(&s, "limits") && ok;
}
