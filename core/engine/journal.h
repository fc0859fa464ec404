/* SPDX-License-Identifier: MIT */
/*
 * journal.h - what is remembered: one SQLite file in the state folder, and the spool beside it.
 *
 *   run      what results belong to; told apart by its run key
 *   capture  one upload or mirror call; its items count from the moment its state is "captured"
 *   report   one input of a capture, with its counts
 *   item     one thing read, packed; results know their source id and their identity
 *   known    the source ids of a run's items: none is kept twice
 *   dest     one destination: plugin, account, project
 *   lane     one run on its way to one destination, by one planner
 *   op       one change to one thing at a destination; identity (dest, kind, key), or (dest, kind, item) where the key
 *            is the item's source id: then source_id holds it, and key is NULL
 *   ref      what an operation needs of others
 *   request  what is on its way; dropped to a digest, and what became of it, when nothing in it is open
 *   upload_tasks  a view: the requests that brought results, for people and for programs of theirs (tasks.h)
 *   skip, note, fact  what a person should know; what a codec must know
 *   hook     what a tracker called about
 *   job, job_report  uploads that `ferry serve` was asked for, until they are done (jobs.h)
 *
 * A later ferry upgrades it, an earlier one refuses it and changes no byte. An older process may still be at work meanwhile: steps
 * add what it need not know, or rename what it cannot do without, so that its statements fail and it ends. The spool has no version of its own: a change of its layout is a step here.
 *
 * Several processes share a journal: transactions are short, and a destination is worked on by one process at
 * a time (journal_lock).
 */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include <clock.h>
#include <db.h>
#include <spool.h>

/* States of an operation; stored, so never renumbered. */
enum op_state {
    OP_PLANNED = 1,
    OP_SENT =
        3, /* committed before the first byte leaves; left only by a parsed answer or by find */
    OP_ACCEPTED = 4, /* the server works on it; ask again */
    OP_DOUBT = 5,    /* may have acted */
    OP_PARKED = 6,   /* a person is needed */
    OP_DONE = 7,
    OP_REJECTED = 8
};
enum {
    OP_EXISTED = 1u,   /* DONE without our doing: it was there already */
    OP_LOOKED = 2u,    /* find has ended since it was last PLANNED or in doubt */
    OP_DOUBTED = 4u,   /* was in doubt at some time: the audit looks for a second one */
    OP_ANCHOR = 8u,    /* stands for a thing that is there; never sent */
    OP_OPTIONAL = 16u, /* a follow-up whose refusal does not matter */
    OP_LOOK =
        32u, /* in doubt by what was answered: another sending would be answered alike, so it is looked for */
    OP_TWICE =
        64u, /* was in doubt, was not found, is sent a second time: the first may still arrive */
    OP_ALONE = 128u, /* the audit has looked whether somebody else made a second one */
    OP_HELD = 256u,  /* PLANNED, and held back by a hunt (hunt.c) */
    OP_COUNTED =
        512u, /* when it was made, the tracker held as many as it should: nobody had made a second one by then (alone.h) */
    /* Above these: the minutes that a codec asked to be waited at most, where nobody else waits that long. */
    OP_WAIT_SHIFT = 16
};
enum capture_state { CAPTURE_READING = 0, CAPTURE_DONE = 1 };
enum lane_state {
    LANE_NEW = 0,
    LANE_PLANNED = 1,
    LANE_REPLAN = 2 /* planned without something it wanted to know */
};
enum lane_role { ROLE_PRIMARY = 1, ROLE_MIRROR = 2 };

struct journal {
    struct db *db;
    struct spool *spool;
    char *folder;
    int lock_fd;
    const volatile int *interrupted; /* ends waits for locks; may be NULL */
    int64_t lock_wait_ms;            /* how long another process may do nothing and is waited for */
    unsigned indexed;                /* index.c: which of its indexes are built */
    uint64_t indexed_things;         /* index.c: cases read into it */
};

/* Creates the folder and the files where they are missing. E_STATE for a journal of a newer ferry. */
int32_t journal_open(struct journal *j, const char *folder, uint64_t max_bytes,
                     struct ferry_error *err);
void journal_close(struct journal *j); /* accepts zeroed */
/*
 * Whether a database is a journal that this ferry can use, without changing it: OK also for an older
 * one, which is brought up to date when it is next opened. Fills *version and *newest.
 */
int32_t journal_judge(struct db *db, int64_t *version, int64_t *newest, struct ferry_error *err);

/*
 * Operations that wait to be sent, looked for or asked about: the words by which SQLite knows the index that holds nothing else.
 * likely() keeps it from walking all of it by these terms alone. What is SENT is in op_request.
 */
#define OP_QUEUED(o) "likely(" o "state < 7) AND likely(" o "state <> 3)"

/* What a planner called an operation, of a column "coalesce(key, source_id)"; `text` may hold it. */
#define OP_KEY "coalesce(o.key, o.source_id)"
struct ferry_str journal_op_key(const struct db_rows *rows, int column, char text[UUID_TEXT]);

/*
 * Who works on what (journal_lock.c). DEST: the one that delivers to a destination. RUN: the one that captures for a run. USE: many
 * may; of a run, so that it is not forgotten, and of the spool (SPOOL_USE), so that blobs which no item names yet stay. FORGET:
 * the one that forgets what nobody uses.
 *
 * Waits until whoever has it is done, says after a moment for whom, and gives up where that one does nothing for lock_wait_ms
 * (E_UNREACHABLE for a destination, else E_IO) or when interrupted (E_STOP). `subject`: what a person calls the thing. Several
 * locks may be held; each is released alone, or with the journal, or with the process, however it ends.
 */
/* In lanes.lock the locks that are held for moments, or by many, stand from here on. */
#define JOURNAL_MOMENTS (INT64_C(1) << 40)
enum journal_lock_kind { LOCK_DEST = 0, LOCK_RUN = 1, LOCK_USE = 2, LOCK_FORGET = 3 };
enum { SPOOL_USE = 0 }; /* the id that stands for the spool; rows have others */
int32_t journal_lock(struct journal *j, enum journal_lock_kind kind, int64_t id,
                     struct ferry_str subject, struct ferry_error *err);
/* Without waiting; 1: it is ours. */
int journal_try_lock(struct journal *j, enum journal_lock_kind kind, int64_t id);
void journal_unlock(struct journal *j, enum journal_lock_kind kind, int64_t id);
/* The process that holds it, -1 where only that one does is known; 0: none but perhaps ourselves. */
int64_t journal_holder(struct journal *j, enum journal_lock_kind kind, int64_t id);

#endif
