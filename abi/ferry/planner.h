/* SPDX-License-Identifier: MIT */
/*
 * planner.h - ferry.planner/1: decides what should exist at one destination.
 * Pure: sees one captured item at a time, in the host's order (folders, cases,
 * runs, results oldest first), asks the desk, and says what to do. It keeps
 * nothing between calls; what it needs to know again, the desk knows. The target run is found by the host
 * (by marker, then by title), the same way for every planner.
 *
 * Since level 1.
 */
#ifndef FERRY_PLANNER_H
#define FERRY_PLANNER_H

#include "tracker.h"

#define FERRY_PLANNER_1 "ferry.planner/1"

enum { FERRY_SOURCE = 1, FERRY_DESTINATION = 2 };              /* sides of a lookup */
enum { FERRY_ABSENT = 0, FERRY_THERE = 1, FERRY_PLANNED = 2 }; /* ferry_found.state */

/* What the index knows. The caller sets size; text lives until plan() returns. */
struct ferry_found {
    uint32_t size;
    uint32_t state; /* ABSENT, THERE (at the tracker), PLANNED (an operation will make it) */
    uint32_t count; /* how many have this key; over 1 is a conflict, never "the last one wins" */
    uint32_t near;  /* how many differ from it in case alone */
    struct ferry_str id, key, name; /* of the first, lowest id */
    struct ferry_str ids; /* of all, lowest first, joined by ", "; at most ten and "..." */
    const struct ferry_item
        *item; /* the first, as the tracker gave it; NULL where PLANNED or ABSENT */
};

/*
 * One operation wanted. Its identity at the destination is (kind, key): said
 * twice it is one operation, whoever says it and whenever. References are
 * (noun, key) and may name what another operation will create, before or
 * after this one in the plan. The host orders by references, refuses rings,
 * and refuses a reference to what is neither there nor planned. Attachments
 * of the item need no reference from here: the host plans their uploads.
 */
struct ferry_action {
    uint32_t size;
    uint32_t kind; /* FERRY_OP(verb, noun) */
    struct ferry_str key;
    const struct ferry_item *item; /* NULL: the item in hand, as it is */
    const struct ferry_ref *const *refs;
    uint32_t n_refs, reserved;
};

struct ferry_desk {
    void *self;
    /* by: "key" (Automation Key), "id" (the tracker's own), "signature", "name" (a title). E_STOP where that
     * side could not be read: return it. [call] */
    int32_t (*lookup)(void *self, uint32_t side, uint32_t noun, struct ferry_str by,
                      struct ferry_str value, struct ferry_found *found);
    /* Something should exist. [call] */
    int32_t (*want)(void *self, const struct ferry_action *action);
    /* The item in hand is left out; counted by reason ("no key"), named in the receipt. [call] */
    int32_t (*skip)(void *self, struct ferry_str reason, struct ferry_str detail);
    /* Something a person should know about the item in hand; counted and named in the receipt. [call] */
    int32_t (*note)(void *self, const struct ferry_note *note);
};

enum {
    FERRY_PLAN_CREATE_CASES = 1u, /* cases that are missing may be created */
    FERRY_PLAN_COMPLETE = 2u,     /* the run is to be completed when every result is settled */
    FERRY_PLAN_SOURCE_READ = 4u   /* the source's cases can be looked up */
};
/* What is being planned: the same for every item of it. */
struct ferry_plan_call {
    uint32_t size;
    uint32_t n_options;
    const struct ferry_kv *options;
    struct ferry_str source,
        destination; /* "qase:AO/12", "local:DEMO"; a source of reports is "report" */
    struct ferry_str source_project; /* "AO"; absent for reports */
    struct ferry_str run_key;        /* key of the run operation, and of references to the run */
    struct ferry_str run_marker;     /* what a run made here is to be marked with */
    struct ferry_str
        run_id; /* of the target run, where it exists already; absent: it is to be made */
    struct ferry_str run_title; /* what a run made here is to be called */
    uint32_t flags, reserved;   /* FERRY_PLAN_* */
    /* describe() of the destination, for any kind; never NULL. [call] */
    void *self;
    int32_t (*describe)(void *self, uint32_t kind, struct ferry_traits *traits);
};

struct ferry_planner {
    /* Decides about one item. OK also where it skips it; E_INPUT: the item cannot be planned, err says why (it is skipped and
     * named, the plan goes on); E_CONFIG ends the plan. [any] */
    int32_t (*plan)(const struct ferry_plan_call *call, const struct ferry_item *item,
                    const struct ferry_desk *desk, struct ferry_error *err);
};

#endif
