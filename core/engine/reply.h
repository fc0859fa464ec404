/* SPDX-License-Identifier: MIT */
/*
 * reply.h - collects what a codec says about one answer. Nothing of it counts before the codec has returned OK: so it is
 * all kept here first, items packed, texts copied.
 */
#ifndef ENGINE_REPLY_H
#define ENGINE_REPLY_H

#include <arena.h>
#include <buf.h>
#include <ferry/tracker.h>
#include <hash.h>

struct reply_note {
    uint32_t index, kind;
    struct ferry_str field, text;
    struct reply_note *next;
};
struct reply_text { /* a cursor; a fact or session value */
    struct ferry_str name, value;
    struct reply_text *next;
};
struct reply {
    struct arena arena;
    int32_t failed;                 /* the first thing said that could not be kept; latched */
    uint32_t n;                     /* operations the answer is about */
    struct ferry_verdict verdict;   /* size 0: none */
    struct ferry_outcome *outcomes; /* n of them; size 0: none */
    struct ferry_follow *follows;   /* n of them; size 0: none */
    struct reply_note *notes;
    struct reply_text *nexts, *facts, *keeps;
    struct buf items; /* {u32 length, packed} each */
    uint32_t n_items;
    char blob[DIGEST_TEXT]; /* where the answer's body went to the spool; "" otherwise */
    uint64_t blob_bytes;
};

void reply_init(struct reply *r);
void reply_finish(struct reply *r); /* accepts zeroed */
/* For an answer about n operations. FERRY_E_NO_MEMORY. */
int32_t reply_begin(struct reply *r, uint32_t n);
struct ferry_reply reply_sink(struct reply *r);
/* After the codec has returned: its status, or why what it said could not be kept, whether the codec noticed or not. */
int32_t reply_end(const struct reply *r, int32_t rc, struct ferry_error *err);
/* Each item in order; `arena` is reset before each. fn returns a status. */
int32_t reply_items(struct reply *r, struct arena *arena,
                    int32_t (*fn)(void *data, const struct ferry_item *item), void *data,
                    struct ferry_error *err);

#endif
