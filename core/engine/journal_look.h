/* SPDX-License-Identifier: MIT */
/*
 * journal_look.h - a look at a state folder that changes nothing: what its journal holds, whether it is
 * whole, and who works with it. For `ferry doctor`, also where the journal cannot be opened.
 */
#ifndef ENGINE_JOURNAL_LOOK_H
#define ENGINE_JOURNAL_LOOK_H

#include "journal.h"

struct journal_look {
    int there; /* 0: nothing was ever captured here */
    int64_t version, newest_version;
    int64_t bytes;
    int64_t newest_ms; /* the latest time that stands in it; 0: none */
    int64_t runs, open_lanes, failed_lanes;
    int64_t waiting, doubted, parked; /* operations */
    uint32_t damages;                 /* what the check of SQLite found; counted up to 100 */
    char damage[200];                 /* the first of them */
};
/*
 * OK: it could be looked at, and may still be damaged. E_STATE: of a newer ferry, or no journal;
 * E_IO: it cannot be read at all, err says why.
 */
int32_t journal_look(struct journal_look *out, const char *folder, struct clock *clock,
                     struct ferry_error *err);
/* Opens a database for a look; it makes no file where none is there. */
int32_t journal_look_open(struct db **out, const char *path, struct ferry_error *err);
/* Any other database: how much is wrong with it, and the first thing. */
int32_t journal_look_file(const char *path, uint32_t *damages, char damage[200],
                          struct ferry_error *err);

/* One lock that is held. */
struct lock_holder {
    enum journal_lock_kind kind;
    int64_t id;    /* of the destination or the run */
    char what[80]; /* "local:AO", a run key; "" where the journal does not say */
    int64_t pid;   /* 0: a process of another user, or of another machine */
    char program[32];
};
/* Each lock of the state folder that somebody holds. fn returns a status; any but OK ends it. */
int32_t journal_holders(const char *folder,
                        int32_t (*fn)(void *data, const struct lock_holder *holder), void *data);

#endif
