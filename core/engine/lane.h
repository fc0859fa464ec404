/* SPDX-License-Identifier: MIT */
/*
 * lane.h - one run on its way to one destination, by one planner: the unit that is planned, delivered, audited and
 * told about in a receipt.
 */
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H

#include "engine.h"

#include <arena.h>

struct lane {
    struct arena arena; /* all texts below */
    int64_t id, dest_id, run_id, source_dest;
    uint32_t role, flags, state; /* enum lane_role; FERRY_PLAN_* and LANE_*; enum lane_state */
    struct ferry_str planner, run_key, run_marker, run_title, target_run, find_title;
    struct ferry_str dest_name, label, plugin, project, account;
    struct ferry_str run_source, source_project; /* of the run: "report", "local:AO/3" */
    const struct ferry_kv *options;              /* of the planner */
    uint32_t n_options;
};
/* Flags beside FERRY_PLAN_*; stored. */
enum {
    LANE_HOLD_ON_REJECT = 0x100u, /* a rejected result keeps the run open */
    LANE_CLOSE_ALWAYS = 0x200u    /* complete also a run that ferry did not make */
};

/* Finds or makes the destination's row. */
int32_t lane_dest(struct engine *e, const struct target *t, int64_t *dest_id,
                  struct ferry_error *err);
/* Finds or makes the lane (dest, run, planner, run key); what is given here replaces what it said, all but the run's mark and title. Fills *id. */
int32_t lane_put(struct engine *e, const struct lane *spec, int64_t *id, struct ferry_error *err);
/* E_INPUT where there is none of this id, or none any more. */
int32_t lane_load(struct engine *e, int64_t id, struct lane *out, struct ferry_error *err);
void lane_finish(struct lane *l); /* accepts zeroed */
/* The destination again, from its row, by the name the user gave. E_CONFIG where that means another place now. */
int32_t lane_target(struct engine *e, int64_t dest_id, struct target **out,
                    struct ferry_error *err);
/*
 * The title of the field that holds keys, where this lane was told another one than the configuration's: its option of this name. It
 * is of both sides.
 */
#define LANE_KEY_FIELD "key_field"
int32_t lane_key_field(const struct lane *lane, struct target *t);
/* Options of its destination's plugin that its upload said otherwise than the configuration: those of its options that begin so. */
#define LANE_TRACKER_OPTION "tracker."
int32_t lane_tracker_options(const struct lane *lane, struct target *t, struct ferry_error *err);
/* Planned anew: what an audit said before no longer holds. */
int32_t lane_state(struct engine *e, int64_t id, enum lane_state state, struct ferry_error *err);

#endif
