/* SPDX-License-Identifier: MIT */
/*
 * order.c - threads take jobs by number; whoever ends the next one to be told tells it, and those that wait behind it. A job
 * begins only when there is a place for its result, so the first that is not told always has one, and goes on.
 */
#include "order.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { MOST_THREADS = 64 };

struct order {
    const struct order_work *w;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t moved; /* `told` or `rc` has changed */
    size_t begun;
    atomic_size_t told; /* written under the lock */
    char *ended;        /* by place: done, not told */
    int telling;        /* a thread is at it */
    int32_t rc;
};

unsigned order_processors(void)
{
    cpu_set_t mine;
    int n = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;
    return n > 0 ? (unsigned)n : 1;
}

int order_is_next(const struct order *o, size_t i)
{
    return atomic_load(&o->told) == i;
}

int order_await(struct order *o, size_t i)
{
    if (order_is_next(o, i)) {
        return 1;
    }
    pthread_mutex_lock(&o->lock);
    while (o->rc == FERRY_OK && !order_is_next(o, i)) {
        pthread_cond_wait(&o->moved, &o->lock);
    }
    int go = o->rc == FERRY_OK;
    pthread_mutex_unlock(&o->lock);
    return go;
}

/* The lock is held, and let go while one is told. */
static void tell_all(struct order *o)
{
    const struct order_work *w = o->w;
    size_t i;
    if (o->telling) {
        return;
    }
    o->telling = 1;
    while (o->rc == FERRY_OK && (i = atomic_load(&o->told)) < w->jobs && o->ended[i % w->places]) {
        pthread_mutex_unlock(&o->lock);
        int32_t rc = w->tell(w->self, i, i % w->places);
        pthread_mutex_lock(&o->lock);
        o->ended[i % w->places] = 0;
        o->rc = rc;
        if (rc == FERRY_OK) {
            atomic_store(&o->told, i + 1);
        }
        pthread_cond_broadcast(&o->moved);
    }
    o->telling = 0;
}

static void *work_all(void *self)
{
    struct order *o = self;
    const struct order_work *w = o->w;
    pthread_mutex_lock(&o->lock);
    while (o->rc == FERRY_OK && o->begun < w->jobs) {
        if (o->begun >= atomic_load(&o->told) + w->places) {
            pthread_cond_wait(&o->moved, &o->lock);
            continue;
        }
        size_t i = o->begun++;
        pthread_mutex_unlock(&o->lock);
        w->work(w->self, o, i, i % w->places);
        pthread_mutex_lock(&o->lock);
        o->ended[i % w->places] = 1;
        tell_all(o);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* Signals are the caller's. Where no more threads can be had, those that there are do the work. */
static unsigned start(struct order *o, pthread_t *threads, unsigned n)
{
    sigset_t all, before;
    unsigned started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < n && pthread_create(&threads[started], NULL, work_all, o) == 0) {
        started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

int32_t order_run(const struct order_work *w)
{
    struct order o = {.w = w, .ended = calloc(w->places, 1)};
    pthread_t threads[MOST_THREADS];
    size_t wanted = w->threads < w->jobs ? w->threads : w->jobs;
    if (!o.ended) {
        return FERRY_E_NO_MEMORY;
    }
    pthread_mutex_init(&o.lock, NULL);
    pthread_cond_init(&o.moved, NULL);
    wanted = wanted > MOST_THREADS ? MOST_THREADS : wanted;
    unsigned n = start(&o, threads, wanted ? (unsigned)wanted - 1 : 0);
    work_all(&o);
    for (unsigned i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_cond_destroy(&o.moved);
    pthread_mutex_destroy(&o.lock);
    free(o.ended);
    return o.rc;
}
