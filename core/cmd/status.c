/* SPDX-License-Identifier: MIT */
/*
 * status.c - `ferry status`: what the journal holds and what waits. It reads alone, takes no lock and waits for nobody, so it answers while
 * another ferry delivers.
 */
#include "session.h"

#include <json.h>
#include <tasks.h>
#include <text.h>

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "all", .help = "also runs of which nothing is waiting"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as JSON"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "tasks",
           .help = "the slices in which results were sent, and what became of each"),
    NULL,
};

static const char sql[] =
    "SELECT l.id, d.label, l.role, l.run_title, l.run_key, l.state, l.error, l.dest_id,"
    " (SELECT COUNT(*) FROM op o WHERE o.lane_id = l.id AND o.kind = 196615),"
    " (SELECT COUNT(*) FROM op o WHERE o.lane_id = l.id AND o.kind = 196615 AND o.state = 7),"
    " (SELECT COUNT(*) FROM op o WHERE o.lane_id = l.id AND o.state = 8),"
    " (SELECT COUNT(*) FROM op o WHERE o.lane_id = l.id AND o.state IN (3, 4, 5, 6)),"
    " (SELECT COUNT(*) FROM op o WHERE o.lane_id = l.id AND o.state = 1),"
    " (SELECT o.remote_id FROM op o WHERE o.dest_id = l.dest_id AND o.kind = 196614 AND o.key = l.run_key AND o.state = 7),"
    " l.audit IS NULL"
    " FROM lane l JOIN dest d ON d.id = l.dest_id ORDER BY l.id";

enum { STATE_ROOM = 64 };

static const char *state_text(struct session *s, const struct db_rows *rows, char room[STATE_ROOM])
{
    int64_t pid = journal_holder(&s->engine.journal, LOCK_DEST, db_int(rows, 7));
    if (pid) {
        snprintf(room, STATE_ROOM,
                 pid > 0 ? "another ferry (pid %lld) is at it" : "another ferry is at it",
                 (long long)pid);
        return room;
    }
    if (db_int(rows, 5) == LANE_NEW) {
        return "to be planned";
    }
    if (db_int(rows, 12) || db_int(rows, 11)) {
        return "waiting";
    }
    if (db_int(rows, 14)) {
        return "to be audited";
    }
    return db_int(rows, 5) == LANE_REPLAN ? "keys to be looked up again"
           : db_int(rows, 10)             ? "done, some rejected"
                                          : "done";
}

static void put_row(struct session *s, const struct db_rows *rows, struct buf *out)
{
    char state[STATE_ROOM];
    text_show_first(out, db_str(rows, 1), 0);
    buf_puts(out, "  run ");
    text_show(out, db_str(rows, 13).ptr ? db_str(rows, 13) : FERRY_LIT("-"), 0);
    buf_puts(out, " \"");
    text_show(out, db_str(rows, 3), 80);
    buf_printf(out, "\": %lld of %lld delivered", (long long)db_int(rows, 9),
               (long long)db_int(rows, 8));
    static const char *const words[] = {"rejected", "unconfirmed", "waiting"};
    for (int i = 0; i < 3; i++) {
        if (db_int(rows, 10 + i)) {
            buf_printf(out, ", %lld %s", (long long)db_int(rows, 10 + i), words[i]);
        }
    }
    buf_printf(out, "; %s\n", state_text(s, rows, state));
    if (db_str(rows, 6).len) {
        buf_puts(out, "  ");
        text_show_first(out, db_str(rows, 6), 0);
        buf_putc(out, '\n');
    }
}

static void put_json(struct session *s, const struct db_rows *rows, struct json_out *j)
{
    char state[STATE_ROOM];
    static const char *const names[] = {"planned", "delivered", "rejected", "unconfirmed",
                                        "waiting"};
    json_open(j, '{');
    json_member(j, "destination", db_str(rows, 1));
    json_member(j, "role",
                db_int(rows, 2) == ROLE_MIRROR ? FERRY_LIT("mirror") : FERRY_LIT("primary"));
    json_member(j, "run_id", db_str(rows, 13));
    json_member(j, "run_title", db_str(rows, 3));
    json_member(j, "run_key", db_str(rows, 4));
    for (int i = 0; i < 5; i++) {
        json_member_int(j, names[i], db_int(rows, 8 + i));
    }
    json_member(j, "state", ferry_cstr(state_text(s, rows, state)));
    json_member(j, "error", db_str(rows, 6));
    json_close(j, '}');
}

static int is_waiting(const struct db_rows *rows)
{
    return db_int(rows, 5) != LANE_PLANNED || db_int(rows, 11) || db_int(rows, 12) ||
           db_int(rows, 14) || db_str(rows, 6).len;
}

static int32_t put_all(struct session *s, int all, struct buf *out, struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct json_out j = json_to(out);
    int got = 0;
    uint64_t shown = 0, hidden = 0;
    j.pretty = 1;
    if (s->json) {
        json_open(&j, '{');
        json_member_int(&j, "schema_version", 1);
        json_key(&j, "runs");
        json_open(&j, '[');
    }
    int32_t rc = db_query(s->engine.journal.db, &rows, err, sql, "");
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        if (!all && !s->json && !is_waiting(&rows)) {
            hidden++;
        } else if (s->json) {
            put_json(s, &rows, &j);
        } else {
            put_row(s, &rows, out);
            shown++;
        }
    }
    db_done(&rows);
    if (s->json) {
        json_close(&j, ']');
        json_close(&j, '}');
        buf_putc(out, '\n');
    } else {
        buf_printf(out, "%s%llu runs are done%s\n", shown ? "" : "nothing is waiting; ",
                   (unsigned long long)hidden, hidden && !all ? " (--all shows them)" : "");
    }
    return rc ? rc : got < 0 ? -got : out->failed;
}

/* --- tasks --------------------------------------------------------------------------------------- */

struct listing {
    struct json_out j;
    struct buf *out;
    int json;
    uint64_t n;
};

static void put_task_json(struct json_out *j, const struct ferry_task *t)
{
    char time[TIME_TEXT];
    json_open(j, '{');
    json_member_int(j, "request", t->request);
    json_member(j, "task_id", t->token);
    json_member(j, "status", ferry_cstr(ferry_task_state_text(t->state)));
    json_member(j, "project", t->project);
    json_member(j, "run_key", t->run_key);
    json_member(j, "run_title", t->run_title);
    json_member_int(j, "slice", t->slice);
    json_member_int(j, "items", t->items);
    json_member_int(j, "done", t->done);
    json_member_int(j, "rejected", t->rejected);
    json_member_int(j, "retried", t->retried);
    json_member_int(j, "attempts", t->attempts);
    time_text(t->created_ms, time);
    json_member(j, "created", ferry_cstr(time));
    time_text(t->ended_ms, time);
    json_member(j, "ended", t->ended_ms ? ferry_cstr(time) : (struct ferry_str){NULL, 0});
    json_member(j, "error", t->text);
    json_close(j, '}');
}

static int32_t put_task(void *data, const struct ferry_task *t)
{
    struct listing *l = data;
    l->n++;
    if (l->json) {
        put_task_json(&l->j, t);
        return l->out->failed;
    }
    buf_printf(l->out, "%-8s ", ferry_task_state_text(t->state));
    text_show(l->out, t->project, 0);
    buf_puts(l->out, " \"");
    text_show(l->out, t->run_title, 80);
    buf_printf(l->out, "\", slice %u: %u of %u done", t->slice, t->done, t->items);
    if (t->rejected) {
        buf_printf(l->out, ", %u rejected", t->rejected);
    }
    if (t->retried) {
        buf_printf(l->out, ", %u of them sent again since", t->retried);
    }
    buf_puts(l->out, "; task ");
    if (t->token.len) {
        text_show(l->out, t->token, 80);
    } else {
        buf_printf(l->out, "%lld", (long long)t->request);
    }
    buf_printf(l->out, ", sent %u time%s", t->attempts, t->attempts == 1 ? "" : "s");
    if (t->text.len) {
        buf_puts(l->out, "; ");
        text_show(l->out, t->text, 200);
    }
    buf_putc(l->out, '\n');
    return l->out->failed;
}

static int32_t put_tasks(struct session *s, struct buf *out, struct ferry_error *err)
{
    const struct task_filter any = {.dest = 0};
    struct listing l = {.j = json_to(out), .out = out, .json = s->json};
    l.j.pretty = 1;
    if (s->json) {
        json_open(&l.j, '{');
        json_member_int(&l.j, "schema_version", 1);
        json_key(&l.j, "tasks");
        json_open(&l.j, '[');
    }
    int32_t rc = tasks_each(&s->engine, &any, put_task, &l, err);
    if (s->json) {
        json_close(&l.j, ']');
        json_close(&l.j, '}');
        buf_putc(out, '\n');
    } else if (l.n == 0) {
        buf_puts(out, "no results were sent yet\n");
    }
    return rc ? rc : out->failed;
}

static int run(struct app *app, const struct args *args)
{
    struct session s = {0};
    struct ferry_error err = {.size = sizeof err};
    struct buf out;
    buf_init(&out, 64 << 20);
    int32_t rc = session_open(&s, app, args, &err);
    rc = rc                         ? rc
         : args_flag(args, "tasks") ? put_tasks(&s, &out, &err)
                                    : put_all(&s, args_flag(args, "all"), &out, &err);
    rc = rc ? rc : session_failed(&s, &err);
    if (rc == FERRY_OK) {
        cmd_out(buf_str(&out));
    }
    session_close(&s);
    buf_finish(&out);
    return rc ? cmd_fail(&err) : EXIT_DONE;
}

const struct cmd cmd_status = {
    .name = "status",
    .summary = "tells what was captured and what is waiting",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
