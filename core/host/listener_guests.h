/* SPDX-License-Identifier: MIT */
/*
 * listener_guests.h - who is connected to a listener, and since when it owes a request. A connection that does not bring its whole request in
 * time is hung up on, however busily it sends a byte now and then: so nobody can hold all the places for ever.
 */
#ifndef HOST_LISTENER_GUESTS_H
#define HOST_LISTENER_GUESTS_H

#include <ferry/base.h>
#include <pthread.h>

struct guest {
    int fd;
    int64_t since_ms; /* a request is owed since then; 0: none is, it is being answered */
};
struct guests {
    pthread_mutex_t lock;
    pthread_cond_t ending;
    pthread_t thread;
    int runs, ends;
    int64_t most_ms;
    struct guest *v; /* owned */
    uint32_t n, room;
};

/* For so many connections at once; a request may take so long to arrive. */
int32_t guests_open(struct guests *g, uint32_t room, int64_t most_ms, struct ferry_error *err);
/* When nobody comes any more. Accepts zeroed. */
void guests_close(struct guests *g);

void guests_came(struct guests *g, int fd);
/* Before its descriptor is closed. */
void guests_left(struct guests *g, int fd);
/* Its request is here, whole; and it is answered, so that the next one is owed. */
void guests_asked(struct guests *g, int fd);
void guests_answered(struct guests *g, int fd);

#endif
