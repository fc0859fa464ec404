/* SPDX-License-Identifier: MIT */
/*
 * transport.h - who carries a request to its destination and an answer back. The engine does not know whether
 * that is a socket or a service in this process.
 *
 * A transport has one thread: the one that calls it. submit() hands over an exchange; next() gives one back when it has
 * ended. What an exchange ended with is all the engine needs to know of danger: NOT_SENT means that nothing left this
 * process, UNSURE that it may have acted.
 */
#ifndef HOST_TRANSPORT_H
#define HOST_TRANSPORT_H

#include "request.h"

#include <hash.h>

enum exchange_end {
    EXCHANGE_ANSWERED = 1, /* a whole answer, whatever its status */
    EXCHANGE_NOT_SENT = 2, /* refused before the first byte left */
    EXCHANGE_UNSURE = 3    /* sent, or maybe sent, and no whole answer came */
};

struct exchange {
    /* Set by the caller; borrowed until the exchange comes back. */
    const struct request *request;
    const struct request
        *dress; /* headers of the codec's dress(), read by submit() alone; may be NULL */
    const struct request_values *values; /* secrets and session */
    uint64_t max_answer;                 /* bytes; a longer answer ends UNSURE */
    int has_effect;                      /* 0: a read, may be repeated freely by the transport */
    int fresh; /* on a connection of its own: what acts when repeated never begins on one that may be dead */
    void *user;
    /* Set by the transport. */
    enum exchange_end end;
    struct ferry_message answer; /* points into storage and headers */
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_blob blob;        /* where answer.blob points, if anywhere */
    char blob_digest[DIGEST_TEXT]; /* likewise */
    struct buf storage;            /* owned by the caller: init before, finish after */
    struct ferry_error error;      /* why it is not ANSWERED */
};

enum {
    /* What was sent has acted, or never will, when the exchange ends or the process dies: no settle time is needed. */
    TRANSPORT_SYNCHRONOUS = 1u
};

struct transport {
    void *self;
    uint32_t flags; /* TRANSPORT_* */
    uint32_t
        most; /* more of them under way at once is of no use; 0: as many as the far end bears */
    const char *name; /* of the far end, for messages: "api.qase.io", "local (in process)" */
    /* Takes over x until next() gives it back. A status other than OK: not taken, err says why. */
    int32_t (*submit)(void *self, struct exchange *x, struct ferry_error *err);
    /* The next exchange that has ended, or NULL: none within wait_ms, or none under way. */
    struct exchange *(*next)(void *self, int64_t wait_ms);
    /* 1: somebody else has changed what is behind it since it was opened; 0: nobody has. NULL: it cannot tell. */
    int (*disturbed)(void *self);
    void (*close)(
        void *self); /* exchanges under way end UNSURE, unseen: they are not touched again */
};

#endif
