/* SPDX-License-Identifier: MIT */
/*
 * road.h - what every command that delivers does with a lane: open the destination, lock it, plan, deliver, audit. upload,
 * mirror, resume and complete differ only in where capture reads and which planner decides.
 */
#ifndef ENGINE_ROAD_H
#define ENGINE_ROAD_H

#include "audit.h"
#include "plan.h"

/* What the journal says of a lane; see receipt.h for how it is told. */
struct lane_counts {
    uint64_t captured, planned, delivered, there, cases, skipped, corrected, cut, parts_skipped,
        warnings, rejected, unconfirmed, waiting, duplicates;
    uint64_t
        unplanned; /* of the skipped: refused by the planner, such as a key that two cases hold */
    char run_id[128], url[512];
    int run_open;  /* the run was to be completed, and is not */
    int completed; /* it was completed */
};

/* How one lane ended this time. */
struct road_lane {
    int64_t id;    /* 0: another process has done and forgotten it */
    uint32_t role; /* enum lane_role; 0: the lane could not be read */
    int64_t
        started_ms; /* when the destination was this process's own; what is DONE since then was delivered by it */
    struct plan_counts plan;
    struct deliver_counts deliver;
    struct audit_counts audit;
    struct lane_counts
        counts; /* taken before the destination was unlocked: what another process does then is not this one's */
    int32_t rc;               /* FERRY_OK, or why it could not go on */
    struct ferry_error error; /* with rc */
};

enum {
    ROAD_PLAN = 1u, /* plan also what was planned before: new items came, or the user asks again */
    ROAD_DRY_RUN = 2u /* stop after the plan */
};
/* Goes the road of one lane as far as it can be gone now; what happened is in *out, never in a return value. */
void road_go(struct engine *e, int64_t lane_id, uint32_t flags, struct road_lane *out);

/*
 * Lanes that have something left to do, lowest first; how many. So has, for a day, one of which something was sent twice for lack of an
 * answer: the first sending may arrive as late as it likes, and then the audit names it.
 */
uint32_t road_open_lanes(struct engine *e, int64_t *ids, uint32_t room, struct ferry_error *err);

/* Counts a lane out of the journal; done by road_go(). */
int32_t road_count(struct engine *e, const struct lane *lane, const struct road_lane *road,
                   struct lane_counts *out, struct ferry_error *err);

/* Opens a destination with the engine's patience; the caller closes it. */
int32_t road_remote(struct engine *e, const struct target *t, int64_t dest_id, struct remote *r,
                    struct ferry_error *err);

#endif
