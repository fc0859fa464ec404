/* SPDX-License-Identifier: MIT */
/*
 * machine_places.c - from where each call came. Calls with one call stack are one place: it is known by the first and the last number of its
 * calls, so that a sweep can go to every place instead of to every number. See machine.h.
 */
#include "machine.h"

#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEEP = 10, OWN = 3 /* frames of this library */, PLACES = 1 << 16, LINE = 80 };

static struct place {
    uint64_t hash; /* 0: free */
    unsigned long first, last;
    enum machine_call call;
} places[PLACES];
static unsigned n_places;
static int busy, asked;
static __thread int inside; /* what finds a stack may allocate */

static uint64_t hash_of(enum machine_call call)
{
    void *frames[DEEP + OWN];
    uint64_t h = 14695981039346656037u ^ (uint64_t)call;
    int n = backtrace(frames, DEEP + OWN);
    for (int i = OWN; i < n; i++) {
        h = (h ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211u;
    }
    return h | 1;
}

void machine_place(enum machine_call call, unsigned long n)
{
    if (!asked || inside) {
        return;
    }
    inside = 1;
    uint64_t hash = hash_of(call);
    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) {
    }
    size_t i = (size_t)(hash >> 16) % PLACES;
    while (places[i].hash && (places[i].hash != hash || places[i].call != call)) {
        i = (i + 1) % PLACES;
    }
    if (!places[i].hash && n_places < PLACES / 4 * 3) {
        places[i] = (struct place){hash, n, n, call};
        n_places++;
    }
    places[i].last = n > places[i].last ? n : places[i].last;
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    inside = 0;
}

/* The first look at a stack loads what can look: before anything counts. */
void machine_places_begin(void)
{
    void *frame;
    asked = getenv("MACHINE_PLACES") != NULL;
    if (asked) {
        (void)backtrace(&frame, 1);
    }
}

void machine_places_tell(const char *(*name)(enum machine_call call))
{
    const char *file = asked ? getenv("MACHINE_PLACES") : NULL;
    char line[LINE];
    asked = 0;
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file,
                                 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                  : -1;
    for (size_t i = 0; i < PLACES && fd >= 0; i++) {
        if (places[i].hash) {
            int length = snprintf(line, sizeof line, "%s %lu %lu\n", name(places[i].call),
                                  places[i].first, places[i].last);
            if (syscall(SYS_write, fd, line, (size_t)length) != length) {
                _exit(97); /* half a list must not look whole */
            }
        }
    }
    if (n_places >= PLACES / 4 * 3) {
        _exit(97);
    }
}
