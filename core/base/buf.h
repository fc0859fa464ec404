/* SPDX-License-Identifier: MIT */
/*
 * buf.h - bytes that grow, up to a maximum given at init. Errors latch: after the first failure
 * every call does nothing, so callers may write a whole document and test `failed` once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <ferry/base.h>

struct buf {
    char *ptr; /* always NUL-ended when non-NULL; owned */
    size_t len, cap, max;
    int32_t failed; /* FERRY_OK, E_NO_MEMORY or E_TOO_LARGE; latched */
};

/* The caller's memory; `max` is the longest it may get, in bytes. */
void buf_init(struct buf *b, size_t max);
/* In `size` bytes of the caller's, which it never leaves: for what has to be said when memory is out. Not to be finished. */
void buf_borrow(struct buf *b, char *room, size_t size);
/* Frees the bytes; accepts zeroed. The buffer may be used again as after init. */
void buf_finish(struct buf *b);
/* Forgets the bytes and the failure, keeps the memory. */
void buf_reset(struct buf *b);

int32_t buf_put(struct buf *b, struct ferry_str s);
int32_t buf_puts(struct buf *b, const char *s);
int32_t buf_putc(struct buf *b, char c);
int32_t buf_put_int(struct buf *b, int64_t n); /* in decimal */
int32_t buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes; they are not counted until buf_grow(). NULL on failure. */
char *buf_room(struct buf *b, size_t n);
void buf_grow(struct buf *b, size_t n);
/* Back to an earlier length. */
void buf_cut(struct buf *b, size_t len);

/* What it holds; valid until the next change. Absent while empty and never written. */
struct ferry_str buf_str(const struct buf *b);
/* The NUL-ended text, never NULL. */
const char *buf_cstr(const struct buf *b);

#endif
