/* SPDX-License-Identifier: MIT */
/* remote_private.h - between the files of remote.h: what a codec needs to know before it can write, and what it says of itself. */
#ifndef ENGINE_REMOTE_PRIVATE_H
#define ENGINE_REMOTE_PRIVATE_H

#include "remote.h"

/* What a codec has asked for with need(); for request.notes_self and request.need. */
struct needs {
    struct arena arena;
    struct ferry_str facts[8]; /* of this writing; further ones are asked for the next time */
    uint32_t n;
};
int32_t remote_on_need(void *self, struct ferry_str fact);
/* What was asked for, all of it. */
int32_t remote_learn_all(struct remote *r, const struct needs *needs, struct ferry_error *err);
/* The codec's writing of a question as things stand: sealed, or E_NEED with what is needed. */
int32_t remote_write_once(struct remote *r, const struct ferry_ask *ask, struct request *request,
                          struct needs *needs, struct ferry_error *why);

/* remote_ahead.c: facts of `needs` from one on are asked ahead. */
void remote_ahead_facts(struct remote *r, const struct needs *needs, uint32_t from);
/* 1: this one has ended, and nobody else waits for it. */
int remote_ahead_ended(struct remote *r, const struct exchange *x);
/* Something is written: answers of before it are none. */
void remote_ahead_void(struct remote *r);
/* One of them. Once it is taken it is whose took it. */
struct ahead {
    struct request request;
    struct exchange x;
    int ended, is_void;
    int64_t put_ms;
    uint64_t session; /* it was put in */
};
/* The one with this very request, ended, however that went; NULL where there is none that counts. Fails as remote_wait_some(). */
int32_t remote_ahead_take(struct remote *r, const struct request *request, struct ahead **out,
                          struct ferry_error *err);
void remote_ahead_free(struct ahead *a); /* accepts NULL */
/* After the transport is closed. */
void remote_ahead_finish(struct remote *r);

/* What the codec says of itself, with the destination that it was said of. */
int32_t remote_by_codec(const struct remote *r, int32_t rc, const struct ferry_error *why,
                        struct ferry_error *err);

/* remote_facts.c: those that the journal holds, when the destination is opened. */
int32_t remote_load_facts(struct remote *r, struct ferry_error *err);

#endif
