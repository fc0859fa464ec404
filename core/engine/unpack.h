/* SPDX-License-Identifier: MIT */
/*
 * unpack.h - gzip as a stream: pieces in, pieces out, members one after the other, never more than
 * a given total. read.c puts it between a file and its reader.
 */
#ifndef ENGINE_UNPACK_H
#define ENGINE_UNPACK_H

#include <ferry/base.h>

/* Does it begin like a gzip member? */
int unpack_is_gzip(struct ferry_str head);

enum unpack_state {
    UNPACK_GOES_ON = 0,  /* inside a member, or nothing came */
    UNPACK_BETWEEN = 1,  /* a member has ended whole: the file may end here */
    UNPACK_TRAILING = 2, /* bytes that are no member stand behind the last; they are ignored */
    UNPACK_DAMAGED = 3   /* the stream is broken here; nothing more can come */
};

typedef int32_t unpack_fn(void *data, struct ferry_str bytes);

struct unpack;
/* `max`: bytes of output in all. NULL: out of memory. */
struct unpack *unpack_create(uint64_t max);
void unpack_destroy(struct unpack *u); /* accepts NULL */

/*
 * Hands what the piece unpacks to on to fn, whose status other than OK ends it and is returned.
 * E_TOO_LARGE: past the total, what was below it has been handed on. Damage is a state, not a
 * failure.
 */
int32_t unpack_feed(struct unpack *u, struct ferry_str piece, unpack_fn *fn, void *data);
enum unpack_state unpack_state(const struct unpack *u);
uint64_t unpack_total(const struct unpack *u);

#endif
