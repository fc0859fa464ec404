/* SPDX-License-Identifier: MIT */
/*
 * alone.h - is there a second one of the cases that were just made? Whoever else works on the project at the same time may have made it: each
 * of both looks after it has made its own, so one of them sees both.
 *
 * A list of all cases is a request for each hundred of them. Where the tracker tells how many there are, one is enough, at the one moment at
 * which the number is known: after the last case, and before the first result, since a server may make cases of results.
 */
#ifndef ENGINE_ALONE_H
#define ENGINE_ALONE_H

#include "deliver.h"

/*
 * Before a request of results is sent. As many cases as the plan saw and this delivery made: they are marked (OP_COUNTED), and the audit
 * need not list them until others' have had the time to show. Any other number decides nothing. *held: cases are still on their way,
 * and the results had better wait for them. Asks at most once; where it cannot be told, the chance is over. The destination's lock is held.
 */
int32_t alone_count(struct deliver *d, int *held);

#endif
