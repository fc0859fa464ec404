/* SPDX-License-Identifier: MIT */
/*
 * peak.c - runs a program and writes down what it took: "peak OUT PROGRAM ARGS..." leaves its exit code alone and writes
 * "MILLISECONDS KIB" into OUT, the time on the clock and the most memory it held. stdin, stdout and stderr are the program's.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    long long from = now_ms();
    int status = 0;
    pid_t pid;
    FILE *out;
    if (argc < 3) {
        fprintf(stderr, "usage: peak OUT PROGRAM ARGS...\n");
        return 125;
    }
    if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0 ||
        wait4(pid, &status, 0, &usage) != pid) {
        perror(argv[2]);
        return 127;
    }
    out = fopen(argv[1], "w");
    if (!out || fprintf(out, "%lld %ld\n", now_ms() - from, usage.ru_maxrss) < 0 ||
        fclose(out) != 0) {
        perror(argv[1]);
        return 126;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
