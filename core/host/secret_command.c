/* SPDX-License-Identifier: MIT */
/* secret_command.c - see secret_command.h. */
#include "secret_command.h"

#include <clock.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <text.h>
#include <unistd.h>

extern char **environ;

enum { MOST_WORDS = 64, MOST_BYTES = 64 * 1024, MOST_KEPT = 16, LOOK_MS = 10 };

/* --- what was told before --------------------------------------------------------------------------- */

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept {
    char *words;
    struct buf told;
} kept[MOST_KEPT];
static size_t n_kept;

static int is_kept(struct ferry_str words, struct buf *out)
{
    int found = 0;
    pthread_mutex_lock(&kept_lock);
    for (size_t i = 0; i < n_kept && !found; i++) {
        found = str_is(words, kept[i].words) && buf_put(out, buf_str(&kept[i].told)) == FERRY_OK;
    }
    pthread_mutex_unlock(&kept_lock);
    return found;
}

static void keep(struct ferry_str words, struct ferry_str told)
{
    pthread_mutex_lock(&kept_lock);
    struct kept *k = n_kept < MOST_KEPT ? &kept[n_kept] : NULL;
    if (k) {
        buf_init(&k->told, MOST_BYTES);
        k->words = strndup(words.ptr, (size_t)words.len);
        n_kept += k->words && buf_put(&k->told, told) == FERRY_OK;
    }
    pthread_mutex_unlock(&kept_lock);
}

/* --- the program -------------------------------------------------------------------------------------- */

struct child {
    const char *what;
    pid_t pid;
    int fd;
    int64_t until_us;
};

static int64_t left_ms(const struct child *c)
{
    struct clock real = clock_real();
    int64_t left = (c->until_us - real.mono_us(&real)) / 1000;
    return left > 0 ? left : 0;
}

/* "pass\nshow\noctane" as argv, in one piece of memory. */
static char **split(struct ferry_str words, char *room)
{
    char **argv = calloc(MOST_WORDS + 1, sizeof *argv);
    struct ferry_str word;
    size_t n = 0;
    while (argv && !str_empty(words) && n < MOST_WORDS && str_split(&words, '\n', &word)) {
        memcpy(room, word.ptr, (size_t)word.len);
        room[word.len] = '\0';
        argv[n++] = room;
        room += word.len + 1;
    }
    return argv;
}

/* In a group of its own, with default signals, nothing to read and nowhere to complain. */
static int spawn(struct child *c, char **argv, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int rc = posix_spawn_file_actions_init(&files);
    if (rc) {
        return rc;
    }
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        rc = rc ? rc : posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        rc = rc ? rc
                : posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setpgroup(&attr, 0);
        posix_spawnattr_setsigdefault(&attr, &all);
        posix_spawnattr_setsigmask(&attr, &none);
        rc = rc ? rc : posix_spawnp(&c->pid, argv[0], &files, &attr, argv, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static int32_t begin(struct child *c, struct ferry_str words, struct ferry_error *err)
{
    int ends[2] = {-1, -1};
    char *room = malloc((size_t)words.len + 1);
    char **argv = room ? split(words, room) : NULL;
    int why = argv && argv[0] ? 0 : argv ? EINVAL : ENOMEM;
    why = why ? why : pipe2(ends, O_CLOEXEC) < 0 ? errno : spawn(c, argv, ends[1]);
    if (ends[1] >= 0) {
        close(ends[1]);
    }
    c->fd = ends[0];
    int32_t rc =
        why ? ferry_fail(err, FERRY_E_CONFIG, NULL, "%s: the program \"%.100s\" cannot be run: %s",
                         c->what, argv && argv[0] ? argv[0] : "", strerror(why))
            : FERRY_OK;
    free(argv);
    free(room);
    return rc;
}

/* 1: it has said all there is. 0: the time is over, or it says too much. */
static int hear(struct child *c, struct buf *out)
{
    ssize_t n = 1;
    while (n > 0 && !out->failed) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        int ready = poll(&p, 1, (int)left_ms(c));
        if (ready == 0) {
            return 0;
        }
        char *room = ready > 0 ? buf_room(out, 1024) : NULL;
        n = room ? read(c->fd, room, 1024) : ready < 0 && errno == EINTR ? 1 : -1;
        if (room && n > 0) {
            buf_grow(out, (size_t)n);
        }
    }
    return n == 0 && !out->failed;
}

/* Its code; -1: it was killed, or had to be. */
static int reap(struct child *c, int kill_it)
{
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    int status = 0;
    pid_t got = 0;
    while (!kill_it && (got = waitpid(c->pid, &status, WNOHANG)) == 0) {
        kill_it = left_ms(c) == 0;
        nanosleep(&pause, NULL);
    }
    if (kill_it) {
        kill(-c->pid, SIGKILL);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
        }
        return -1;
    }
    return got == c->pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int32_t secret_command(struct ferry_str words, const char *what, int64_t timeout_ms,
                       struct buf *out, struct ferry_error *err)
{
    struct clock real = clock_real();
    struct child c = {.what = what, .fd = -1, .until_us = real.mono_us(&real) + timeout_ms * 1000};
    if (is_kept(words, out)) {
        return FERRY_OK;
    }
    int32_t rc = begin(&c, words, err);
    int heard = rc == FERRY_OK && hear(&c, out);
    int code = rc == FERRY_OK ? reap(&c, !heard) : -1;
    if (c.fd >= 0) {
        close(c.fd);
    }
    while (out->len > 0 && (out->ptr[out->len - 1] == '\n' || out->ptr[out->len - 1] == '\r')) {
        buf_cut(out, out->len - 1);
    }
    if (rc) {
        return rc;
    }
    if (!heard || code != 0 || out->len == 0) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL,
                          "%s: the program %s; run it by hand to see why", what,
                          out->failed        ? "prints more than a secret"
                          : left_ms(&c) == 0 ? "does not end in time"
                          : code != 0        ? "fails"
                                             : "prints nothing");
    }
    keep(words, buf_str(out));
    return FERRY_OK;
}
