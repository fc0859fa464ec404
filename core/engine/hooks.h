/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - what trackers called about, in the journal from before they were answered until it is done. The same call again is known by
 * all that it says, for 30 days; they are taken up in the order in which they came.
 */
#ifndef ENGINE_HOOKS_H
#define ENGINE_HOOKS_H

#include <db.h>
#include <ferry/hook.h>

/* Stored, so never renumbered. */
enum hook_state { HOOK_WAITING = 0, HOOK_DONE = 1, HOOK_GIVEN_UP = 2 };

struct hook {
    int64_t id, tries, received_ms;
    char plugin[64], project[128], run[128];
};

/* Commits it. *fresh: 0 where it was known. E_INPUT where a member is too long to be one. */
int32_t hooks_put(struct db *db, const char *plugin, const struct ferry_event *event,
                  int64_t now_ms, int *fresh, struct ferry_error *err);
/* The next whose time has come. *got: 0 where there is none. */
int32_t hooks_next(struct db *db, int64_t now_ms, struct hook *out, int *got,
                   struct ferry_error *err);
/* What became of it; HOOK_WAITING: again at `not_before_ms`. */
int32_t hooks_settle(struct db *db, int64_t id, enum hook_state state, int64_t not_before_ms,
                     const char *text, struct ferry_error *err);
/* How many are in a state; -1 where that cannot be told. */
int64_t hooks_count(struct db *db, enum hook_state state);

#endif
