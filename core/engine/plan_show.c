/* SPDX-License-Identifier: MIT */
/* plan_show.c - see plan_show.h. Nothing of it decides anything: it reads what plan.c wrote. */
#include "plan_show.h"

#include "pack.h"

#include <ferry/tracker.h>
#include <text.h>

enum { NAME_SHOWN = 100 };

static const char sql[] =
    "SELECT o.id, o.act, " OP_KEY
    ", coalesce(o.packed, i.packed), s.remote_id FROM op o LEFT JOIN item i ON i.id = o.item_id"
    " LEFT JOIN op s ON s.id = o.scope_op WHERE o.lane_id = ? AND o.state = 1 ORDER BY o.act, o.id";
static const char refs_sql[] = "SELECT noun, key, id FROM ref WHERE op_id = ? ORDER BY n";

static const char *noun_text(uint32_t noun)
{
    static const char *const nouns[] = {"thing",  "project",     "field",  "folder",     "case",
                                        "step",   "run",         "result", "attachment", "link",
                                        "status", "environment", "plan",   "suite"};
    return nouns[noun < sizeof nouns / sizeof *nouns ? noun : 0];
}

const char *plan_kind_text(uint32_t kind, char scratch[40])
{
    static const char *const verbs[] = {"do",     "list",     "fetch", "create",
                                        "update", "complete", "delete"};
    uint32_t verb = kind >> 16;
    snprintf(scratch, 40, "%s %s", verbs[verb < sizeof verbs / sizeof *verbs ? verb : 0],
             noun_text(kind & 0xffff));
    return scratch;
}

struct shown {
    struct arena arena;
    const struct ferry_item *item; /* NULL: the operation has none */
    struct ferry_str key, name, status;
};

static void unpack_shown(struct shown *s, const struct db_rows *rows)
{
    struct ferry_item *item = NULL;
    char own[UUID_TEXT];
    arena_reset(&s->arena);
    s->key = s->name = arena_str(&s->arena, journal_op_key(rows, 2, own));
    s->status = (struct ferry_str){NULL, 0};
    if (db_str(rows, 3).ptr &&
        unpack_item(arena_str(&s->arena, db_str(rows, 3)), &s->arena, &item, NULL) == FERRY_OK) {
        struct ferry_str title = item->run ? item->run->title : item->name;
        s->name = title.len ? title : item->result ? item->result->name : item->key;
        s->status =
            item->result ? ferry_cstr(ferry_result_status_text(item->result->status)) : s->status;
    }
    s->item = item;
}

/* What it refers to: an id that is there, or a placeholder for one that another operation will make. */
static void put_need(const struct db_rows *refs, struct buf *out)
{
    if (db_str(refs, 2).len) {
        buf_printf(out, "%s ", noun_text((uint32_t)db_int(refs, 0)));
        text_show(out, db_str(refs, 2), NAME_SHOWN);
    } else {
        buf_printf(out, "<%s ", noun_text((uint32_t)db_int(refs, 0)));
        text_show(out, db_str(refs, 1), 40);
        buf_putc(out, '>');
    }
}

static int32_t put_needs(struct engine *e, const struct db_rows *rows, struct buf *out,
                         struct ferry_error *err)
{
    struct db_rows refs = {0};
    uint32_t act = (uint32_t)db_int(rows, 1);
    int in_run =
        act == FERRY_OP(FERRY_CREATE, FERRY_RESULT) || act == FERRY_OP(FERRY_COMPLETE, FERRY_RUN);
    if (in_run) {
        buf_puts(out, db_str(rows, 4).len ? "run " : "<run>");
        text_show(out, db_str(rows, 4), NAME_SHOWN);
    }
    int32_t rc = db_query(e->journal.db, &refs, err, refs_sql, "i", db_int(rows, 0));
    for (int i = 0; rc == FERRY_OK && db_step(&refs) > 0; i++) {
        buf_puts(out, i || in_run ? ", " : "");
        put_need(&refs, out);
    }
    db_done(&refs);
    return rc;
}

int32_t plan_show_text(struct engine *e, int64_t lane, struct buf *out, struct ferry_error *err)
{
    struct shown s = {.item = NULL};
    struct db_rows rows = {0};
    char kind[40];
    int got = 0;
    arena_init(&s.arena, 64 << 20);
    int32_t rc = db_query(e->journal.db, &rows, err, sql, "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        unpack_shown(&s, &rows);
        buf_printf(out, "  %-17s ", plan_kind_text((uint32_t)db_int(&rows, 1), kind));
        if (s.item && s.item->key.len && !ferry_eq(s.item->key, s.name)) {
            text_show(out, s.item->key, NAME_SHOWN);
            buf_putc(out, ' ');
        }
        text_show(out, s.name, NAME_SHOWN);
        buf_printf(out, "%s%.*s", s.status.len ? " " : "", STR_ARG(s.status));
        size_t before = out->len;
        buf_puts(out, " -> ");
        rc = put_needs(e, &rows, out, err);
        if (out->len == before + 4) {
            buf_cut(out, before); /* it needs nothing */
        }
        buf_putc(out, '\n');
    }
    db_done(&rows);
    arena_finish(&s.arena);
    return rc ? rc : got < 0 ? -got : out->failed;
}

int32_t plan_show_json(struct engine *e, int64_t lane, struct json_out *j, struct ferry_error *err)
{
    struct shown s = {.item = NULL};
    struct db_rows rows = {0};
    struct buf needs;
    char kind[40];
    int got = 0;
    arena_init(&s.arena, 64 << 20);
    buf_init(&needs, 1 << 20);
    json_open(j, '[');
    int32_t rc = db_query(e->journal.db, &rows, err, sql, "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        unpack_shown(&s, &rows);
        buf_reset(&needs);
        rc = put_needs(e, &rows, &needs, err);
        json_open(j, '{');
        json_member(j, "operation", ferry_cstr(plan_kind_text((uint32_t)db_int(&rows, 1), kind)));
        json_member(j, "key", s.item && s.item->key.len ? s.item->key : s.key);
        json_member(j, "name", s.name);
        json_member(j, "status", s.status);
        json_member(j, "needs", buf_str(&needs));
        json_close(j, '}');
    }
    db_done(&rows);
    json_close(j, ']');
    buf_finish(&needs);
    arena_finish(&s.arena);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}
