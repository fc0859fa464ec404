/* SPDX-License-Identifier: MIT */
/* places.h - the places from which an undisturbed run makes its calls, as machine_places.c finds them. */
#ifndef TORTURE_PLACES_H
#define TORTURE_PLACES_H

/* Its calls have these numbers at first and at last. */
struct call_place {
    char call[16];
    unsigned first, last;
};
struct places {
    struct call_place *v;
    unsigned n, room;
};

/* FERRY_TORTURE=places, or places:I/N: to every place once instead of to every number. */
int wants_places(void);
/* What the last undisturbed run has left; in the order of the first numbers, so that each run has them alike. 0 and a message where there is nothing. */
int places_read(struct places *p);
void places_finish(struct places *p); /* accepts zeroed */
/* The k-th of a call's places; NULL at the end. */
const struct call_place *places_of(const struct places *p, const char *call, unsigned k);

#endif
