/* SPDX-License-Identifier: MIT */
/*
 * arena.c - the blocks behind arena.h. Parsers take thousands of small pieces from one arena and
 * give them back in one call, so nothing here frees a single piece. It must never hand out a
 * byte twice between two resets, nor one that is not zero.
 */
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024, GRAIN = alignof(max_align_t) };

struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t max)
{
    memset(a, 0, sizeof *a);
    a->max = max;
}

static void free_chain(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_finish(struct arena *a)
{
    free_chain(a->head);
    arena_init(a, a->max);
}

void arena_reset(struct arena *a)
{
    struct arena_block *kept = a->head;
    if (kept) {
        free_chain(kept->next);
        kept->next = NULL;
        memset(kept->bytes, 0, kept->used);
        kept->used = 0;
    }
    a->used = 0;
    a->failed = FERRY_OK;
}

/* A fresh block that holds n bytes. The head stays the head while it is the emptier one. */
static struct arena_block *add_block(struct arena *a, size_t n)
{
    size_t cap = a->head ? a->head->cap * 2 : FIRST_BLOCK;
    struct arena_block *block;
    if (cap > LARGEST_BLOCK) {
        cap = LARGEST_BLOCK;
    }
    if (cap < n) {
        cap = n;
    }
    block = calloc(1, sizeof *block + cap);
    if (!block) {
        a->failed = FERRY_E_NO_MEMORY;
        return NULL;
    }
    block->cap = cap;
    if (a->head && cap - n < a->head->cap - a->head->used) {
        block->next = a->head->next;
        a->head->next = block;
    } else {
        block->next = a->head;
        a->head = block;
    }
    return block;
}

void *arena_alloc(struct arena *a, size_t n)
{
    struct arena_block *block = a->head;
    void *piece;
    if (a->failed) {
        return NULL;
    }
    if (n > SIZE_MAX / 2) {
        a->failed = FERRY_E_TOO_LARGE;
        return NULL;
    }
    n = n ? (n + GRAIN - 1) / GRAIN * GRAIN : GRAIN;
    if (n > a->max - a->used) {
        a->failed = FERRY_E_TOO_LARGE;
        return NULL;
    }
    if (!block || n > block->cap - block->used) {
        block = add_block(a, n);
        if (!block) {
            return NULL;
        }
    }
    piece = block->bytes + block->used;
    block->used += n;
    a->used += n;
    return piece;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        bytes = SIZE_MAX; /* refused below, and latched like any other */
    }
    return arena_alloc(a, bytes);
}

struct ferry_str arena_str(struct arena *a, struct ferry_str s)
{
    struct ferry_str copy = {NULL, 0};
    char *ptr;
    if (!s.ptr) {
        return copy;
    }
    ptr = arena_alloc(a, s.len < SIZE_MAX ? (size_t)s.len + 1 : SIZE_MAX);
    if (ptr) {
        memcpy(ptr, s.ptr, (size_t)s.len);
        copy.ptr = ptr;
        copy.len = s.len;
    }
    return copy;
}

struct ferry_str arena_printf(struct arena *a, const char *format, ...)
{
    struct ferry_str text = {NULL, 0};
    va_list args;
    char *ptr, few[256]; /* most texts are short, and are formatted once */
    int n;
    va_start(args, format);
    n = vsnprintf(few, sizeof few, format, args);
    va_end(args);
    if (n < 0) {
        a->failed = a->failed ? a->failed : FERRY_E_TOO_LARGE;
        return text;
    }
    ptr = arena_alloc(a, (size_t)n + 1);
    if (ptr && (size_t)n < sizeof few) {
        memcpy(ptr, few, (size_t)n + 1);
    } else if (ptr) {
        va_start(args, format);
        vsnprintf(ptr, (size_t)n + 1, format, args);
        va_end(args);
    }
    if (ptr) {
        text.ptr = ptr;
        text.len = (uint64_t)n;
    }
    return text;
}
