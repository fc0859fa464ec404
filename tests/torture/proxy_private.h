/* SPDX-License-Identifier: MIT */
/* proxy_private.h - between the proxy's files: connections, messages as bytes, and whoever is to be hit. */
#ifndef TORTURE_PROXY_PRIVATE_H
#define TORTURE_PROXY_PRIVATE_H

#include "proxy.h"

#include <clock.h>
#include <pthread.h>

/* --- proxy_http.c: bytes ------------------------------------------------------------------------ */

/* One message, as its bytes. */
struct bytes {
    char *ptr; /* owned, NUL-ended */
    size_t n, room;
    size_t head; /* of them, with the empty line */
    int status;  /* of an answer */
    char method[8], target[512];
};
void bytes_finish(struct bytes *b);
void bytes_set(struct bytes *b, const char *text);
/* 1: a whole one was read; 0: the other side ended. `head_only`: without its body. */
int bytes_read(struct bytes *b, int fd, int head_only);
int bytes_send(int fd, const char *ptr, size_t n);
const char *bytes_body(const struct bytes *b, size_t *n);

/* The number behind "name=" in the target, made another one by `change`; nothing where there is none. */
void bytes_renumber(struct bytes *b, const char *name, long change(long number, long with),
                    long with);
/* What is not the body's own length any more, in the head. */
void bytes_set_length(struct bytes *b);
/* The number behind "name": in the body, one less; in the same length. */
void bytes_one_less(struct bytes *b, const char *name);
/* Takes the middle element out of the body's array "name". */
void bytes_lose_one(struct bytes *b, const char *name);
int dial(uint16_t port);

/* --- proxy_mock.c: the mock's process --------------------------------------------------------------- */

struct mock {
    int pid;
    uint16_t port;
    int fd; /* the one connection to it; -1: none */
    int has_clock;
};
int mock_start(struct mock *m, struct world *w);
void mock_stop(struct mock *m);
/* Carries a message to it; 0: it hung up. */
int mock_carry(struct mock *m, const struct bytes *request, struct bytes *answer);
/* One request of the tests themselves; it has to be taken. */
void mock_ask(struct mock *m, const char *target, const char *body);
/* Its own clock goes forward, where it has one. */
void mock_advance(struct mock *m, int64_t ms);
/* Its own faults from now on; "" for none. */
void mock_faults(struct mock *m, const char *script);

/* --- proxy_wires.c: what is done to whom ------------------------------------------------------------- */

struct victim {
    struct proxy *p;
    const struct wire *wire;
    int fd;
    const struct bytes *request;
    const struct bytes *answer; /* the mock's; where nothing was applied, one that is made up */
    size_t of;                  /* its place in the ledger */
    int64_t late_ms; /* it is applied so long after whoever asked has given up; 0: not late */
};

/* --- proxy.c -------------------------------------------------------------------------------- */

enum { MOST_HANDLED = 4096, MOST_LATE = 8, MOST_OPEN = 256, KINDS_OF = OP_KIND_NONE + 1 };

struct late {
    struct bytes request;
    int64_t due_us;
    size_t of; /* in the ledger */
};

struct proxy {
    struct world *w;
    struct mock mock;
    struct clock clock;
    char clock_path[600];
    pthread_mutex_t lock;
    pthread_cond_t ended; /* a connection has */
    pthread_t thread;
    int fd;
    uint16_t port;
    int open[MOST_OPEN]; /* connections */
    unsigned n_open, n_connections;
    unsigned
        answering; /* requests that have come, and are not answered yet; those that are held do not count */
    unsigned unheard; /* connections on which nothing has come yet */
    /* strikes */
    struct strike strikes[MOST_STRIKES];
    unsigned n_strikes, hits;
    int armed;
    int page, deaf;
    const char *mark; /* of the first hit; or NULL */
    int64_t mock_us;  /* the shared time that the mock's clock knows of, beyond the real one */
    unsigned counts[MOST_STRIKES]; /* of their kind, since they count */
    unsigned since[KINDS_OF];      /* of every kind, since proxy_arm() */
    unsigned later[KINDS_OF];      /* of these, pages that are not a list's first */
    struct {
        char list[512]; /* its target up to its places; "": none */
        int fewer;
    } shifted;
    /* the ledger */
    struct handled *ledger;
    size_t n;
    struct late late[MOST_LATE];
    unsigned n_late;
    int pid;
    unsigned call;
};

/*
 * The shared time goes on, for a server that lets one wait. He who waits may give up at once, and be back with his next request before
 * this returns: what is late is counted from here before that.
 */
void proxy_pass(const struct victim *v, int64_t ms);
/* Until nobody else is being answered. */
void proxy_quiet(struct proxy *p);

/* --- proxy_ledger.c; with the lock held ----------------------------------------------------------- */

int64_t proxy_now_us(struct proxy *p);
/* Into the ledger; its place there. */
size_t proxy_write_down(struct proxy *p, const struct bytes *request, unsigned connection);
/* The mock gets it, or the first half of what it lists; `of`: its place in the ledger. */
void proxy_apply(struct proxy *p, size_t of, const struct bytes *request, struct bytes *answer);
void proxy_apply_part(struct proxy *p, size_t of, const struct bytes *request);
/* Kept for later; and when that is, once it is known. */
void proxy_keep_late(struct proxy *p, size_t of, const struct bytes *request);
void proxy_late_at(struct proxy *p, size_t of, int64_t due_us);
/* What is due; `all`: whatever its time. */
void proxy_apply_late(struct proxy *p, int all);

#endif
