/* SPDX-License-Identifier: MIT */
/*
 * pack.h - an item as bytes, for the journal, and back. Fields have numbers that are never reused and unknown
 * ones are skipped, so that a journal can be read by later and by earlier versions.
 */
#ifndef ENGINE_PACK_H
#define ENGINE_PACK_H

#include <arena.h>
#include <buf.h>
#include <ferry/model.h>

/* Appends the item. The buffer's failures; E_TOO_LARGE also for steps nested deeper than can be read again, E_BUG for a list
 * with a NULL in it. */
int32_t pack_item(struct buf *out, const struct ferry_item *item);
/* The item again, all of it in the arena or in `bytes` (which must live as long). E_STATE where it is damaged. */
int32_t unpack_item(struct ferry_str bytes, struct arena *arena, struct ferry_item **out,
                    struct ferry_error *err);
/* A list of kv as one blob of bytes, and back; none at all where it is damaged (E_STATE). */
int32_t pack_kv(struct buf *out, const struct ferry_kv *kv, uint32_t n);
int32_t unpack_kv(struct ferry_str bytes, struct arena *arena, const struct ferry_kv **kv,
                  uint32_t *n);

#endif
