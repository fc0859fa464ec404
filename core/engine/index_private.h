/* SPDX-License-Identifier: MIT */
/* index_private.h - between the parts of the index alone: a reading under way, and the indexes of its tables. */
#ifndef ENGINE_INDEX_PRIVATE_H
#define ENGINE_INDEX_PRIVATE_H

#include "index.h"

/* Built when it is first needed, in one go. */
enum index_on { ON_KEY, ON_ID, ON_SIGNATURE, ON_NAME, ON_WIRE, ON_LIKENESS, ON_LISTED_ID };
int32_t index_need(struct journal *j, enum index_on on, struct ferry_error *err);

struct index_reading {
    struct journal *j;
    int64_t dest_id;
    struct buf fold, packed;
    struct arena arena;
    struct ferry_error *err;
};
void index_reading_init(struct index_reading *rd, struct journal *j, int64_t dest_id,
                        struct ferry_error *err);
void index_reading_finish(struct index_reading *rd);

/*
 * A list that moves under us shows a thing on two pages: it is there once all the same, or a key would seem to be held twice. `any` asks whether
 * there is such a thing, `drop` leaves one of each.
 */
int32_t index_drop_repeated(struct journal *j, enum index_on on, const char *any, const char *drop,
                            struct ferry_error *err);

#endif
