/* SPDX-License-Identifier: MIT */
/*
 * recall.h - what ferry itself has sent into a run that is now read back. A tracker may show less than it took (neither parameters nor the
 * texts of steps, and files by address alone); what this journal still holds completes it. Used by capture.c alone.
 */
#ifndef ENGINE_RECALL_H
#define ENGINE_RECALL_H

#include "engine.h"

struct recall {
    struct engine *e;
    int any;            /* something was sent there */
    struct arena arena; /* of one of those while they are listed */
};

/* Everything that this journal has delivered into this run of this destination, by what it looks like. */
int32_t recall_open(struct recall *r, struct engine *e, int64_t dest_id, struct ferry_str run,
                    struct ferry_error *err);
/* The list is read again: all that was taken is free. */
int32_t recall_again(struct recall *r, struct ferry_error *err);
void recall_close(struct recall *r); /* accepts zeroed */
/*
 * Completes a listed result in place by one that looks the same and was not taken yet: parameters, texts of steps, names, fields, and the bytes of
 * attachments that the spool has. What the tracker says of it stays as it is. Texts live in `arena`.
 */
int32_t recall_complete(struct recall *r, const struct ferry_item *item,
                        struct ferry_result *result, struct arena *arena, struct ferry_error *err);

#endif
