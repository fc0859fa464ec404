/* SPDX-License-Identifier: MIT */
/*
 * main.c - the kill sweeps' one program; see README.md. Exits with 77 where a sweep is not
 * possible on this machine.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

enum { SKIP = 77 };

static const struct scenario *find_scenario(const char *name)
{
    for (size_t i = 0; i < n_scenarios; i++) {
        if (strcmp(scenarios[i].name, name) == 0) {
            return &scenarios[i];
        }
    }
    printf("there is no scenario \"%s\"\n", name);
    return NULL;
}

/* try SCENARIO STEP:N [STEP:N | repeat]: one point, and what came of it. */
static int try_one(struct rig *r, char **words)
{
    const struct scenario *scenario = find_scenario(words[0]);
    struct sweep s = {.r = r};
    struct reference ref = {.scenario = NULL};
    const char *number = getenv("FERRY_CRASH_SIGNAL");
    struct point p = {.crash = words[1], .signal = number ? (int)strtol(number, NULL, 10) : 0};
    int ok = scenario && reference_make(r, scenario, NULL, &ref);
    if (words[2] && strcmp(words[2], "repeat") == 0) {
        p.upload_again = 1;
    } else {
        p.crash_again = words[2];
    }
    ok = ok && sweep_point(&s, &ref, &p, words[1]) && s.failed == 0;
    printf("%u deaths, %u second deaths, %u lost, %u doubled\n", s.deaths, s.second_deaths, s.lost,
           s.doubled);
    reference_finish(&ref);
    return ok;
}

static int usage(void)
{
    printf("usage: torture FERRY steps\n"
           "       torture FERRY stops\n"
           "       torture FERRY syscalls\n"
           "       torture FERRY notices DEFECT\n"
           "       torture FERRY crowd MIX [SEED]\n"
           "       torture FERRY versions FOLDER\n"
           "       torture FERRY keep FOLDER\n"
           "       torture FERRY try SCENARIO STEP:N [STEP:N | repeat]\n");
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct rig r;
    int ok = 0;
    if (argc < 3) {
        return usage();
    }
    char *ferry = realpath(argv[1], NULL);
    if (!ferry) {
        printf("%s: not there\n", argv[1]);
        return EXIT_FAILURE;
    }
    if (rig_open(&r, ferry)) {
        r.defect = getenv("FERRY_BREAK");
        if (strcmp(argv[2], "steps") == 0 && argc == 3) {
            ok = sweep_steps(&r);
        } else if (strcmp(argv[2], "stops") == 0 && argc == 3) {
            ok = sweep_stops(&r);
        } else if (strcmp(argv[2], "syscalls") == 0 && argc == 3) {
            ok = sweep_syscalls(&r);
        } else if (strcmp(argv[2], "notices") == 0 && argc == 4) {
            ok = sweep_notices(&r, argv[3]);
        } else if (strcmp(argv[2], "crowd") == 0 && (argc == 4 || argc == 5)) {
            ok = sweep_crowd(&r, argv[3], argv[4]);
        } else if (strcmp(argv[2], "versions") == 0 && argc == 4) {
            ok = sweep_versions(&r, argv[3]);
        } else if (strcmp(argv[2], "keep") == 0 && argc == 4) {
            ok = keep_version(&r, argv[3]);
        } else if (strcmp(argv[2], "try") == 0 && (argc == 5 || argc == 6)) {
            ok = try_one(&r, argv + 3);
        } else {
            usage();
        }
    }
    rig_close(&r);
    free(ferry);
    return ok == SKIP ? SKIP : ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
