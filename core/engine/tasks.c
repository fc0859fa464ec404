/* SPDX-License-Identifier: MIT */
/* tasks.c - see tasks.h. */
#include "tasks.h"

#include "lane.h"

#include <ferry/tracker.h>
#include <text.h>

#define COMPLETE_RUN "327686" /* FERRY_OP(FERRY_COMPLETE, FERRY_RUN) */

static uint32_t state_of(struct ferry_str text)
{
    for (uint32_t i = FERRY_TASK_RUNNING; i <= FERRY_TASK_FAILED; i++) {
        if (str_is(text, ferry_task_state_text(i))) {
            return i;
        }
    }
    return 0;
}

/* --- what there is ----------------------------------------------------------------------------- */

int32_t tasks_each(struct engine *e, const struct task_filter *filter, ferry_task_fn *fn,
                   void *data, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT t.status, t.slice, t.items, t.done, t.rejected, t.attempts, t.kind, t.retried, t.request, t.created_ms, t.ended_ms, t.task_id, t.error,"
        " d.project, t.run_key, t.run_title FROM upload_tasks t JOIN dest d ON d.id = t.dest_id"
        " WHERE (?1 IS NULL OR d.plugin = ?1) AND (?2 IS NULL OR t.run_key = ?2) AND (?3 = 0 OR t.dest_id = ?3) ORDER BY t.request",
        "ssi", filter->plugin, filter->run_key, filter->dest);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        const struct ferry_task task = {.size = sizeof task,
                                        .state = state_of(db_str(&rows, 0)),
                                        .slice = (uint32_t)db_int(&rows, 1),
                                        .items = (uint32_t)db_int(&rows, 2),
                                        .done = (uint32_t)db_int(&rows, 3),
                                        .rejected = (uint32_t)db_int(&rows, 4),
                                        .attempts = (uint32_t)db_int(&rows, 5),
                                        .kind = (uint32_t)db_int(&rows, 6),
                                        .retried = (uint32_t)db_int(&rows, 7),
                                        .request = db_int(&rows, 8),
                                        .created_ms = db_int(&rows, 9),
                                        .ended_ms = db_int(&rows, 10),
                                        .token = db_str(&rows, 11),
                                        .text = db_str(&rows, 12),
                                        .project = db_str(&rows, 13),
                                        .run_key = db_str(&rows, 14),
                                        .run_title = db_str(&rows, 15)};
        rc = fn(data, &task);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* --- which go again -------------------------------------------------------------------------------- */

#define CONCERNS                                                                                   \
    " (?1 IS NULL OR d.plugin = ?1) AND (?2 IS NULL OR r.key = ?2) AND (?3 = 0 OR d.id = ?3) "

static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS again(id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS again_request(id INTEGER PRIMARY KEY);"
    "DELETE FROM temp.again; DELETE FROM temp.again_request;";

/* What is neither there nor planned stays so, whoever asks; what was never written is written anew. */
static int32_t take_all(struct db *db, const struct task_filter *f, struct ferry_error *err)
{
    return db_run(
        db, err,
        "INSERT INTO temp.again SELECT o.id FROM op o JOIN lane l ON l.id = o.lane_id JOIN run r ON r.id = l.run_id JOIN dest d ON d.id = l.dest_id"
        " WHERE o.state = 8 AND" CONCERNS,
        "ssi", f->plugin, f->run_key, f->dest);
}

static int32_t take_request(struct db *db, const struct task_filter *f, struct ferry_str name,
                            struct ferry_error *err)
{
    char shown[80];
    int64_t number = 0;
    int is_number = str_int64(name, &number);
    int32_t rc = db_run(
        db, err,
        "INSERT OR IGNORE INTO temp.again_request SELECT q.id FROM request q JOIN lane l ON l.id = q.lane_id JOIN run r ON r.id = l.run_id"
        " JOIN dest d ON d.id = q.dest_id WHERE (q.token = ?4 OR (?5 AND q.id = ?6)) AND" CONCERNS,
        "ssisii", f->plugin, f->run_key, f->dest, name, (int64_t)is_number, number);
    if (rc == FERRY_OK && db_changes(db) == 0) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "task",
                        "there is no task \"%s\" here; without a name everything that was refused "
                        "is tried again",
                        text_show_to(shown, sizeof shown, name));
    }
    return rc;
}

static int32_t take_named(struct db *db, const struct task_filter *f, const struct ferry_str *names,
                          uint32_t n, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = take_request(db, f, names[i], err);
    }
    return rc ? rc
              : db_run(db, err,
                       "INSERT INTO temp.again SELECT id FROM op WHERE state = 8 AND request_id IN "
                       "(SELECT id FROM temp.again_request)",
                       "");
}

/* What they need and was rejected itself; and what was rejected for want of them. */
static int32_t take_kin(struct db *db, struct ferry_error *err)
{
    static const char *const kin[] = {
        "INSERT OR IGNORE INTO temp.again SELECT t.id FROM temp.again a JOIN ref f ON f.op_id = a.id JOIN op t ON t.id = f.target"
        " WHERE f.id IS NULL AND f.flags & 1 = 0 AND t.state = 8",
        "INSERT OR IGNORE INTO temp.again SELECT s.id FROM temp.again a JOIN op o ON o.id = a.id JOIN op s ON s.id = o.scope_op WHERE s.state = 8",
        "INSERT OR IGNORE INTO temp.again SELECT o.id FROM temp.again a JOIN ref f ON f.target = a.id JOIN op o ON o.id = f.op_id"
        " WHERE f.id IS NULL AND f.flags & 1 = 0 AND o.state = 8",
        "INSERT OR IGNORE INTO temp.again SELECT o.id FROM op o WHERE o.state = 8 AND o.scope_op IN (SELECT id FROM temp.again)"};
    int64_t more = 1;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && more > 0) {
        more = 0;
        for (size_t i = 0; i < sizeof kin / sizeof *kin && rc == FERRY_OK; i++) {
            rc = db_run(db, err, kin[i], "");
            more += rc ? 0 : db_changes(db);
        }
    }
    return rc;
}

/* --- going again -------------------------------------------------------------------------------------- */

/* As they stand: one that was refused in the middle of its chain goes on there. */
static int32_t put_back(struct db *db, struct ferry_error *err)
{
    static const char *const statements[] = {
        "DELETE FROM temp.again WHERE id IN (SELECT f.op_id FROM ref f WHERE f.op_id IN (SELECT id FROM temp.again) AND f.id IS NULL"
        " AND f.target IS NULL AND f.flags & 1 = 0)",
        "UPDATE request SET retried = retried + o.n FROM (SELECT request_id AS id, COUNT(*) AS n FROM op WHERE id IN (SELECT id FROM temp.again)"
        " AND request_id IS NOT NULL GROUP BY 1) AS o WHERE o.id = request.id",
        "UPDATE op SET state = 1, edition = edition + 1, flags = flags & ~35, at_most = 0, settled_ms = NULL, not_before = 0, tries = 0,"
        " request_id = NULL, token = NULL, text = NULL WHERE id IN (SELECT id FROM temp.again)",
        "UPDATE op SET waits = (SELECT COUNT(*) FROM ref r JOIN op t ON t.id = r.target WHERE r.op_id = op.id AND r.id IS NULL AND t.state < 7)"
        " WHERE id IN (SELECT id FROM temp.again)",
        /* a run that names what was rejected, or came before it, has something else to say */
        "UPDATE op SET state = 1, act = kind, edition = edition + 1, flags = flags & ~35, settled_ms = NULL, not_before = 0, tries = 0,"
        " request_id = NULL, text = NULL WHERE state = 7 AND kind = " COMPLETE_RUN
        " AND scope_op IN (SELECT scope_op FROM op WHERE id IN (SELECT id FROM temp.again))",
        "UPDATE lane SET audit = NULL, error = NULL WHERE id IN (SELECT lane_id FROM op WHERE id IN (SELECT id FROM temp.again))"};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof statements / sizeof *statements && rc == FERRY_OK; i++) {
        rc = db_run(db, err, statements[i], "");
    }
    return rc;
}

static int32_t list_lanes(struct db *db, struct retried *out, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    out->ops = (uint64_t)db_one_int(db, 0, err, "SELECT COUNT(*) FROM temp.again", "");
    int32_t rc = db_query(db, &rows, err,
                          "SELECT id FROM lane WHERE id IN (SELECT lane_id FROM op WHERE id IN "
                          "(SELECT id FROM temp.again)) ORDER BY role, id",
                          "");
    while (rc == FERRY_OK && out->n < out->room && (got = db_step(&rows)) > 0) {
        out->lanes[out->n++] = db_int(&rows, 0);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* Nobody may be at these destinations meanwhile; in their order, so that two who do this do not wait for each other. */
static int32_t lock(struct engine *e, const struct task_filter *f, int locked,
                    struct ferry_error *err)
{
    struct db_rows rows = {0};
    int64_t dest = 0;
    char label[256];
    int32_t rc;
    do {
        rc = db_query(e->journal.db, &rows, err,
                      "SELECT id, label FROM dest WHERE id > ?1 AND (?2 IS NULL OR plugin = ?2) "
                      "AND (?3 = 0 OR id = ?3) ORDER BY id LIMIT 1",
                      "isi", dest, f->plugin, f->dest);
        dest = rc == FERRY_OK && db_step(&rows) > 0 ? db_int(&rows, 0) : 0;
        snprintf(label, sizeof label, "%.*s", STR_ARG(db_str(&rows, 1)));
        db_done(&rows);
        if (rc == FERRY_OK && dest && locked) {
            rc = journal_lock(&e->journal, LOCK_DEST, dest, ferry_cstr(label), err);
        } else if (dest) {
            journal_unlock(&e->journal, LOCK_DEST, dest);
        }
    } while (rc == FERRY_OK && dest);
    return rc;
}

int32_t tasks_retry(struct engine *e, const struct task_filter *filter,
                    const struct ferry_str *names, uint32_t n_names, struct retried *out,
                    struct ferry_error *err)
{
    struct db *db = e->journal.db;
    out->n = 0;
    out->ops = 0;
    int32_t rc = db_script(db, tables, err);
    rc = rc ? rc : lock(e, filter, 1, err);
    rc = rc ? rc : db_begin(db, err);
    if (rc == FERRY_OK) {
        rc = n_names ? take_named(db, filter, names, n_names, err) : take_all(db, filter, err);
        rc = rc ? rc : take_kin(db, err);
        rc = rc ? rc : put_back(db, err);
        rc = rc ? rc : list_lanes(db, out, err);
        rc = db_end(db, rc, err);
    }
    lock(e, filter, 0, NULL);
    return rc;
}
