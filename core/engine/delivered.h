/* SPDX-License-Identifier: MIT */
/* delivered.h - what this journal has delivered into a run, result by result: for the audit, and for what is read back from there. */
#ifndef ENGINE_DELIVERED_H
#define ENGINE_DELIVERED_H

#include "engine.h"

#include <arena.h>

/*
 * Operations o that created a result in run ?3 of destination ?1 (?2: the kind), by whichever lane: of those that were told to go there, and of those
 * whose key made it or found it there.
 */
#define DELIVERED_THERE                                                                            \
    " o.dest_id = ?1 AND o.kind = ?2 AND o.state = 7"                                              \
    " AND o.lane_id IN (SELECT id FROM lane WHERE dest_id = ?1 AND (target_run = ?3 OR run_key IN" \
    " (SELECT key FROM op WHERE dest_id = ?1 AND kind = ?4 AND state = 7 AND remote_id = ?3)))"

struct delivered {
    int64_t op_id, lane_id;
    uint32_t flags;               /* of the operation */
    struct ferry_str of_case, id; /* absent where the tracker did not say */
    const struct ferry_item *item;
};
typedef int32_t delivered_fn(void *data, const struct delivered *one);
/* Each of them; all that it names is in `arena`, which is reset before each. FERRY_E_STOP: interrupted. */
int32_t delivered_results(struct engine *e, int64_t dest_id, struct ferry_str run,
                          struct arena *arena, delivered_fn *fn, void *data,
                          struct ferry_error *err);

#endif
