/* SPDX-License-Identifier: MIT */
/*
 * faults.c - the torture by scripted faults: `torture_faults FERRY PLUGINS TRACKER TEST [SAMPLE]`. TRACKER is local, ledger or both, TEST
 * is matrix, stories or defects. ctest calls it; SAMPLE runs every so-many-th row of the matrix, unless FERRY_TORTURE=full.
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_ledger, ferry_plugin_local;

static int usage(void)
{
    printf("usage: torture_faults FERRY PLUGINS local|ledger|both matrix|stories|defects "
           "[SAMPLE]\n");
    return 2;
}

struct call {
    const char *ferry, *plugins, *tracker, *test;
    int sample;
    unsigned trackers, failed;
    struct totals totals;
};

static void run_on(struct call *c, const struct ferry_plugin *plugin)
{
    struct world w = {.ferry = c->ferry, .plugins = c->plugins, .sample = c->sample};
    if (strcmp(c->tracker, "both") != 0 && strcmp(c->tracker, plugin->id) != 0) {
        return;
    }
    c->trackers++;
    if (!world_open(&w, plugin)) {
        c->failed++;
        return;
    }
    world_report(&w, "r.xml", &(struct report){.n = RESULTS, .odd = -1});
    world_report(&w, "other.xml", &(struct report){.first = 50, .n = OTHERS, .odd = -1});
    if (strcmp(c->test, "matrix") == 0) {
        matrix_run(&w, &c->totals);
    } else if (strcmp(c->test, "stories") == 0) {
        stories_run(&w);
    } else {
        defects_run(&w);
    }
    c->failed += w.failed;
    world_close(&w);
}

static void tell(const struct call *c)
{
    const struct totals *t = &c->totals;
    if (strcmp(c->test, "matrix") == 0) {
        printf("faults: %u kinds x %u operations x 3 positions x %u tracker%s (%s)%s = %u runs, "
               "fired %u, %u lost, %u doubled; %u impossible; late beyond the settle time: %u "
               "doubled, %u found and named\n",
               t->kinds, t->operations, c->trackers, c->trackers > 1 ? "s" : "", c->tracker,
               c->sample > 1 ? ", a sample of it" : "", t->rows, t->fired, t->lost, t->doubled,
               t->impossible, t->beyond, t->found);
    }
    printf("%s: %u failures\n", c->test, c->failed);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        return usage();
    }
    struct call c = {.ferry = argv[1],
                     .plugins = argv[2],
                     .tracker = argv[3],
                     .test = argv[4],
                     .sample =
                         argc > 5 && !getenv("FERRY_TORTURE") ? (int)strtol(argv[5], NULL, 10) : 1};
    if (c.sample < 1 || (strcmp(c.test, "matrix") != 0 && strcmp(c.test, "stories") != 0 &&
                         strcmp(c.test, "defects") != 0)) {
        return usage();
    }
    run_on(&c, &ferry_plugin_ledger);
    run_on(&c, &ferry_plugin_local);
    if (c.trackers == 0) {
        return usage();
    }
    tell(&c);
    return c.failed ? 1 : 0;
}
