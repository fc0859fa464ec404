/* SPDX-License-Identifier: MIT */
/*
 * measure.c - runs a command some times and prints what it took, for bench.sh: the shortest and the median wall time and the
 * CPU time of the shortest run in milliseconds, and the largest resident size in KiB, in one line. What it prints goes to
 * /dev/null. A command that fails is no measurement: then the exit code is 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RUNS = 1000 };

struct run {
    double wall_ms, cpu_ms;
    long rss_kib;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static int run_once(char **command, struct run *r)
{
    struct rusage used;
    int status = 0;
    double begun = now_ms();
    pid_t pid = fork();
    if (pid < 0) {
        perror("measure: fork");
        return 0;
    }
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) {
            _exit(126);
        }
        execvp(command[0], command);
        _exit(127);
    }
    while (wait4(pid, &status, 0, &used) < 0) {
        if (errno != EINTR) {
            perror("measure: wait");
            return 0;
        }
    }
    *r =
        (struct run){now_ms() - begun, ms_of(used.ru_utime) + ms_of(used.ru_stime), used.ru_maxrss};
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s: %s %d\n", command[0],
                WIFEXITED(status) ? "exit code" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        return 0;
    }
    return 1;
}

static int by_wall(const void *a, const void *b)
{
    double x = ((const struct run *)a)->wall_ms, y = ((const struct run *)b)->wall_ms;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct run runs[MOST_RUNS];
    long rss = 0;
    char *end = NULL;
    unsigned long n = argc > 2 ? strtoul(argv[1], &end, 10) : 0;
    if (n == 0 || n > MOST_RUNS || *end) {
        fprintf(stderr, "usage: measure RUNS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    for (unsigned long i = 0; i < n; i++) {
        if (!run_once(argv + 2, &runs[i])) {
            return 1;
        }
        rss = runs[i].rss_kib > rss ? runs[i].rss_kib : rss;
    }
    qsort(runs, n, sizeof *runs, by_wall);
    printf("%.3f %.3f %.3f %ld\n", runs[0].wall_ms, runs[n / 2].wall_ms, runs[0].cpu_ms, rss);
    return 0;
}
