/* SPDX-License-Identifier: MIT */
/*
 * list.h - a growing array that keeps its memory between cases, so that reading a report allocates
 * nothing once it is under way. Entries are zeroed; pointers to them end with the next list_add.
 */
#ifndef JUNIT_LIST_H
#define JUNIT_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct list {
    void *items; /* owned */
    uint32_t n, cap;
};

/* A new last entry of `size` bytes, or NULL: no memory, or `max` are there. */
static inline void *list_add(struct list *l, size_t size, uint32_t max)
{
    void *item;
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 8;
        void *items = l->n < max ? realloc(l->items, cap * size) : NULL;
        if (!items) {
            return NULL;
        }
        l->items = items;
        l->cap = cap;
    }
    if (l->n >= max) {
        return NULL;
    }
    item = (char *)l->items + l->n++ * size;
    memset(item, 0, size);
    return item;
}

static inline void list_finish(struct list *l)
{
    free(l->items);
    memset(l, 0, sizeof *l);
}

#define list_at(l, type, i) (&((type *)(l)->items)[i])

#endif
