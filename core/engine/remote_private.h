/* SPDX-License-Identifier: MIT */
/* remote_private.h - between the files of remote.h: what a codec needs to know before it can write, and what it says of itself. */
#ifndef ENGINE_REMOTE_PRIVATE_H
#define ENGINE_REMOTE_PRIVATE_H

#include "remote.h"

/* What a codec has asked for with need(); for request.notes_self and request.need. */
struct needs {
    struct arena arena;
    struct ferry_str fact;
};
int32_t remote_on_need(void *self, struct ferry_str fact);

/* What the codec says of itself, with the destination that it was said of. */
int32_t remote_by_codec(const struct remote *r, int32_t rc, const struct ferry_error *why,
                        struct ferry_error *err);

/* remote_facts.c: those that the journal holds, when the destination is opened. */
int32_t remote_load_facts(struct remote *r, struct ferry_error *err);

#endif
