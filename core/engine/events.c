/* SPDX-License-Identifier: MIT */
/*
 * events.c - see events.h. What changes is noticed where all of it passes: by triggers on the table op, of this connection alone, which write
 * into a table that lives in memory and is rolled back with the transaction that changed it.
 */
#include "events.h"

#include "journal.h"
#include "pack.h"
#include "plan_show.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { LINE_MAX = 64 << 10, NAME_MAX_BYTES = 1000, REASON_MAX = 2000 };

struct events {
    int fd;
    char *file; /* owned */
    struct clock *clock;
    struct db *db;
    int broken; /* a write failed, and that was said */
    struct arena arena;
};

/* What is there before us (OP_ANCHOR) is no operation of ours. */
static const char watch_sql[] =
    "CREATE TEMP TABLE op_event(n INTEGER PRIMARY KEY, op INTEGER NOT NULL, was INTEGER NOT NULL, state INTEGER NOT NULL, act INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, edition INTEGER NOT NULL, request INTEGER, not_before INTEGER, remote_id TEXT, token TEXT, text TEXT);"
    "CREATE TEMP TRIGGER op_event_new AFTER INSERT ON main.op WHEN NOT new.flags & 8 BEGIN"
    " INSERT INTO op_event(op, was, state, act, flags, edition, request, not_before, remote_id, token, text) VALUES(new.id, 0, new.state,"
    " new.act, new.flags, new.edition, new.request_id, new.not_before, new.remote_id, new.token, new.text); END;"
    "CREATE TEMP TRIGGER op_event_moved AFTER UPDATE OF state ON main.op WHEN NOT new.flags & 8 AND (new.state <> old.state"
    " OR new.edition <> old.edition OR new.act <> old.act OR (new.state = 4 AND new.token IS NOT old.token)) BEGIN"
    " INSERT INTO op_event(op, was, state, act, flags, edition, request, not_before, remote_id, token, text) VALUES(new.id,"
    " CASE WHEN new.act <> old.act THEN 0 ELSE old.state END, new.state, new.act, new.flags, new.edition, new.request_id, new.not_before,"
    " new.remote_id, new.token, new.text); END;";

static const char told_sql[] =
    "SELECT v.was, v.state, v.act, v.flags, v.edition, v.request, v.not_before, v.remote_id, v.token, v.text, v.op, " OP_KEY
    ", coalesce(o.packed, i.packed), d.label, l.role, r.key, l.run_title"
    " FROM temp.op_event v LEFT JOIN op o ON o.id = v.op LEFT JOIN item i ON i.id = o.item_id LEFT JOIN lane l ON l.id = o.lane_id"
    " LEFT JOIN run r ON r.id = l.run_id LEFT JOIN dest d ON d.id = o.dest_id ORDER BY v.n";

/* --- opening ------------------------------------------------------------------------------------- */

static int is_stdout(int fd)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* A pipe that nobody reads is an error now, not a wait for ever. */
static int32_t open_file(struct events *e, const char *file, struct ferry_error *err)
{
    if (strcmp(file, "-") == 0) {
        return ferry_fail(err, FERRY_E_CONFIG, "events",
                          "--events: stdout has the receipt; name a file, or /dev/fd/3 of a pipe");
    }
    e->fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0600);
    if (e->fd < 0) {
        return ferry_fail(err, FERRY_E_CONFIG, "events", "--events: %s: cannot open: %s%s", file,
                          strerror(errno), errno == ENXIO ? "; nobody reads from that pipe" : "");
    }
    if (is_stdout(e->fd) && !isatty(e->fd)) {
        return ferry_fail(err, FERRY_E_CONFIG, "events",
                          "--events: %s is stdout, which has the receipt; name another file", file);
    }
    fcntl(e->fd, F_SETFL, O_APPEND);
    return FERRY_OK;
}

int32_t events_open(struct events **out, const char *file, struct clock *clock, struct db *journal,
                    struct ferry_error *err)
{
    struct events *e = calloc(1, sizeof *e);
    *out = NULL;
    if (e) {
        *e = (struct events){.fd = -1, .file = strdup(file), .clock = clock, .db = journal};
        arena_init(&e->arena, 64 << 20);
    }
    int32_t rc = e && e->file ? open_file(e, file, err)
                              : ferry_fail(err, FERRY_E_NO_MEMORY, "events", "out of memory");
    rc = rc ? rc : db_script(journal, watch_sql, err);
    if (rc) {
        events_close(e);
        return rc;
    }
    *out = e;
    return FERRY_OK;
}

void events_close(struct events *e)
{
    if (!e) {
        return;
    }
    if (e->fd >= 0) {
        close(e->fd);
    }
    arena_finish(&e->arena);
    free(e->file);
    free(e);
}

/* --- telling ---------------------------------------------------------------------------------------- */

static const char *event_of(int64_t was, int64_t state, int64_t flags)
{
    switch (state) {
    case OP_SENT:
        return "sent";
    case OP_ACCEPTED:
        return "accepted";
    case OP_DOUBT:
        return "doubt";
    case OP_PARKED:
        return "parked";
    case OP_DONE:
        return flags & OP_EXISTED ? "existed" : "done";
    case OP_REJECTED:
        return "rejected";
    default:
        return was ? "again" : "planned";
    }
}

static struct ferry_str name_of(struct arena *a, struct ferry_str packed, struct ferry_str *key)
{
    struct ferry_item *item = NULL;
    if (!packed.ptr || unpack_item(arena_str(a, packed), a, &item, NULL) != FERRY_OK) {
        return (struct ferry_str){NULL, 0};
    }
    *key = item->key.len ? item->key : *key;
    return item->run && item->run->title.len ? item->run->title
           : item->name.len                  ? item->name
           : item->result                    ? item->result->name
                                             : item->key;
}

static void put_line(struct events *e, const struct db_rows *rows, struct buf *line)
{
    char time[TIME_TEXT], kind[40], own[UUID_TEXT];
    struct json_out j = json_to(line);
    int64_t state = db_int(rows, 1), now = e->clock->now_ms(e->clock), until = db_int(rows, 6);
    struct ferry_str key = journal_op_key(rows, 11, own);
    arena_reset(&e->arena);
    struct ferry_str name = name_of(&e->arena, db_str(rows, 12), &key);
    time_text(now, time);
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_member(&j, "time", ferry_cstr(time));
    json_member(&j, "event", ferry_cstr(event_of(db_int(rows, 0), state, db_int(rows, 3))));
    json_member(&j, "destination", db_str(rows, 13));
    json_member(&j, "role",
                db_int(rows, 14) == ROLE_MIRROR ? FERRY_LIT("mirror") : FERRY_LIT("primary"));
    json_member(&j, "run_key", db_str(rows, 15));
    json_member(&j, "run_title", db_str(rows, 16));
    json_member_int(&j, "operation", db_int(rows, 10));
    json_member(&j, "kind", ferry_cstr(plan_kind_text((uint32_t)db_int(rows, 2), kind)));
    json_member(&j, "key", utf8_cut(key, NAME_MAX_BYTES));
    json_member(&j, "name", utf8_cut(name, NAME_MAX_BYTES));
    json_member(&j, "id", db_str(rows, 7));
    if (!db_is_null(rows, 5)) {
        json_member_int(&j, "request", db_int(rows, 5));
    }
    json_member(&j, "task_id", db_str(rows, 8));
    json_member_int(&j, "edition", db_int(rows, 4));
    if (state < OP_DONE && until > now) {
        json_member_int(&j, "waits_ms", until - now);
    }
    json_member(&j, "reason", utf8_cut(db_str(rows, 9), REASON_MAX));
    json_close(&j, '}');
    buf_putc(line, '\n');
}

/* One write, or part of a line could stand between those of another process. */
static void write_line(struct events *e, struct ferry_str line)
{
    ssize_t n = 0;
    do {
        n = write(e->fd, line.ptr, (size_t)line.len);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)line.len) {
        e->broken = 1;
        log_warn("--events: %s: %s; nothing more is told there, the delivery goes on", e->file,
                 n < 0 ? strerror(errno) : "a line was cut; the disk may be full");
    }
}

void events_tell(struct events *e)
{
    struct db_rows rows = {0};
    struct buf line, clean;
    int got = 0;
    if (!e || e->broken ||
        !db_one_int(e->db, 0, NULL, "SELECT EXISTS(SELECT 1 FROM temp.op_event)", "")) {
        return;
    }
    buf_init(&line, LINE_MAX);
    buf_init(&clean, 2 * LINE_MAX);
    int32_t rc = db_query(e->db, &rows, NULL, told_sql, "");
    while (rc == FERRY_OK && !e->broken && (got = db_step(&rows)) > 0) {
        buf_reset(&line);
        buf_reset(&clean);
        put_line(e, &rows, &line);
        secrets_redact(&clean, buf_str(&line));
        if (line.failed || clean.failed) {
            log_warn("--events: a line could not be written: %s",
                     ferry_status_text(line.failed ? line.failed : clean.failed));
        } else {
            write_line(e, buf_str(&clean));
        }
    }
    db_done(&rows);
    db_run(e->db, NULL, "DELETE FROM temp.op_event", "");
    buf_finish(&line);
    buf_finish(&clean);
}
