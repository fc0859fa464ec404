/* SPDX-License-Identifier: MIT */
/*
 * buf.c - the growing bytes behind buf.h. Everything that is built up (messages, requests,
 * files read whole) is built here, so here is the one place that guards against sizes that
 * wrap around and against growth without end. It must never pass its maximum, not even in
 * what it reserves.
 */
#include "buf.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

void buf_init(struct buf *b, size_t max)
{
    memset(b, 0, sizeof *b);
    b->max = max;
}

void buf_borrow(struct buf *b, char *room, size_t size)
{
    room[0] = '\0';
    *b = (struct buf){.ptr = room, .cap = size, .max = size - 1};
}

void buf_finish(struct buf *b)
{
    size_t max = b->max;
    free(b->ptr);
    buf_init(b, max);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = FERRY_OK;
    if (b->ptr) {
        b->ptr[0] = '\0';
    }
}

/* The capacity to ask for: doubled, so that appending is linear; never beyond the maximum. */
static size_t next_cap(const struct buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : FIRST_CAP;
    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    }
    if (b->max < SIZE_MAX && cap > b->max + 1) {
        cap = b->max + 1;
    }
    return cap;
}

char *buf_room(struct buf *b, size_t n)
{
    size_t need, cap;
    char *ptr;
    if (b->failed) {
        return NULL;
    }
    if (n > b->max - b->len || n >= SIZE_MAX / 2 - b->len) {
        b->failed = FERRY_E_TOO_LARGE;
        return NULL;
    }
    need = b->len + n + 1; /* the ending NUL is not part of the length */
    if (need > b->cap) {
        cap = next_cap(b, need);
        ptr = realloc(b->ptr, cap);
        if (!ptr) {
            b->failed = FERRY_E_NO_MEMORY;
            return NULL;
        }
        b->ptr = ptr;
        b->cap = cap;
        b->ptr[b->len] = '\0';
    }
    return b->ptr + b->len;
}

void buf_grow(struct buf *b, size_t n)
{
    if (b->failed || !b->ptr) {
        return;
    }
    if (n >= b->cap - b->len) { /* more than buf_room() gave: the bytes are not ours */
        b->failed = FERRY_E_TOO_LARGE;
        return;
    }
    b->len += n;
    b->ptr[b->len] = '\0';
}

void buf_cut(struct buf *b, size_t len)
{
    if (len < b->len) {
        b->len = len;
        b->ptr[len] = '\0';
    }
}

int32_t buf_put(struct buf *b, struct ferry_str s)
{
    char *room;
    if (!s.ptr) {
        return b->failed;
    }
    if (s.len > SIZE_MAX / 2) {
        b->failed = b->failed ? b->failed : FERRY_E_TOO_LARGE;
        return b->failed;
    }
    room = buf_room(b, (size_t)s.len);
    if (room) {
        memcpy(room, s.ptr, (size_t)s.len);
        buf_grow(b, (size_t)s.len);
    }
    return b->failed;
}

int32_t buf_puts(struct buf *b, const char *s)
{
    return buf_put(b, ferry_cstr(s));
}

int32_t buf_putc(struct buf *b, char c)
{
    char *room;
    if (!b->failed && b->len + 1 < b->cap) { /* nearly always; the capacity is within the maximum */
        b->ptr[b->len++] = c;
        b->ptr[b->len] = '\0';
        return FERRY_OK;
    }
    room = buf_room(b, 1);
    if (room) {
        *room = c;
        buf_grow(b, 1);
    }
    return b->failed;
}

int32_t buf_put_int(struct buf *b, int64_t n)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (n < 0) {
        *--p = '-';
    }
    return buf_put(b, (struct ferry_str){p, (uint64_t)(digits + sizeof digits - p)});
}

int32_t buf_printf(struct buf *b, const char *format, ...)
{
    char nothing[1]; /* where the first text is measured */
    char *at = b->ptr ? b->ptr + b->len : nothing;
    size_t room = b->ptr ? b->cap - b->len : sizeof nothing;
    va_list args;
    int n;
    if (b->failed) {
        return b->failed;
    }
    va_start(args, format);
    n = vsnprintf(at, room, format, args);
    va_end(args);
    if (n >= 0 && b->ptr &&
        (size_t)n < room) { /* the capacity is within the maximum: it stands there already */
        b->len += (size_t)n;
        return b->failed;
    }
    *at = '\0';
    if (n < 0) {
        b->failed = FERRY_E_TOO_LARGE; /* longer than INT_MAX: the only way our formats fail */
        return b->failed;
    }
    at = buf_room(b, (size_t)n);
    if (at) {
        va_start(args, format);
        vsnprintf(at, (size_t)n + 1, format, args);
        va_end(args);
        buf_grow(b, (size_t)n);
    }
    return b->failed;
}

struct ferry_str buf_str(const struct buf *b)
{
    return (struct ferry_str){b->ptr, b->len};
}

const char *buf_cstr(const struct buf *b)
{
    return b->ptr ? b->ptr : "";
}
