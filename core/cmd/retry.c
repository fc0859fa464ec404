/* SPDX-License-Identifier: MIT */
/*
 * retry.c - `ferry retry [RUN-KEY | DESTINATION]`: what a tracker refused is sent once more, written anew, after somebody has mended what was
 * wrong there. And what plugins' commands do likewise.
 */
#include "retry.h"

#include <text.h>

static const struct ferry_option *const options[] = {
    SESSION_DEADLINE,
    SESSION_EVENTS,
    SESSION_EXCHANGE_LOG,
    SESSION_JOBS,
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    OPTION(.type = FERRY_OPT_LIST, .name = "task", .value = "TASK",
           .help = "only this one, as `ferry status --tasks` names it; may be repeated"),
    NULL,
};

int32_t retry_go(struct session *s, const struct task_filter *filter, const struct ferry_str *names,
                 uint32_t n_names, uint64_t *ops, int *code, struct ferry_error *err)
{
    int64_t ids[SESSION_LANES];
    struct retried again = {.lanes = ids, .room = SESSION_LANES};
    int32_t rc = tasks_retry(&s->engine, filter, names, n_names, &again, err);
    rc = rc ? rc : session_failed(s, err);
    *ops = again.ops;
    if (rc || again.ops == 0) {
        return rc;
    }
    log_info("%llu refused operations go again, written anew", (unsigned long long)again.ops);
    for (uint32_t i = 0; i < again.n && !app_interrupted; i++) {
        session_go(s, ids[i], 0);
    }
    *code = session_receipt(s, NULL, 0);
    return FERRY_OK;
}

/* A run's key, or a destination: its name in the configuration, or PLUGIN:PROJECT. */
static int32_t read_word(struct session *s, struct ferry_str word, struct task_filter *filter,
                         struct ferry_error *err)
{
    struct db *db = s->engine.journal.db;
    char shown[120];
    if (db_one_int(db, 0, err, "SELECT id FROM run WHERE key = ?", "s", word)) {
        filter->run_key = word;
        return FERRY_OK;
    }
    filter->dest = err->status ? 0
                               : db_one_int(db, 0, err,
                                            "SELECT id FROM dest WHERE name = ?1 OR label = ?1 "
                                            "ORDER BY name = ?1 DESC, id DESC LIMIT 1",
                                            "s", word);
    return err->status    ? err->status
           : filter->dest ? FERRY_OK
                          : ferry_fail(err, FERRY_E_CONFIG, "retry",
                                       "\"%s\" is no run's key and no destination of this state "
                                       "folder; \"ferry status --all --json\" shows both",
                                       text_show_to(shown, sizeof shown, word));
}

static int run(struct app *app, const struct args *args)
{
    enum { TASKS = 1000 };
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str names[TASKS], name;
    struct task_filter filter = {.dest = 0};
    struct session s = {0};
    uint32_t n = 0;
    uint64_t ops = 0;
    int code = EXIT_DONE;
    int32_t rc = session_open(&s, app, args, &err);
    if (rc == FERRY_OK && args->n_rest > 0) {
        rc = read_word(&s, args->rest[0], &filter, &err);
    }
    while (n < TASKS && (name = args_nth(args, "task", n)).ptr) {
        names[n++] = name;
    }
    rc = rc ? rc : retry_go(&s, &filter, names, n, &ops, &code, &err);
    if (rc == FERRY_OK && ops == 0) {
        log_info("nothing was refused there");
        code = session_receipt(&s, NULL, 0);
    }
    session_close(&s);
    return rc ? cmd_fail(&err) : code;
}

const struct cmd cmd_retry = {
    .name = "retry",
    .summary = "sends what a tracker refused once more, written anew",
    .usage = "[RUN-KEY | DESTINATION]",
    .text =
        "For when what was wrong is mended at the tracker. Without a word: everything that was refused.\n"
        "What needs it, and was refused because of it, goes with it; a run that was completed is completed again.",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .max_rest = 1,
    .run = run,
};
