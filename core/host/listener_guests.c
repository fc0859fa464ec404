/* SPDX-License-Identifier: MIT */
/* listener_guests.c - see listener_guests.h. A thread looks through them every half second. */
#include "listener_guests.h"

#include "log.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_MS = 500 };

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1; /* never 0 */
}

/* Its own thread sees the end, and closes; the descriptor is open until guests_left(), which waits for the lock. */
static void hang_up_on_the_late(struct guests *g)
{
    int64_t now = monotonic_ms();
    for (uint32_t i = 0; i < g->n; i++) {
        struct guest *one = &g->v[i];
        if (one->since_ms && now - one->since_ms > g->most_ms) {
            log_debug("listener: no whole request within %lld ms; hung up", (long long)g->most_ms);
            shutdown(one->fd, SHUT_RDWR);
            one->since_ms = 0; /* once is enough */
        }
    }
}

static void *watch(void *data)
{
    struct guests *g = data;
    pthread_mutex_lock(&g->lock);
    while (!g->ends) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)LOOK_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&g->ending, &g->lock, &until);
        hang_up_on_the_late(g);
    }
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

int32_t guests_open(struct guests *g, uint32_t room, int64_t most_ms, struct ferry_error *err)
{
    pthread_condattr_t monotonic;
    *g = (struct guests){.room = room, .most_ms = most_ms};
    g->v = calloc(room, sizeof *g->v);
    if (!g->v) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "listen", "out of memory");
    }
    pthread_mutex_init(&g->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&g->ending, &monotonic);
    pthread_condattr_destroy(&monotonic);
    g->runs = pthread_create(&g->thread, NULL, watch, g) == 0;
    return g->runs ? FERRY_OK
                   : ferry_fail(err, FERRY_E_NO_MEMORY, "listen", "no thread can be started");
}

void guests_close(struct guests *g)
{
    if (!g->v) {
        return;
    }
    if (g->runs) {
        pthread_mutex_lock(&g->lock);
        g->ends = 1;
        pthread_cond_signal(&g->ending);
        pthread_mutex_unlock(&g->lock);
        pthread_join(g->thread, NULL);
    }
    pthread_cond_destroy(&g->ending);
    pthread_mutex_destroy(&g->lock);
    free(g->v);
    g->v = NULL;
}

static struct guest *find(struct guests *g, int fd)
{
    for (uint32_t i = 0; i < g->n; i++) {
        if (g->v[i].fd == fd) {
            return &g->v[i];
        }
    }
    return NULL;
}

void guests_came(struct guests *g, int fd)
{
    pthread_mutex_lock(&g->lock);
    if (g->n < g->room) {
        g->v[g->n++] = (struct guest){.fd = fd, .since_ms = monotonic_ms()};
    }
    pthread_mutex_unlock(&g->lock);
}

void guests_left(struct guests *g, int fd)
{
    pthread_mutex_lock(&g->lock);
    struct guest *one = find(g, fd);
    if (one) {
        *one = g->v[--g->n];
    }
    pthread_mutex_unlock(&g->lock);
}

static void owes_since(struct guests *g, int fd, int64_t since_ms)
{
    pthread_mutex_lock(&g->lock);
    struct guest *one = find(g, fd);
    if (one) {
        one->since_ms = since_ms;
    }
    pthread_mutex_unlock(&g->lock);
}

void guests_asked(struct guests *g, int fd)
{
    owes_since(g, fd, 0);
}

void guests_answered(struct guests *g, int fd)
{
    owes_since(g, fd, monotonic_ms());
}
