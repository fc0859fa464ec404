/* SPDX-License-Identifier: MIT */
/*
 * arena.h - memory that is given back all at once: one arena per parsed thing. Never returns
 * memory that was not zeroed; returns NULL past its maximum or when memory is out, and latches.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <ferry/base.h>

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, max;
    int32_t failed; /* FERRY_OK, E_NO_MEMORY or E_TOO_LARGE; latched */
};

void arena_init(struct arena *a, size_t max);
void arena_finish(struct arena *a); /* accepts zeroed */
/* Forgets everything and the failure; keeps the first block, so a loop does not allocate. */
void arena_reset(struct arena *a);

/* n zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);
/* n times size; a product that wraps around is too large. */
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
/* A copy, NUL-ended for the convenience of C functions; absent stays absent. On failure absent. */
struct ferry_str arena_str(struct arena *a, struct ferry_str s);
struct ferry_str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))

#endif
