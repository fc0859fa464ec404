/* SPDX-License-Identifier: MIT */
/*
 * capture_items.h - gives each item its key and its source id, and writes it, some thousands in one transaction. Used by
 * capture.c alone.
 */
#ifndef ENGINE_CAPTURE_ITEMS_H
#define ENGINE_CAPTURE_ITEMS_H

#include "capture.h"

/* How often a result was seen in the report at hand: twins are told apart by their number. */
struct twin {
    uint64_t hash; /* 0: free */
    uint32_t count, report;
};

/* An item written in the open transaction; its source id is looked at when all of them are, in the order of the index. */
struct unsure_item {
    unsigned char source_id[16];
    int64_t id;
    int result;
};

struct item_writer {
    struct engine *e;
    struct captured *c;
    const struct capture_call *call; /* NULL when reading back */
    struct remote *remote; /* read back: where attachments are fetched from; may be NULL */
    struct recall *recall; /* read back: what was sent there; may be NULL */
    struct arena arena;
    struct buf packed;
    const char *path;
    struct twin *twins;
    size_t n_twins, room_twins;
    uint32_t report;          /* number of the report at hand, from 1 */
    int again;                /* the run has items of earlier captures */
    struct unsure_item *open; /* items in the open transaction; owned */
    uint32_t n_open;
    int32_t rc; /* the journal's own failure */
    struct ferry_error *err;
};

int32_t item_writer_init(struct item_writer *w, struct engine *e, struct captured *c,
                         const struct capture_call *call, struct ferry_error *err);
void item_writer_finish(
    struct item_writer *w); /* accepts zeroed; what is not flushed is rolled back */
void item_writer_report(struct item_writer *w, const char *path);
int32_t item_writer_item(void *self, const struct ferry_item *item);
int32_t item_writer_notice(void *self, const struct ferry_notice *notice);
int32_t item_writer_read_back(struct item_writer *w, struct ferry_str source,
                              const struct ferry_item *item);
/* What this capture has read back is void, and comes again. */
int32_t item_writer_again(struct item_writer *w);
int32_t item_writer_flush(struct item_writer *w);

#endif
