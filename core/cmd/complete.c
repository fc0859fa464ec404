/* SPDX-License-Identifier: MIT */
/*
 * complete.c - `ferry complete KEY`: completes the run that uploads with --run-key KEY share, at every destination, when all that was
 * captured for it is settled.
 */
#include "session.h"

#include <text.h>

static const struct ferry_option *const options[] = {
    SESSION_EVENTS,
    SESSION_EXCHANGE_LOG,
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    NULL,
};

/* Lanes of the run are planned again, now with the completion in the plan. *n stays 0 where there is no such run. */
static int32_t ask_to_complete(struct session *s, struct ferry_str key, int64_t *ids, uint32_t *n,
                               struct ferry_error *err)
{
    struct db *db = s->engine.journal.db;
    struct db_rows rows = {0};
    int got = 0;
    int64_t run = db_one_int(db, 0, err, "SELECT id FROM run WHERE key = ?", "s", key);
    if (!run) {
        return err->status;
    }
    int32_t rc = journal_lock(&s->engine.journal, LOCK_USE, run, key, err);
    rc =
        rc ? rc
           : db_run(
                 db, err,
                 "UPDATE lane SET flags = flags | ?, state = 0 WHERE run_id = (SELECT id FROM run WHERE key = ?)",
                 "is", (int64_t)(FERRY_PLAN_COMPLETE | LANE_CLOSE_ALWAYS), key);
    rc =
        rc ? rc
           : db_query(
                 db, &rows, err,
                 "SELECT l.id FROM lane l JOIN run r ON r.id = l.run_id WHERE r.key = ? ORDER BY l.role, l.id",
                 "s", key);
    while (rc == FERRY_OK && *n < SESSION_LANES && (got = db_step(&rows)) > 0) {
        ids[(*n)++] = db_int(&rows, 0);
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int run(struct app *app, const struct args *args)
{
    struct session s = {0};
    struct ferry_error err = {.size = sizeof err};
    int64_t ids[SESSION_LANES];
    uint32_t n = 0;
    int code;
    int32_t rc = session_open(&s, app, args, &err);
    rc = rc ? rc : ask_to_complete(&s, args->rest[0], ids, &n, &err);
    rc = rc ? rc : session_failed(&s, &err);
    if (rc == FERRY_OK && n == 0) {
        rc = ferry_fail(
            &err, FERRY_E_CONFIG, "",
            "no run with the key \"%.*s\" was uploaded from this state folder; \"ferry status --all\" lists them",
            STR_ARG(args->rest[0]));
    }
    if (rc) {
        code = cmd_fail(&err);
    } else {
        for (uint32_t i = 0; i < n && !app_interrupted; i++) {
            session_go(&s, ids[i], ROAD_PLAN);
        }
        code = session_receipt(&s, NULL, 0);
    }
    session_close(&s);
    return code;
}

const struct cmd cmd_complete = {
    .name = "complete",
    .summary = "completes a run that several uploads share",
    .usage = "KEY",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .min_rest = 1,
    .max_rest = 1,
    .run = run,
};
