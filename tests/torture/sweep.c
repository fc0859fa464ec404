/* SPDX-License-Identifier: MIT */
/* sweep.c - see sweep.h. */
#include "sweep.h"

#include <file.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_(name) #name,
static const char *const names[] = {STEP_MAP(NAME_)};
#undef NAME_

const char *step_name(int step)
{
    return names[step];
}

int steps_read(const char *file, struct steps *out)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text, line;
    struct buf bytes;
    int ok = 1;
    memset(out, 0, sizeof *out);
    buf_init(&bytes, 1 << 20);
    if (file_read(file, &bytes, &err)) {
        printf("%s; is this a build with FERRY_TEST_HOOKS?\n", err.message);
        ok = 0;
    }
    text = buf_str(&bytes);
    while (ok && str_split(&text, '\n', &line)) {
        int i = 0;
        while (i < STEP_COUNT && !str_is(line, names[i])) {
            i++;
        }
        if (i < STEP_COUNT) {
            out->count[i]++;
        } else if (line.len > 0) {
            printf("%s: \"%.*s\" is no step of step.h\n", file, STR_ARG(line));
            ok = 0;
        }
    }
    buf_finish(&bytes);
    return ok;
}

int steps_count(struct rig *r, const struct scenario *s, const char *faults, struct steps *out)
{
    struct start start = {.args = s->act, .state = "state", .steps = "steps", .faults = faults};
    unlink("steps");
    if (!folder_copy(s->seed, "state") || !inputs_write() || rig_run(r, &start) < 0) {
        rig_show(r);
        return 0;
    }
    return steps_read("steps", out);
}

int wants_all(void)
{
    const char *asked = getenv("FERRY_TORTURE");
    return asked && strncmp(asked, "full", 4) == 0;
}

int is_ours(unsigned i)
{
    const char *asked = getenv("FERRY_TORTURE");
    unsigned part = 0, parts = 1;
    if (asked &&
        (sscanf(asked, "full:%u/%u", &part, &parts) == 2 ||
         sscanf(asked, "places:%u/%u", &part, &parts) == 2) &&
        parts > 0) {
        return i % parts == part % parts;
    }
    return 1;
}

int is_wanted(size_t i, const char *only)
{
    return !only || strcmp(small[i].name, only) == 0;
}

int is_slow(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return !wants_all();
#else
    return 0;
#endif
}

unsigned spread(unsigned n, unsigned most, unsigned i)
{
    if (n <= most) {
        return i < n ? i + 1 : 0;
    }
    return i >= most ? 0 : most == 1 ? (n + 1) / 2 : 1 + i * (n - 1) / (most - 1);
}

int sweep_point(struct sweep *s, struct reference *ref, const struct point *p, const char *how)
{
    struct verdict v;
    verdict_init(&v);
    int ok = point_try(s->r, ref, p, &v);
    if (ok && p->crash && !v.died) {
        buf_puts(&v.wrong, "the step was not reached\n");
    }
    if (!ok || v.wrong.len > 0) {
        s->failed++;
        printf("FAILED %s %s\n%s", ref->scenario->name, how, buf_cstr(&v.wrong));
        if (p->crash && !p->later) {
            char with[64] = "";
            snprintf(with, sizeof with, p->signal ? "FERRY_CRASH_SIGNAL=%d " : "", p->signal);
            printf("repeat it: %storture %s try %s %s %s%s\n", with, s->r->ferry,
                   ref->scenario->name, p->crash, p->crash_again ? p->crash_again : "",
                   p->upload_again ? "repeat" : "");
        }
    }
    s->points++;
    s->deaths += (unsigned)v.died;
    s->second_deaths += (unsigned)v.died_again;
    s->captured += (unsigned)v.captured;
    s->got_over += (unsigned)v.got_over;
    s->missed += (unsigned)v.missed;
    s->known += (unsigned)v.known;
    s->lost += v.lost;
    s->doubled += v.doubled;
    verdict_finish(&v);
    return ok;
}

int sweep_illness(struct sweep *s, struct reference *ref, const struct illness *ill)
{
    struct point p = {.ill = ill};
    unsigned failed = s->failed;
    char how[160];
    snprintf(how, sizeof how, "%s%s%s", ill->rules ? ill->rules : "", ill->out ? "stdout is " : "",
             ill->out ? ill->out : "");
    if (ill->files || ill->bytes) {
        snprintf(how, sizeof how, "with %ld open files, %ld bytes a file", ill->files, ill->bytes);
    }
    int ok = sweep_point(s, ref, &p, how);
    if (s->failed > failed && ill->rules) {
        printf("repeat it: torture %s ill %s %s '%s'\n", s->r->ferry, s->r->machine,
               ref->scenario->name, ill->rules);
    }
    return ok;
}

void sweep_sum(struct sweep *all, const struct sweep *one)
{
    all->points += one->points;
    all->captured += one->captured;
    all->got_over += one->got_over;
    all->missed += one->missed;
    all->known += one->known;
    all->lost += one->lost;
    all->doubled += one->doubled;
    all->failed += one->failed;
}

int sweep_tell(const struct sweep *s, const char *name)
{
    printf(
        "%s: %u points, %u got over, %u ended before, %u after \"captured\", %u states, %u lost, "
        "%u doubled, %u failed\n",
        name, s->points, s->got_over, s->missed, s->captured, s->points - s->known, s->lost,
        s->doubled, s->failed);
    fflush(stdout);
    /* A run that goes another way, since somebody was busy, ends before a late point; a test that mostly does is none. */
    unsigned may = s->points < 100 ? s->points / 2 : 4 + s->points / 50;
    return s->failed == 0 && s->missed <= may;
}
