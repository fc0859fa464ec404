/* SPDX-License-Identifier: MIT */
/*
 * limiter.h - how fast an account may be talked to, as its server says, and as its vendor does. One budget for an account (credential and host), shared by
 * primary, mirror and other ferry processes of the state folder; it is asked before a request is committed as SENT, so that nothing
 * that waits for its turn is in doubt.
 *
 * Where the server says nothing there is no limit but the number of requests at once, which halves when the server is overrun and grows
 * again one by one.
 */
#ifndef ENGINE_LIMITER_H
#define ENGINE_LIMITER_H

#include <stdint.h>
#include <transport.h>

enum { LIMITER_SENT = 32 };

struct limiter {
    int fd;                    /* the shared file; -1: this process alone */
    unsigned char account[16]; /* digest of the credential's name */
    int64_t slot;              /* where in the file */
    struct pace {              /* as stored, in this byte order: the file belongs to one machine */
        unsigned char account[16];
        int64_t limit, remaining;      /* of the window that ends at reset_ms; limit 0: not known */
        int64_t reset_ms, pause_ms;    /* nothing is sent before pause_ms */
        int64_t sent_ms[LIMITER_SENT]; /* turns that were taken, the newest at `newest` */
        int64_t newest;
    } own;                 /* where there is no file */
    uint32_t a_second;     /* turns, at most; 0: as many as the server takes */
    uint32_t most, window; /* requests at once: allowed at all, allowed now */
    uint32_t well;         /* answers since the window last changed */
    uint32_t under_way;
};

/*
 * `folder` NULL: not shared. `most`: requests at once, from configuration. A file that cannot be used is done without: a limit is a
 * courtesy, and the server insists on it by itself.
 */
void limiter_init(struct limiter *l, const char *folder, struct ferry_str credential,
                  uint32_t most);
void limiter_finish(struct limiter *l); /* accepts zeroed */
/* No more turns than so many a second; of several numbers the smallest counts. 0: nothing is said. */
void limiter_rate(struct limiter *l, uint32_t a_second);

/* When the next request may go: a time on the clock that is not later than now_ms, else one to wait for. Takes a place in the budget. */
int64_t limiter_turn(struct limiter *l, int64_t now_ms);
/* The place was not used. */
void limiter_give_back(struct limiter *l);
/* How many may be under way now, at most. */
uint32_t limiter_window(const struct limiter *l);
void limiter_sent(struct limiter *l);
/* What an exchange's end says of the limit. */
void limiter_heard(struct limiter *l, const struct exchange *x, int64_t now_ms);

/* What an answer's headers say; limit -1, remaining -1, reset_ms 0: nothing. For tests, and limiter_heard(). */
struct limiter_word {
    int64_t limit, remaining, reset_ms;
};
struct limiter_word limiter_read(const struct ferry_message *answer, int64_t now_ms);

#endif
