/* SPDX-License-Identifier: MIT */
/*
 * signals.c - the process itself: signals, and what would let a secret out of its memory. Called
 * by main before the first option is read.
 */
#include "signals.h"

#include "cmd.h"

#include <db.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { GRACE_S = 4 }; /* five are promised */

volatile int app_interrupted;

/* Something does not look at the flag: a disk that hangs, a reader of stdout that sleeps. The journal bears it. */
static void on_deadline(int number)
{
    static const char text[] =
        "ferry: interrupted, and not done after 4 s; what was captured is kept, go on with "
        "\"ferry resume\" or run the same command again\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(128 + app_interrupted);
}

static void on_signal(int number)
{
    if (app_interrupted) { /* asked twice: now; the journal bears it */
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    struct sigaction late = {.sa_handler = on_deadline};
    __atomic_store_n(&app_interrupted, number, __ATOMIC_RELAXED);
    sigaction(SIGALRM, &late, NULL);
    alarm(GRACE_S);
}

static void catch_signal(int number)
{
    struct sigaction now, action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    /* Ignored from the start (nohup, a shell's background job) stays ignored. No SA_RESTART: waits
     * end. */
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
        sigaction(number, &action, NULL);
    }
}

/* A file that may grow no further (ulimit -f) is an error of the write. Not ignored: a program that is started would inherit that. */
static void on_too_large(int number)
{
    (void)number;
}

void signals_install(void)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &ours, NULL); /* whoever started us may have blocked them */
    db_watch(&app_interrupted);
    struct sigaction too_large = {.sa_handler = on_too_large};
    sigemptyset(&too_large.sa_mask);
    sigaction(SIGXFSZ, &too_large, NULL);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    signal(SIGPIPE, SIG_IGN);
}

/* A file opened later must not become the stdout or stderr that somebody closed. */
static void keep_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            /* Read-only for stdout, so that results still cannot be written in silence. */
            int null = open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
            if (null > fd) {
                close(null);
            }
        }
    }
}

void process_harden(void)
{
    struct rlimit none = {0, 0};
    keep_standard_descriptors();
    setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) &&                                                              \
    !defined(__SANITIZE_THREAD__) /* they trace the process themselves */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    unsetenv("SSLKEYLOGFILE"); /* libraries would write the keys of our connections into it */
}
