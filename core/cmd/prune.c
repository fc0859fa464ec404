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

static const char old_runs[] =
    "SELECT r.id FROM run r WHERE r.created_ms <= ? AND NOT EXISTS(SELECT 1 FROM lane l WHERE l.run_id = r.id AND (l.state <> 1 OR l.error IS NOT NULL"
    " OR EXISTS(SELECT 1 FROM op o WHERE o.lane_id = l.id AND o.state < 7)))"
    " AND NOT EXISTS(SELECT 1 FROM capture c WHERE c.run_id = r.id AND c.at_ms > ?1)";

/* Cases and attachments stay known for as long as their destination is: other runs refer to them. */
static int32_t forget(struct engine *e, int64_t run, struct ferry_error *err)
{
    static const char *const statements[] = {
        "DELETE FROM ref WHERE op_id IN (SELECT o.id FROM op o JOIN lane l ON l.id = o.lane_id WHERE l.run_id = ? AND o.kind = 196615)",
        "DELETE FROM op WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?) AND (kind = 196615 OR kind = 196614 OR kind >> 16 = 5)",
        "DELETE FROM skip WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM note WHERE lane_id IN (SELECT id FROM lane WHERE run_id = ?)",
        "DELETE FROM lane WHERE run_id = ?",
        "DELETE FROM item WHERE run_id = ?",
        "DELETE FROM report WHERE capture_id IN (SELECT id FROM capture WHERE run_id = ?)",
        "DELETE FROM capture WHERE run_id = ?",
        "DELETE FROM run WHERE id = ?",
    };
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof statements / sizeof *statements && rc == FERRY_OK; i++) {
        rc = db_run(e->journal.db, err, statements[i], "i", run);
    }
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
    int32_t rc = dry_run ? FERRY_OK : db_begin(db, err);
    rc = rc || dry_run ? rc : forget(e, id, err);
    return dry_run ? rc : db_end(db, rc, err);
}

struct sweep {
    struct engine *e;
    uint64_t n, bytes;
    int dry_run;
    struct ferry_error *err;
};

/* A blob is needed while any stored item or request names it. Digests stand in packed items as text. */
static int32_t on_blob(void *data, struct ferry_str digest, uint64_t bytes)
{
    struct sweep *sw = data;
    int64_t needed = db_one_int(
        sw->e->journal.db, 1, sw->err,
        "SELECT EXISTS(SELECT 1 FROM item WHERE instr(packed, ?1)) OR EXISTS(SELECT 1 FROM op WHERE state < 7 AND instr(packed, ?1))"
        " OR EXISTS(SELECT 1 FROM request WHERE packed IS NOT NULL AND instr(packed, ?1))",
        "b", digest);
    if (needed) {
        return FERRY_OK;
    }
    sw->n++;
    sw->bytes += bytes;
    return sw->dry_run ? FERRY_OK : spool_remove(sw->e->journal.spool, digest, sw->err);
}

static int32_t prune(struct session *s, int64_t before, int dry_run, uint64_t *runs,
                     struct sweep *sw, struct ferry_error *err)
{
    struct db *db = s->engine.journal.db;
    struct db_rows rows = {0};
    int64_t id = 0;
    int32_t rc = db_begin(db, err);
    while (rc == FERRY_OK) {
        rc = db_query(db, &rows, err, old_runs, "i", before);
        id = 0;
        for (uint64_t i = 0; rc == FERRY_OK && db_step(&rows) > 0; i++) {
            if (!dry_run || i == *runs) {
                id = db_int(&rows, 0);
                break;
            }
        }
        db_done(&rows);
        if (rc || id == 0) {
            break;
        }
        (*runs)++;
        rc = dry_run ? FERRY_OK : forget(&s->engine, id, err);
    }
    rc = rc || dry_run ? rc
                       : db_run(db, err, "DELETE FROM request WHERE settled = 1 AND sent_ms <= ?",
                                "i", before);
    rc = db_end(db, rc, err);
    rc = rc ? rc : spool_each(s->engine.journal.spool, on_blob, sw, err);
    return rc || dry_run
               ? rc
               : db_script(db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA incremental_vacuum;", err);
}

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
