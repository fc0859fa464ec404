/* SPDX-License-Identifier: MIT */
/*
 * order.h - jobs of a list done on several threads, and what came of them told in the order of the list, as if one thread had
 * done one after the other. Results are kept in numbered places, so memory does not grow with the list.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <ferry/base.h>
#include <stddef.h>

struct order;

struct order_work {
    void *self;
    size_t jobs;
    size_t places;    /* jobs begun and not told, at most */
    unsigned threads; /* at most; the calling one is one of them. Fewer where no more can be had. */
    /* Job i, its result into `place`, which no other job has meanwhile. Several run at once. */
    void (*work)(void *self, struct order *o, size_t i, size_t place);
    /* One at a time, by any of the threads. A status other than OK ends it all: no later job is told. */
    int32_t (*tell)(void *self, size_t i, size_t place);
};

/* OK when all are told, or the status with which tell() ended it. */
int32_t order_run(const struct order_work *w);

/* From work(): whether all before job i are told, so that it might tell of itself already. */
int order_is_next(const struct order *o, size_t i);
/* Waits until it is so. 0: it never will be, tell() has ended it. */
int order_await(struct order *o, size_t i);

/* Processors that this process may use. */
unsigned order_processors(void);

#endif
