/* SPDX-License-Identifier: MIT */
/*
 * main.c - the sweeps' one program; see README.md. Exits with 77 where a sweep is not
 * possible on this machine.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

enum { SKIP = 77 };

/* try SCENARIO STEP:N [STEP:N | repeat]: one point, and what came of it. */
static int try_one(struct rig *r, char **words)
{
    const struct scenario *scenario = scenario_find(words[0]);
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

/* ill MACHINE SCENARIO RULES: one point on a machine that fails. */
static int try_ill(struct rig *r, char **words)
{
    const struct scenario *scenario = scenario_find(words[0]);
    const struct illness ill = {.rules = words[1]};
    struct sweep s = {.r = r};
    struct reference ref = {.scenario = NULL};
    int ok = scenario && reference_make(r, scenario, NULL, &ref) && sweep_illness(&s, &ref, &ill);
    printf("%u got over, %u captured, %u lost, %u doubled\n", s.got_over, s.captured, s.lost,
           s.doubled);
    reference_finish(&ref);
    return ok && s.failed == 0;
}

static int steps(struct rig *r, char **words)
{
    (void)words;
    return sweep_steps(r);
}

static int syscalls(struct rig *r, char **words)
{
    (void)words;
    return sweep_syscalls(r);
}

static int notices(struct rig *r, char **words)
{
    return sweep_notices(r, words[0]);
}

static int memory(struct rig *r, char **words)
{
    return sweep_memory(r, words[0], words[1]);
}

static int disk(struct rig *r, char **words)
{
    return sweep_disk(r, words[0]);
}

static int limits(struct rig *r, char **words)
{
    return sweep_limits(r, words[0]);
}

static int stops(struct rig *r, char **words)
{
    (void)words;
    return sweep_stops(r);
}

static int crowd(struct rig *r, char **words)
{
    return sweep_crowd(r, words[0], words[1]);
}

static int versions(struct rig *r, char **words)
{
    return sweep_versions(r, words[0]);
}

static int keep(struct rig *r, char **words)
{
    return keep_version(r, words[0]);
}

static int clock_jumps(struct rig *r, char **words)
{
    (void)words;
    return sweep_clock(r);
}

static const struct job {
    const char *name, *usage;
    int least, most;   /* words */
    int needs_machine; /* the first of them is the library of machine.h */
    int (*run)(struct rig *r, char **words);
} jobs[] = {
    {"clock", "MACHINE", 1, 1, 1, clock_jumps},
    {"crowd", "MIX [SEED]", 1, 2, 0, crowd},
    {"disk", "MACHINE [SCENARIO]", 1, 2, 1, disk},
    {"ill", "MACHINE SCENARIO RULES", 3, 3, 1, try_ill},
    {"jump", "MACHINE STEP:N DAYS [RULE of a faults script]", 3, 4, 1, sweep_jump},
    {"keep", "FOLDER", 1, 1, 0, keep},
    {"limits", "MACHINE [SCENARIO]", 1, 2, 1, limits},
    {"memory", "MACHINE malloc|other [SCENARIO]", 2, 3, 1, memory},
    {"notices", "DEFECT", 1, 1, 0, notices},
    {"steps", "", 0, 0, 0, steps},
    {"stops", "", 0, 0, 0, stops},
    {"syscalls", "", 0, 0, 0, syscalls},
    {"try", "SCENARIO STEP:N [STEP:N | repeat]", 2, 3, 0, try_one},
    {"versions", "FOLDER", 1, 1, 0, versions},
};
enum { JOBS = sizeof jobs / sizeof *jobs };

static int usage(void)
{
    for (size_t i = 0; i < JOBS; i++) {
        printf("%s torture FERRY %s %s\n", i ? "      " : "usage:", jobs[i].name, jobs[i].usage);
    }
    return EXIT_FAILURE;
}

static const struct job *find_job(int argc, char **argv)
{
    for (size_t i = 0; argc > 2 && i < JOBS; i++) {
        if (strcmp(jobs[i].name, argv[2]) == 0 && argc - 3 >= jobs[i].least &&
            argc - 3 <= jobs[i].most) {
            return &jobs[i];
        }
    }
    return NULL;
}

static char *whole_path(const char *path)
{
    char *whole = realpath(path, NULL);
    if (!whole) {
        printf("%s: not there\n", path);
    }
    return whole;
}

int main(int argc, char **argv)
{
    const struct job *job = find_job(argc, argv);
    struct rig r;
    int ok = 0;
    if (!job) {
        return usage();
    }
    char *ferry = whole_path(argv[1]);
    char *machine = job->needs_machine ? whole_path(argv[3]) : NULL;
    if (ferry && !machine == !job->needs_machine) {
        if (rig_open(&r, ferry)) {
            r.defect = getenv("FERRY_BREAK");
            r.machine = machine;
            ok = job->run(&r, argv + 3 + job->needs_machine);
        }
        rig_close(&r);
    }
    free(machine);
    free(ferry);
    return ok == SKIP ? SKIP : ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
