/* SPDX-License-Identifier: MIT */
/*
 * hook.h - ferry.hook/1: a tracker that calls when something has happened. As pure as a codec: it
 * reads what arrived and says what of it concerns ferry. The host owns the socket, compares the
 * secret before a byte of the body is read, and has the event in its journal before it answers.
 *
 * An event is a hint and never a source: the host asks the tracker itself what is true.
 *
 * Since level 1.
 */
#ifndef FERRY_HOOK_H
#define FERRY_HOOK_H

#include "http.h"

#define FERRY_HOOK_1 "ferry.hook/1"

enum {
    FERRY_EVENT_RUN_COMPLETED = 1 /* no more results are expected */
};

/*
 * What happened. One event is told apart from another by all of its members: the same again is a
 * repeated delivery and is answered, and not acted upon, a second time.
 */
struct ferry_event {
    uint32_t size;
    uint32_t what;            /* FERRY_EVENT_*; what is none of them is not said at all */
    struct ferry_str project; /* as in a destination, "AO" */
    struct ferry_str run;     /* its id in the tracker */
    struct ferry_str name;    /* the tracker's word for it, "run.completed" */
    int64_t at_ms;            /* when, in the tracker's words; 0: it does not say */
};

/* Takes what was read. [call] */
struct ferry_events {
    void *self;
    int32_t (*event)(void *self, const struct ferry_event *event);
};

struct ferry_hook {
    /* The header, in lower case, whose whole value is the secret that was agreed on. */
    const char *header;
    /* The secret option of this plugin that holds it. Without a value nothing is taken in. */
    const char *secret;

    /*
     * Reads one delivery. OK without an event: nothing that concerns ferry. E_INPUT: not what this
     * tracker sends; the caller is told so. [call]
     */
    int32_t (*read)(const struct ferry_message *delivery, const struct ferry_events *events,
                    struct ferry_error *err);
};

#endif
