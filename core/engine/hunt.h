/* SPDX-License-Identifier: MIT */
/*
 * hunt.h - the one item for which a server refused a whole request without saying which. Halves alone cost two requests a step. Here the first
 * half goes, and the other is held back: where the first is taken, the other is guilty and goes in halves itself; where it is refused, the other is
 * thought innocent and goes with all the other innocent ones, in one request, when the item is found. For n items that is log2(n) + 2 requests.
 *
 * Nothing of it is stored but times until which operations are held: after a crash they go as if nothing were known of them.
 */
#ifndef ENGINE_HUNT_H
#define ENGINE_HUNT_H

#include "batch.h"

struct deliver;
struct hunts;

struct hunts *hunts_create(void);    /* NULL: out of memory */
void hunts_destroy(struct hunts *h); /* accepts NULL */

/*
 * The batch was refused, nobody knows for which of its items; in the transaction that settles it. *taken is 0 where there is no room for
 * another hunt: then halves have to do.
 */
int32_t hunt_refused(struct deliver *d, const struct batch *b, int *taken);
/* An answer was settled: is a hunt a step further? In the same transaction. */
int32_t hunt_look(struct deliver *d);

#endif
