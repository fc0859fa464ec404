/* SPDX-License-Identifier: MIT */
/* journal.c - opening, the schema and its versions. What is in the tables is the business of capture, plan, deliver. */
#include "journal.h"

#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

/* Step n brings a journal from version n to n+1. Steps never change; new ones are appended. */
static const char *const steps[] = {
    "CREATE TABLE run(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, marker TEXT, title TEXT NOT NULL, source TEXT NOT NULL,"
    " source_project TEXT, source_dest INTEGER, shared INTEGER NOT NULL, created_ms INTEGER NOT NULL, start_ms INTEGER, packed BLOB);"

    "CREATE TABLE capture(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run(id), part TEXT NOT NULL,"
    " state INTEGER NOT NULL, at_ms INTEGER NOT NULL, items INTEGER NOT NULL DEFAULT 0, fresh INTEGER NOT NULL DEFAULT 0,"
    " twins INTEGER NOT NULL DEFAULT 0);"

    "CREATE TABLE report(id INTEGER PRIMARY KEY, capture_id INTEGER NOT NULL REFERENCES capture(id), path TEXT NOT NULL,"
    " digest BLOB, tests INTEGER, passed INTEGER, failed INTEGER, errored INTEGER, skipped INTEGER, not_run INTEGER,"
    " truncated INTEGER, warnings INTEGER, error TEXT);"

    "CREATE TABLE item(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, capture_id INTEGER NOT NULL, noun INTEGER NOT NULL,"
    " source_id BLOB, ident BLOB, start_ms INTEGER, packed BLOB NOT NULL);"
    "CREATE UNIQUE INDEX item_source ON item(run_id, source_id) WHERE source_id IS NOT NULL;"

    "CREATE TABLE dest(id INTEGER PRIMARY KEY, name TEXT NOT NULL, label TEXT NOT NULL, plugin TEXT NOT NULL,"
    " project TEXT NOT NULL, url TEXT NOT NULL, account TEXT NOT NULL, UNIQUE(label, url, account));"

    "CREATE TABLE lane(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL REFERENCES dest(id),"
    " run_id INTEGER NOT NULL REFERENCES run(id), role INTEGER NOT NULL, planner TEXT NOT NULL, source_dest INTEGER,"
    " options BLOB, run_key TEXT NOT NULL, run_marker TEXT, run_title TEXT NOT NULL, target_run TEXT, find_title TEXT,"
    " flags INTEGER NOT NULL, state INTEGER NOT NULL, audit TEXT, error TEXT, code INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE(dest_id, run_id, planner, run_key));"

    "CREATE TABLE op(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL, lane_id INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " act INTEGER NOT NULL, key BLOB NOT NULL, item_id INTEGER, packed BLOB, scope_op INTEGER, waits INTEGER NOT NULL DEFAULT 0,"
    " state INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0, edition INTEGER NOT NULL DEFAULT 0,"
    " most INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, request_id INTEGER,"
    " remote_id TEXT, extra BLOB, url TEXT, token TEXT, memory BLOB, text TEXT, settled_ms INTEGER);"
    "CREATE UNIQUE INDEX op_key ON op(dest_id, kind, key);"
    "CREATE INDEX op_open ON op(dest_id, state, act, id) WHERE state < 7;"
    "CREATE INDEX op_scope ON op(scope_op) WHERE scope_op IS NOT NULL AND state < 7;"
    "CREATE INDEX op_request ON op(request_id) WHERE request_id IS NOT NULL AND state < 7;"

    "CREATE TABLE ref(op_id INTEGER NOT NULL, n INTEGER NOT NULL, role INTEGER NOT NULL, noun INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, key TEXT, id TEXT, target INTEGER, PRIMARY KEY(op_id, n)) WITHOUT ROWID;"
    "CREATE INDEX ref_target ON ref(target) WHERE target IS NOT NULL;"

    "CREATE TABLE request(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL, kind INTEGER NOT NULL, packed BLOB,"
    " digest BLOB NOT NULL, items INTEGER NOT NULL, sent_ms INTEGER NOT NULL, version TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0);"

    "CREATE TABLE skip(id INTEGER PRIMARY KEY, lane_id INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT, name TEXT);"
    "CREATE INDEX skip_lane ON skip(lane_id);"
    "CREATE TABLE note(id INTEGER PRIMARY KEY, lane_id INTEGER NOT NULL, op_id INTEGER, kind INTEGER NOT NULL, field TEXT, text TEXT, name TEXT);"
    "CREATE INDEX note_lane ON note(lane_id);"
    "CREATE TABLE fact(dest_id INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY(dest_id, name));",

    /* What was sent twice (OP_TWICE) is looked for again by later commands. */
    "CREATE INDEX op_twice ON op(lane_id, settled_ms) WHERE flags & 64;",

    /* Folders, cases and runs that we made and the audit has not looked at: neither OP_EXISTED nor OP_ALONE. Those of before are not
     * looked at now. */
    "UPDATE op SET flags = flags | 128 WHERE state = 7 AND kind IN (196611, 196612, 196614);"
    "CREATE INDEX op_made ON op(lane_id, kind) WHERE state = 7 AND flags & 129 = 0 AND kind IN (196611, 196612, 196614);",

    /* A few digits of a digest of the secrets that were last used: that they changed is worth a word. */
    "ALTER TABLE dest ADD COLUMN credential TEXT;",

    /* What a tracker called about (hooks.h). The digest is of all that tells one event from another. */
    "CREATE TABLE hook(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, plugin TEXT NOT NULL, project TEXT NOT NULL, run TEXT NOT NULL,"
    " name TEXT NOT NULL, at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " tries INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, text TEXT);"
    "CREATE INDEX hook_waiting ON hook(not_before, id) WHERE state = 0;",

    /*
     * A million results: their random ids stand in one tree alone (known), which capture fills in sorted batches, and the
     * results' operations are found by their items (op_item), in the order in which they were captured. Columns that
     * change stand in front of long ones, and what a sending changes stands in as few trees as can be: what is on its way is
     * known by its request (op_request) and waits in no queue, and settled_ms alone tells what of a run is open (op_scope).
     *
     * An older ferry that is still at work would not know a result by its item: item.identity and op.at_most have new names, so that
     * it can neither plan nor send, and stops with all that it has committed.
     */
    "CREATE TABLE known(run_id INTEGER NOT NULL, source_id BLOB NOT NULL, item_id INTEGER NOT NULL,"
    " PRIMARY KEY(run_id, source_id)) WITHOUT ROWID;"
    "INSERT INTO known SELECT run_id, source_id, id FROM item WHERE source_id IS NOT NULL ORDER BY 1, 2;"
    "DROP INDEX item_source;"
    "ALTER TABLE item RENAME COLUMN ident TO identity;"
    "CREATE INDEX item_run ON item(run_id, noun, start_ms);"

    "CREATE TABLE op_next(id INTEGER PRIMARY KEY, dest_id INTEGER NOT NULL, lane_id INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " act INTEGER NOT NULL, state INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0, item_id INTEGER, scope_op INTEGER,"
    " waits INTEGER NOT NULL DEFAULT 0, edition INTEGER NOT NULL DEFAULT 0, at_most INTEGER NOT NULL DEFAULT 0,"
    " not_before INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, request_id INTEGER, settled_ms INTEGER,"
    " key TEXT, source_id BLOB, remote_id TEXT, url TEXT, token TEXT, text TEXT, extra BLOB, memory BLOB, packed BLOB,"
    " CHECK((key IS NULL) <> (source_id IS NULL)), CHECK(state >= 7 OR settled_ms IS NULL));"
    "INSERT INTO op_next(id, dest_id, lane_id, kind, act, state, flags, item_id, scope_op, waits, edition, at_most, not_before,"
    " tries, request_id, settled_ms, key, remote_id, url, token, text, extra, memory, packed)"
    " SELECT id, dest_id, lane_id, kind, act, state, flags, item_id, scope_op, waits, edition, most, not_before,"
    " tries, request_id, CASE WHEN state >= 7 THEN settled_ms END, key, remote_id, url, token, text, extra, memory, packed FROM op;"
    "DROP TABLE op;"
    "ALTER TABLE op_next RENAME TO op;"
    "CREATE UNIQUE INDEX op_key ON op(dest_id, kind, key) WHERE key IS NOT NULL;"
    "CREATE UNIQUE INDEX op_item ON op(dest_id, kind, item_id) WHERE source_id IS NOT NULL;"
    "CREATE INDEX op_queue ON op(dest_id, state, act) WHERE state < 7 AND state <> 3;"
    "CREATE INDEX op_scope ON op(scope_op) WHERE scope_op IS NOT NULL AND settled_ms IS NULL;"
    "CREATE INDEX op_request ON op(request_id) WHERE request_id IS NOT NULL AND state < 7;"
    "CREATE INDEX op_twice ON op(lane_id, settled_ms) WHERE flags & 64;"
    "CREATE INDEX op_made ON op(lane_id, kind) WHERE state = 7 AND flags & 129 = 0 AND (kind = 196611 OR kind = 196612 OR kind = 196614);",

    /*
     * What became of each request, for who asks after the slices of an upload (tasks.h), and the view that they ask. What came to nothing,
     * since its items went on in another request, is not in it. And uploads that `ferry serve` has taken (jobs.h), with their reports.
     */
    "ALTER TABLE request ADD COLUMN lane_id INTEGER;"
    "ALTER TABLE request ADD COLUMN done INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE request ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE request ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE request ADD COLUMN first_ms INTEGER;"
    "ALTER TABLE request ADD COLUMN ended_ms INTEGER;"
    "ALTER TABLE request ADD COLUMN token TEXT;"
    "ALTER TABLE request ADD COLUMN error TEXT;"
    "UPDATE request SET lane_id = o.lane, done = o.done, rejected = o.rejected, first_ms = sent_ms, ended_ms = o.ended, token = o.token, error = o.why"
    " FROM (SELECT request_id AS id, MIN(lane_id) AS lane, SUM(state = 7) AS done, SUM(state = 8) AS rejected, MAX(settled_ms) AS ended,"
    " MAX(token) AS token, MIN(CASE state WHEN 8 THEN text END) AS why FROM op WHERE request_id IS NOT NULL GROUP BY 1) AS o"
    " WHERE o.id = request.id;"
    "CREATE VIEW upload_tasks AS SELECT r.key AS run_key, r.title AS run_title, d.label AS destination, q.id AS request,"
    " ROW_NUMBER() OVER (PARTITION BY q.lane_id, q.kind ORDER BY q.id) AS slice, q.kind AS kind, q.items AS items, q.token AS task_id,"
    " CASE WHEN q.settled = 0 THEN 'Running' WHEN q.rejected = 0 THEN 'Success' WHEN q.done > 0 THEN 'Warning' ELSE 'Failed' END AS status,"
    " q.done AS done, q.rejected AS rejected, q.attempts AS attempts, q.error AS error, coalesce(q.first_ms, q.sent_ms) AS created_ms,"
    " q.sent_ms AS sent_ms, q.ended_ms AS ended_ms, q.lane_id AS lane_id, q.dest_id AS dest_id"
    " FROM request q JOIN lane l ON l.id = q.lane_id JOIN run r ON r.id = l.run_id JOIN dest d ON d.id = q.dest_id"
    " WHERE (q.kind = 196615 OR q.token IS NOT NULL) AND (q.settled = 0 OR q.done + q.rejected > 0);"

    "CREATE TABLE job(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest BLOB NOT NULL UNIQUE, idempotency_key TEXT UNIQUE,"
    " state INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, code INTEGER, run_id INTEGER,"
    " received_ms INTEGER NOT NULL, started_ms INTEGER, ended_ms INTEGER, text TEXT, call TEXT NOT NULL);"
    "CREATE INDEX job_waiting ON job(not_before, id) WHERE state = 0;"
    "CREATE TABLE job_report(job_id INTEGER NOT NULL, n INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
    " PRIMARY KEY(job_id, n)) WITHOUT ROWID;",

    /* Of what was refused, how much has gone again since (`ferry retry`). */
    "ALTER TABLE request ADD COLUMN retried INTEGER NOT NULL DEFAULT 0;"
    "DROP VIEW upload_tasks;"
    "CREATE VIEW upload_tasks AS SELECT r.key AS run_key, r.title AS run_title, d.label AS destination, q.id AS request,"
    " ROW_NUMBER() OVER (PARTITION BY q.lane_id, q.kind ORDER BY q.id) AS slice, q.kind AS kind, q.items AS items, q.token AS task_id,"
    " CASE WHEN q.settled = 0 THEN 'Running' WHEN q.rejected = 0 THEN 'Success' WHEN q.done > 0 THEN 'Warning' ELSE 'Failed' END AS status,"
    " q.done AS done, q.rejected AS rejected, q.retried AS retried, q.attempts AS attempts, q.error AS error, coalesce(q.first_ms, q.sent_ms) AS created_ms,"
    " q.sent_ms AS sent_ms, q.ended_ms AS ended_ms, q.lane_id AS lane_id, q.dest_id AS dest_id"
    " FROM request q JOIN lane l ON l.id = q.lane_id JOIN run r ON r.id = l.run_id JOIN dest d ON d.id = q.dest_id"
    " WHERE (q.kind = 196615 OR q.token IS NOT NULL) AND (q.settled = 0 OR q.done + q.rejected > 0);",
};
enum { VERSION = sizeof steps / sizeof *steps, BUSY_MS = 60000, LOCK_WAIT_MS = 600000 };
enum { APPLICATION = 0x46727279 }; /* what the file is, for those who look at it: "Frry" */

/* Ours, or empty: what another program keeps in such a file is not ours to change. */
static int32_t check_owner(struct journal *j, int64_t version, struct ferry_error *err)
{
    int64_t app = db_one_int(j->db, -1, err, "PRAGMA application_id", "");
    int64_t tables =
        version ? 0 : db_one_int(j->db, -1, err, "SELECT COUNT(*) FROM sqlite_schema", "");
    if (app < 0 || tables < 0) {
        return err->status ? err->status : FERRY_E_STATE;
    }
    if (version < 0 || (app != 0 && app != APPLICATION) || tables > 0) {
        return ferry_fail(
            err, FERRY_E_STATE, "",
            "%s: a database, but not a journal of ferry; use --state with another folder",
            db_path(j->db));
    }
    if (version > VERSION) {
        return ferry_fail(
            err, FERRY_E_STATE, "",
            "%s: written by a newer ferry (journal version %lld, this one reads up to %d); use that ferry, or --state with another folder",
            db_path(j->db), (long long)version, VERSION);
    }
    return FERRY_OK;
}

static int32_t one_step(struct journal *j, int64_t version, struct ferry_error *err)
{
    char pragma[100];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d; PRAGMA user_version=%lld",
             APPLICATION, (long long)version + 1);
    int32_t rc = db_script(j->db, steps[version], err);
    rc = rc ? rc : db_script(j->db, pragma, err);
    STEP(schema_step);
    return rc;
}

/* Before a byte is written, and without a lock: one that is as it should be is opened by everybody at any time. */
static int32_t look(struct journal *j, int64_t *version, struct ferry_error *err)
{
    int32_t rc = db_script(j->db, "BEGIN", err); /* what others make meanwhile is seen as a whole */
    if (rc) {
        return rc;
    }
    *version = db_one_int(j->db, 0, err, "PRAGMA user_version", "");
    rc = err->status ? err->status : check_owner(j, *version, err);
    int32_t ended = db_script(j->db, "COMMIT", rc ? NULL : err);
    return rc ? rc : ended;
}

static int32_t upgrade(struct journal *j, struct ferry_error *err)
{
    struct ferry_error own = {.size = sizeof own};
    int64_t version = 0;
    err = err ? err : &own;
    int32_t rc = look(j, &version, err);
    rc = rc ? rc : db_adopt(j->db, err);
    while (rc == FERRY_OK && version < VERSION) {
        rc = db_begin(j->db, err);
        if (rc) {
            return rc;
        }
        version = db_one_int(j->db, 0, err, "PRAGMA user_version", ""); /* others may be at it */
        rc = err->status ? err->status : check_owner(j, version, err);
        if (rc == FERRY_OK && version < VERSION) {
            rc = one_step(j, version++, err);
        }
        rc = db_end(j->db, rc, err);
    }
    return rc;
}

int32_t journal_judge(struct db *db, int64_t *version, int64_t *newest, struct ferry_error *err)
{
    struct journal j = {.db = db};
    struct ferry_error own = {.size = sizeof own};
    err = err ? err : &own;
    *newest = VERSION;
    *version = db_one_int(db, 0, err, "PRAGMA user_version", "");
    return err->status ? err->status : check_owner(&j, *version, err);
}

int32_t journal_open(struct journal *j, const char *folder, uint64_t max_bytes,
                     struct ferry_error *err)
{
    struct buf path;
    int32_t rc;
    memset(j, 0, sizeof *j);
    j->lock_fd = -1;
    j->lock_wait_ms = LOCK_WAIT_MS;
    buf_init(&path, 4096);
    j->folder = strdup(folder);
    if (!j->folder) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, "", "%s: out of memory", folder);
        goto out;
    }
    rc = file_mkdirs(folder, 0700, err);
    if (rc) {
        goto out;
    }
    rc = path_below(&path, folder, "journal.db", err);
    rc = rc ? rc : db_open(&j->db, buf_cstr(&path), DB_CREATE | DB_STRANGE, BUSY_MS, err);
    if (rc) {
        goto out;
    }
    rc = upgrade(j, err);
    if (rc) {
        goto out;
    }
    rc = path_below(&path, folder, "spool", err);
    rc = rc ? rc : spool_open(&j->spool, buf_cstr(&path), max_bytes, err);
    if (rc) {
        goto out;
    }
    rc = path_below(&path, folder, "lanes.lock", err);
    if (rc) {
        goto out;
    }
    j->lock_fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->lock_fd < 0) {
        rc = file_fail(err, buf_cstr(&path), "cannot open", errno);
    }
out:
    buf_finish(&path);
    if (rc) {
        journal_close(j);
    }
    return rc;
}

struct ferry_str journal_op_key(const struct db_rows *rows, int column, char text[UUID_TEXT])
{
    struct ferry_str key = db_str(rows, column);
    if (key.len == 16 && db_is_blob(rows, column)) {
        uuid_text((const unsigned char *)key.ptr, text);
        return ferry_cstr(text);
    }
    return key;
}

void journal_close(struct journal *j)
{
    if (j->lock_fd > 0) {
        close(j->lock_fd);
    }
    spool_close(j->spool);
    db_close(j->db);
    free(j->folder);
    memset(j, 0, sizeof *j);
    j->lock_fd = -1;
}
