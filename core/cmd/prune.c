/* SPDX-License-Identifier: MIT */
/*
 * prune.c - `ferry prune`: forgets runs of which nothing is waiting, and the spooled bytes that no run needs. What is forgotten is still known
 * at the tracker: uploading it again finds it there.
 */
#include "session.h"

#include <text.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run", .help = "tells what would be forgotten"),
    OPTION(.type = FERRY_OPT_DURATION, .name = "older_than", .def = "2592000000", .value = "TIME",
           .help = "only runs captured so long ago; 30 days if not set"),
    OPTION(.type = FERRY_OPT_STR, .name = "run_key", .value = "KEY",
           .help = "this run and no other, now, also what has not arrived"),
    NULL,
};

/* The next run after one that is old, and of which nothing waits: to be planned, sent, audited. */
static const char next_old[] =
    "SELECT r.id FROM run r WHERE r.id > ?1 AND r.created_ms <= ?2 AND NOT EXISTS(SELECT 1 FROM lane l WHERE l.run_id = r.id"
    " AND (l.state <> 1 OR l.error IS NOT NULL OR l.audit IS NULL OR l.id IN (SELECT lane_id FROM op WHERE state < 7 AND state <> 3)"
    " OR l.id IN (SELECT lane_id FROM op WHERE request_id IS NOT NULL AND state < 7)))"
    " AND NOT EXISTS(SELECT 1 FROM capture c WHERE c.run_id = r.id AND c.at_ms > ?2) ORDER BY r.id LIMIT 1";

/*
 * Cases and attachments stay known for as long as their destination is: other runs refer to them. So does the operation that made a remote run
 * which another run of ours shares. What stays belongs to no lane any more: numbers of rows are given out again.
 */
static int32_t forget(struct engine *e, int64_t run, struct ferry_error *err)
{
    static const char *const statements[] = {
        "INSERT INTO temp.gone(id) SELECT id FROM op WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?1) AND (kind = 196615"
        " OR (state < 7 AND kind <> 196614 AND kind >> 16 = 3 AND NOT EXISTS(SELECT 1 FROM ref f JOIN op o ON o.id = f.op_id"
        " WHERE f.target = op.id AND o.lane_id NOT IN (SELECT id FROM lane WHERE run_id = ?1)))"
        " OR ((kind = 196614 OR kind >> 16 = 5) AND NOT EXISTS(SELECT 1 FROM lane l WHERE l.dest_id = op.dest_id AND l.run_key = op.key"
        " AND l.run_id <> ?1)))",
        "DELETE FROM ref WHERE ?1 AND op_id IN (SELECT id FROM temp.gone)",
        "DELETE FROM op WHERE ?1 AND id IN (SELECT id FROM temp.gone)",
        "DELETE FROM temp.gone WHERE ?1",
        "UPDATE op SET packed = coalesce(packed, (SELECT i.packed FROM item i WHERE i.id = op.item_id)), item_id = NULL, lane_id = 0"
        " WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM request WHERE ?1 AND settled = 0 AND NOT EXISTS(SELECT 1 FROM op WHERE request_id = request.id AND state < 7)",
        "UPDATE request SET lane_id = NULL WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM skip WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM note WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM lane WHERE run_id = ?",
        "DELETE FROM item WHERE run_id = ?",
        "DELETE FROM known WHERE run_id = ?",
        "DELETE FROM report WHERE capture_id IN (SELECT id FROM capture WHERE run_id = ?)",
        "DELETE FROM capture WHERE run_id = ?",
        "DELETE FROM run WHERE id = ?",
    };
    int32_t rc = db_script(e->journal.db,
                           "CREATE TEMP TABLE IF NOT EXISTS gone(id INTEGER PRIMARY KEY)", err);
    for (size_t i = 0; i < sizeof statements / sizeof *statements && rc == FERRY_OK; i++) {
        rc = db_run(e->journal.db, err, statements[i], "i", run);
    }
    return rc;
}

/* --- one run, by name --------------------------------------------------------------------- */

/* Nobody may be at its destinations meanwhile: what of it is open is sent by whoever delivers there. */
static int32_t lock_destinations(struct engine *e, int64_t run, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int64_t dest = 0;
    char label[256];
    int32_t rc;
    do {
        rc = db_query(
            e->journal.db, &rows, err,
            "SELECT d.id, d.label FROM lane l JOIN dest d ON d.id = l.dest_id WHERE l.run_id = ? AND d.id > ? ORDER BY d.id LIMIT 1",
            "ii", run, dest);
        dest = rc == FERRY_OK && db_step(&rows) > 0 ? db_int(&rows, 0) : 0;
        snprintf(label, sizeof label, "%.*s", STR_ARG(db_str(&rows, 1)));
        db_done(&rows);
        rc = rc || !dest ? rc : journal_lock(&e->journal, LOCK_DEST, dest, ferry_cstr(label), err);
    } while (rc == FERRY_OK && dest);
    return rc;
}

static int32_t forget_named(struct engine *e, struct ferry_str key, int dry_run, uint64_t *runs,
                            struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int64_t id = db_one_int(db, 0, err, "SELECT id FROM run WHERE key = ?", "s", key);
    if (!id) {
        return ferry_fail(
            err, FERRY_E_CONFIG, "run_key",
            "no run with the key \"%.*s\" is in this state folder; \"ferry status --all --json\" shows the keys",
            STR_ARG(key));
    }
    *runs = 1;
    if (dry_run) {
        return FERRY_OK;
    }
    int32_t rc = journal_lock(&e->journal, LOCK_FORGET, id, key, err);
    rc = rc ? rc : lock_destinations(e, id, err);
    rc = rc ? rc : db_begin(db, err);
    return rc ? rc : db_end(db, forget(e, id, err), err);
}

/* --- all that is old ---------------------------------------------------------------------- */

/* The lock is held: what was seen without it is looked at again. */
static int32_t forget_if_old(struct engine *e, int64_t id, int64_t before, uint64_t *runs,
                             struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    if (db_one_int(db, 0, err, next_old, "ii", id - 1, before) == id) {
        rc = forget(e, id, err);
        *runs += rc == FERRY_OK;
    }
    return db_end(db, rc ? rc : err->status, err);
}

/* A run that another process works on is left for later. */
static int32_t forget_old(struct engine *e, int64_t before, int dry_run, uint64_t *runs,
                          struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int64_t id = 0;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && !app_interrupted &&
           (id = db_one_int(db, 0, err, next_old, "ii", id, before)) != 0) {
        if (dry_run) {
            ++*runs;
        } else if (journal_try_lock(&e->journal, LOCK_FORGET, id)) {
            rc = forget_if_old(e, id, before, runs, err);
            journal_unlock(&e->journal, LOCK_FORGET, id);
        }
    }
    rc = rc ? rc : err->status;
    if (rc || dry_run) {
        return rc;
    }
    rc = db_run(db, err, "DELETE FROM request WHERE settled = 1 AND sent_ms <= ?", "i", before);
    rc = rc ? rc
            : db_run(db, err,
                     "DELETE FROM job_report WHERE job_id IN (SELECT id FROM job WHERE state <> 0 "
                     "AND ended_ms <= ?)",
                     "i", before);
    return rc ? rc
              : db_run(db, err, "DELETE FROM job WHERE state <> 0 AND ended_ms <= ?", "i", before);
}

struct sweep {
    struct engine *e;
    uint64_t n, bytes;
    int dry_run, left; /* left: another process captures, so the rest is not touched */
    struct ferry_error *err;
};

/* A blob is needed while any stored item or request names it. Digests stand in packed items as text. */
static int is_needed(struct sweep *sw, struct ferry_str digest)
{
    return db_one_int(
               sw->e->journal.db, 1, sw->err,
               "SELECT EXISTS(SELECT 1 FROM item WHERE instr(packed, ?1)) OR EXISTS(SELECT 1 FROM op WHERE state < 7 AND state <> 3 AND instr(packed, ?1))"
               " OR EXISTS(SELECT 1 FROM op WHERE request_id IS NOT NULL AND state < 7 AND instr(packed, ?1))"
               " OR EXISTS(SELECT 1 FROM request WHERE packed IS NOT NULL AND instr(packed, ?1))"
               " OR EXISTS(SELECT 1 FROM job_report WHERE digest = CAST(?1 AS TEXT))",
               "b", digest) != 0;
}

/* What another process has captured and not yet committed is named by no row. It has to wait for one blob, not for all. */
static int32_t on_blob(void *data, struct ferry_str digest, uint64_t bytes)
{
    struct sweep *sw = data;
    struct journal *j = &sw->e->journal;
    int32_t rc = FERRY_OK;
    if (app_interrupted) {
        return ferry_fail(sw->err, FERRY_E_STOP, "", "interrupted");
    }
    if (!sw->dry_run && (sw->left || !journal_try_lock(j, LOCK_FORGET, SPOOL_USE))) {
        sw->left = 1;
        return FERRY_OK;
    }
    if (!is_needed(sw, digest)) {
        sw->n++;
        sw->bytes += bytes;
        rc = sw->dry_run ? FERRY_OK : spool_remove(j->spool, digest, sw->err);
    }
    journal_unlock(j, LOCK_FORGET, SPOOL_USE);
    return rc;
}

static int32_t prune(struct session *s, int64_t before, int dry_run, uint64_t *runs,
                     struct sweep *sw, struct ferry_error *err)
{
    struct engine *e = &s->engine;
    /* What is forgotten on purpose is cleared as well, unlike what a delivery is done with. */
    int32_t rc = db_script(e->journal.db, "PRAGMA secure_delete=ON", err);
    rc = rc ? rc : forget_old(e, before, dry_run, runs, err);
    rc = rc ? rc : spool_each(e->journal.spool, on_blob, sw, err);
    if (sw->left) {
        log_info("another ferry is capturing: spooled files are left for the next time");
    }
    return rc || dry_run
               ? rc
               : db_script(e->journal.db,
                           "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA incremental_vacuum;", err);
}

/* --- the command -------------------------------------------------------------------------- */

static int run(struct app *app, const struct args *args)
{
    struct session s = {0};
    struct ferry_error err = {.size = sizeof err};
    struct sweep sw = {.err = &err, .dry_run = args_flag(args, "dry_run")};
    struct args plain = *args;
    char line[200];
    uint64_t runs = 0;
    plain.n_given = 0; /* the journal itself, also when nothing is to be changed */
    int32_t rc = session_open(&s, app, &plain, &err);
    sw.e = &s.engine;
    struct ferry_str key = args_get(args, "run_key");
    rc = rc        ? rc
         : key.ptr ? forget_named(&s.engine, key, sw.dry_run, &runs, &err)
                   : prune(&s, app->clock.now_ms(&app->clock) - args_int(args, "older_than", 0),
                           sw.dry_run, &runs, &sw, &err);
    rc = rc ? rc : session_failed(&s, &err);
    session_close(&s);
    if (rc) {
        return cmd_fail(&err);
    }
    snprintf(line, sizeof line, "%s %llu runs and %llu spooled files (%llu bytes)\n",
             sw.dry_run ? "would forget" : "forgot", (unsigned long long)runs,
             (unsigned long long)sw.n, (unsigned long long)sw.bytes);
    cmd_out(ferry_cstr(line));
    return EXIT_DONE;
}

const struct cmd cmd_prune = {
    .name = "prune",
    .summary = "forgets what has arrived long ago",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
