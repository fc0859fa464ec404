/* SPDX-License-Identifier: MIT */
/*
 * listener.h - a socket in front of something that answers: each request that arrives whole is handed to `answer`, and what it
 * wrote goes back. Hides libmicrohttpd: threads, limits, timeouts.
 *
 * Who may connect is the address it listens on; what is accepted is bounded (connections, head, body, time), so that a
 * client that is slow, endless or gone costs a slot for a while and nothing else.
 */
#ifndef HOST_LISTENER_H
#define HOST_LISTENER_H

#include "request.h"

struct listener;

enum listener_do {
    LISTENER_ANSWER = 1, /* send what was written */
    LISTENER_HANG_UP = 2 /* close without a byte: for mocks of a bad network */
};

/* What is asked, and where the answer is written (emptied before). Called by any thread, one call at a time. */
typedef enum listener_do listener_answer_fn(void *self, const struct ferry_message *request,
                                            struct request *answer);

/*
 * How long the body of a request may be whose head is here; 0: no longer than max_body. Called by any thread, several at once, before the
 * body is taken: so only who has shown who he is can make us hold much.
 */
typedef uint64_t listener_admit_fn(void *self, const struct ferry_message *head);

struct listener_setup {
    const char *address;            /* "127.0.0.1", "::1" ... */
    uint16_t port;                  /* 0: any free one */
    const char *tls_cert, *tls_key; /* files; NULL: plain http */
    uint64_t max_body; /* bytes; a longer one is answered with 413, one without an end hung up on */
    int64_t latency_ms;                  /* waited before each answer, beside others; for mocks */
    uint32_t max_connections, timeout_s; /* a connection on which nothing happens is closed */
    int64_t
        request_ms; /* a request may take so long to arrive, from the first byte to the last; 0: timeout_s */
    listener_answer_fn *answer;
    listener_admit_fn *admit; /* NULL: nobody may send more than max_body */
    void *self;
    struct spool *blobs; /* of answers; may be NULL */
};

/* E_CONFIG where the port is taken or the address is none of this machine's. */
int32_t listener_open(struct listener **out, const struct listener_setup *setup,
                      struct ferry_error *err);
/* What it listens on, also where 0 was asked for. */
uint16_t listener_port(const struct listener *l);
/* The most requests that were under way at the same moment, from when they were whole to when they were answered; counted anew from now on. */
uint32_t listener_most_at_once(struct listener *l);
/* Hears out what is being answered; accepts NULL. */
void listener_close(struct listener *l);

#endif
