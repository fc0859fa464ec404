/* SPDX-License-Identifier: MIT */
/* step.c - see step.h. Nothing of it is in a release. */
#include "step.h"

#ifdef FERRY_TEST_HOOKS
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_NAME_(name) #name,
static const char *const names[] = {STEP_MAP(STEP_NAME_)};
#define DEFECT_NAME_(name) #name,
static const char *const defects[] = {DEFECT_MAP(DEFECT_NAME_)};
static unsigned long reached[STEP_COUNT];

static void note_step(const char *file, enum step step)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
        char line[64];
        size_t n = strlen(names[step]);
        memcpy(line, names[step], n);
        line[n++] = '\n';
        if (write(fd, line, n) < 0) {
            _exit(99); /* a sweep that cannot see its steps must not look green */
        }
        close(fd);
    }
}

void step_reached(enum step step)
{
    const char *file = getenv("FERRY_STEPS");
    const char *crash = getenv("FERRY_CRASH_AT");
    const char *from = getenv("FERRY_CRASH_FROM");
    reached[step] += !from || access(from, F_OK) == 0;
    if (file) {
        note_step(file, step);
    }
    if (!crash) {
        return;
    }
    const char *colon = strchr(crash, ':');
    size_t n = colon ? (size_t)(colon - crash) : strlen(crash);
    unsigned long when = colon ? strtoul(colon + 1, NULL, 10) : 1;
    if (strlen(names[step]) == n && memcmp(names[step], crash, n) == 0 && reached[step] == when) {
        const char *with = getenv("FERRY_CRASH_SIGNAL");
        kill(getpid(), with ? (int)strtol(with, NULL, 10) : SIGKILL);
    }
}

int step_broken(enum defect defect)
{
    const char *asked = getenv("FERRY_BREAK");
    return asked && strcmp(asked, defects[defect]) == 0;
}

unsigned step_most(unsigned n)
{
    const char *asked = getenv("FERRY_BATCH");
    unsigned long most = asked ? strtoul(asked, NULL, 10) : 0;
    return most > 0 && most < n ? (unsigned)most : n;
}
#else
typedef int step_file_is_not_empty; /* ISO C wants a declaration */
#endif
