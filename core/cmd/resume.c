/* SPDX-License-Identifier: MIT */
/* resume.c - `ferry resume`: goes on with everything that was captured and has not arrived. The inputs are not needed. */
#include "session.h"

#include <text.h>

static const struct ferry_option *const options[] = {
    SESSION_DEADLINE,
    SESSION_EVENTS,
    SESSION_EXCHANGE_LOG,
    SESSION_JOBS,
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    NULL,
};

/* Captures that a process began and never ended: ferry never said "captured" of them. One that goes on holds its run. */
static void tell_unfinished(struct session *s)
{
    struct ferry_error err = {.size = sizeof err};
    struct journal *j = &s->engine.journal;
    struct db_rows rows = {0};
    uint64_t n = 0;
    int32_t rc = db_query(j->db, &rows, &err, "SELECT run_id FROM capture WHERE state = 0", "");
    while (rc == FERRY_OK && db_step(&rows) > 0) {
        n += journal_holder(j, LOCK_RUN, db_int(&rows, 0)) == 0;
    }
    db_done(&rows);
    if (n > 0) {
        log_warn("%llu captures were broken off while reading; upload those reports again",
                 (unsigned long long)n);
    }
}

static int run(struct app *app, const struct args *args)
{
    struct session s = {0};
    struct ferry_error err = {.size = sizeof err};
    int64_t ids[SESSION_LANES];
    int32_t rc = session_open(&s, app, args, &err);
    if (rc) {
        session_close(&s);
        return cmd_fail(&err);
    }
    tell_unfinished(&s);
    uint32_t n = road_open_lanes(&s.engine, ids, SESSION_LANES, &err);
    if (session_failed(&s, &err)) {
        session_close(&s);
        return cmd_fail(&err);
    }
    if (n == 0 && !s.json) {
        log_info("nothing is waiting");
    }
    for (uint32_t i = 0; i < n && !app_interrupted; i++) {
        session_go(&s, ids[i], 0);
    }
    int code = session_receipt(&s, NULL, 0);
    session_close(&s);
    return code;
}

const struct cmd cmd_resume = {
    .name = "resume",
    .summary = "goes on with what was captured and has not arrived",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
