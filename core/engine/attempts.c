/* SPDX-License-Identifier: MIT */
/*
 * attempts.c - see attempts.h. There may be a million results, of which hardly any test has two. To sort them by identity costs more
 * than the rest of a plan, so they are walked: a bit for each identity tells those that may stand twice from those that cannot,
 * and only these are counted.
 */
#include "attempts.h"

#include <stdlib.h>
#include <text.h>

enum { FEW_BITS = 1 << 12, MOST_BITS = 1 << 26, BITS_EACH = 16 };

struct filter {
    uint64_t *once, *again; /* one bit for each value of an identity's first bytes */
    uint64_t bits;          /* a power of two */
    int some;               /* a bit of `again` is set */
};

static int32_t filter_init(struct filter *f, uint64_t items, struct ferry_error *err)
{
    *f = (struct filter){.bits = FEW_BITS};
    while (f->bits < MOST_BITS && f->bits / BITS_EACH < items) {
        f->bits *= 2;
    }
    f->once = calloc((size_t)(f->bits / 64), sizeof *f->once);
    f->again = calloc((size_t)(f->bits / 64), sizeof *f->again);
    return f->once && f->again
               ? FERRY_OK
               : ferry_fail(err, FERRY_E_NO_MEMORY, "", "results waiting: out of memory");
}

static void filter_finish(struct filter *f)
{
    free(f->once);
    free(f->again);
}

/* Identities are digests, so their first bytes are as good as a hash of them. */
static uint64_t filter_bit(const struct filter *f, struct ferry_str ident)
{
    uint64_t hash = 0;
    memcpy(&hash, ident.ptr, ident.len < sizeof hash ? (size_t)ident.len : sizeof hash);
    return hash & (f->bits - 1);
}

static void note_seen(struct filter *f, struct ferry_str ident)
{
    uint64_t bit = filter_bit(f, ident), mask = UINT64_C(1) << bit % 64;
    if (f->once[bit / 64] & mask) {
        f->again[bit / 64] |= mask;
        f->some = 1;
    }
    f->once[bit / 64] |= mask;
}

static int32_t count_suspect(struct db *db, struct filter *f, struct ferry_str ident,
                             struct ferry_error *err)
{
    uint64_t bit = filter_bit(f, ident);
    return f->again[bit / 64] >> bit % 64 & 1
               ? db_run(db, err,
                        "INSERT INTO temp.attempt(ident, n) VALUES(?, 1)"
                        " ON CONFLICT(ident) DO UPDATE SET n = n + 1",
                        "b", ident)
               : FERRY_OK;
}

/* Sets their bits, or counts those whose bit was set twice. */
static int32_t walk(struct db *db, int64_t run_id, struct filter *f, int counts,
                    struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc =
        db_query(db, &rows, err,
                 "SELECT i.identity FROM item i WHERE i.run_id = ?1 AND i.identity IS NOT NULL"
                 " AND i.capture_id IN (SELECT id FROM capture WHERE run_id = ?1 AND state = 1)",
                 "i", run_id);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        struct ferry_str ident = db_str(&rows, 0);
        if (counts) {
            rc = count_suspect(db, f, ident, err);
        } else {
            note_seen(f, ident);
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* Of those that were counted some stand there once, and had the bit of another one. */
static int32_t keep_repeated(struct db *db, int *some, struct ferry_error *err)
{
    int32_t rc = db_run(db, err, "DELETE FROM temp.attempt WHERE n < 2", "");
    rc = rc ? rc : db_run(db, err, "UPDATE temp.attempt SET n = 0", "");
    *some = rc == FERRY_OK && db_changes(db) > 0;
    return rc;
}

int32_t attempts_find(struct engine *e, int64_t run_id, int *some, struct ferry_error *err)
{
    struct db *db = e->journal.db;
    struct filter f = {0};
    *some = 0;
    int32_t rc = db_script(
        db,
        "CREATE TEMP TABLE IF NOT EXISTS attempt(ident BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID; DELETE FROM temp.attempt;",
        err);
    int64_t items = db_one_int(
        db, 0, NULL, "SELECT SUM(fresh) FROM capture WHERE run_id = ? AND state = 1", "i", run_id);
    rc = rc ? rc : filter_init(&f, items > 0 ? (uint64_t)items : 0, err);
    rc = rc ? rc : walk(db, run_id, &f, 0, err);
    if (rc == FERRY_OK && f.some) {
        rc = walk(db, run_id, &f, 1, err);
        rc = rc ? rc : keep_repeated(db, some, err);
    }
    filter_finish(&f);
    return rc;
}

int32_t attempts_next(struct engine *e, struct ferry_str ident, uint32_t *n,
                      struct ferry_error *err)
{
    struct db *db = e->journal.db;
    struct ferry_error why = {.size = sizeof why};
    *n = 0;
    int32_t rc = db_run(db, err, "UPDATE temp.attempt SET n = n + 1 WHERE ident = ?", "b", ident);
    if (rc || db_changes(db) == 0) {
        return rc;
    }
    *n =
        (uint32_t)db_one_int(db, 0, &why, "SELECT n FROM temp.attempt WHERE ident = ?", "b", ident);
    return why.status ? ferry_fail(err, why.status, why.where, "%s", why.message) : FERRY_OK;
}
