/* SPDX-License-Identifier: MIT */
/* lane.c - rows of dest and lane; see lane.h. */
#include "lane.h"

#include "pack.h"

#include <text.h>

static struct ferry_str or_empty(struct ferry_str s)
{
    return s.ptr ? s : FERRY_LIT("");
}

int32_t lane_dest(struct engine *e, const struct target *t, int64_t *dest_id,
                  struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int32_t rc = db_run(
        db, err,
        "INSERT INTO dest(name, label, plugin, project, url, account) VALUES(?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(label, url, account) DO UPDATE SET name = excluded.name",
        "ssssss", or_empty(t->name.ptr ? t->name : t->label), t->label, t->plugin_id,
        or_empty(t->project), or_empty(t->url), or_empty(t->account));
    *dest_id = rc ? 0
                  : db_one_int(db, 0, err,
                               "SELECT id FROM dest WHERE label = ? AND url = ? AND account = ?",
                               "sss", t->label, or_empty(t->url), or_empty(t->account));
    return rc ? rc : *dest_id ? FERRY_OK : FERRY_E_IO;
}

int32_t lane_put(struct engine *e, const struct lane *l, int64_t *id, struct ferry_error *err)
{
    struct db *db = e->journal.db;
    struct buf options;
    buf_init(&options, 1 << 20);
    int32_t rc = pack_kv(&options, l->options, l->n_options);
    if (rc == FERRY_OK) {
        rc = db_run(
            db, err,
            "INSERT INTO lane(dest_id, run_id, role, planner, source_dest, options, run_key, run_marker, run_title,"
            " target_run, find_title, flags, state) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
            " ON CONFLICT(dest_id, run_id, planner, run_key) DO UPDATE SET role = excluded.role, source_dest = excluded.source_dest,"
            " options = excluded.options, target_run = excluded.target_run, find_title = excluded.find_title,"
            " flags = excluded.flags | (flags & 1024), state = 0, error = NULL",
            "iiisibsssssi", l->dest_id, l->run_id, (int64_t)l->role, l->planner, l->source_dest,
            buf_str(&options), l->run_key, l->run_marker, or_empty(l->run_title), l->target_run,
            l->find_title, (int64_t)l->flags);
    }
    buf_finish(&options);
    *id =
        rc ? 0
           : db_one_int(
                 db, 0, err,
                 "SELECT id FROM lane WHERE dest_id = ? AND run_id = ? AND planner = ? AND run_key = ?",
                 "iiss", l->dest_id, l->run_id, l->planner, l->run_key);
    return rc ? rc : *id ? FERRY_OK : FERRY_E_IO;
}

static void take_row(struct lane *l, struct db_rows *rows)
{
    struct arena *a = &l->arena;
    l->dest_id = db_int(rows, 0);
    l->run_id = db_int(rows, 1);
    l->role = (uint32_t)db_int(rows, 2);
    l->planner = arena_str(a, db_str(rows, 3));
    l->source_dest = db_int(rows, 4);
    unpack_kv(arena_str(a, db_str(rows, 5)), a, &l->options, &l->n_options);
    l->run_key = arena_str(a, db_str(rows, 6));
    l->run_marker = arena_str(a, db_str(rows, 7));
    l->run_title = arena_str(a, db_str(rows, 8));
    l->target_run = arena_str(a, db_str(rows, 9));
    l->find_title = arena_str(a, db_str(rows, 10));
    l->flags = (uint32_t)db_int(rows, 11);
    l->state = (uint32_t)db_int(rows, 12);
    l->dest_name = arena_str(a, db_str(rows, 13));
    l->label = arena_str(a, db_str(rows, 14));
    l->plugin = arena_str(a, db_str(rows, 15));
    l->project = arena_str(a, db_str(rows, 16));
    l->account = arena_str(a, db_str(rows, 17));
    l->run_source = arena_str(a, db_str(rows, 18));
    l->source_project = arena_str(a, db_str(rows, 19));
    l->code = (uint32_t)db_int(rows, 20);
    if (str_is(l->run_source, "report") && db_str(rows, 21).ptr) {
        l->run_source =
            arena_str(a, db_str(rows, 21)); /* a mirror of what first goes to the primary */
    }
}

int32_t lane_load(struct engine *e, int64_t id, struct lane *l, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    memset(l, 0, sizeof *l);
    arena_init(&l->arena, 4 << 20);
    l->id = id;
    int32_t rc = db_query(
        e->journal.db, &rows, err,
        "SELECT l.dest_id, l.run_id, l.role, l.planner, l.source_dest, l.options, l.run_key, l.run_marker,"
        " l.run_title, l.target_run, l.find_title, l.flags, l.state, d.name, d.label, d.plugin, d.project, d.account,"
        " r.source, coalesce(r.source_project, sd.project), l.code, sd.label"
        " FROM lane l JOIN dest d ON d.id = l.dest_id JOIN run r ON r.id = l.run_id LEFT JOIN dest sd ON sd.id = l.source_dest WHERE l.id = ?",
        "i", id);
    if (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        take_row(l, &rows);
    }
    db_done(&rows);
    if (rc == FERRY_OK && got == 0) {
        rc = ferry_fail(err, FERRY_E_BUG, "", "lane %lld is not in the journal", (long long)id);
    }
    rc = rc ? rc : got < 0 ? -got : l->arena.failed;
    if (rc) {
        lane_finish(l);
    }
    return rc;
}

void lane_finish(struct lane *l)
{
    arena_finish(&l->arena);
    memset(l, 0, sizeof *l);
}

int32_t lane_target(struct engine *e, int64_t dest_id, struct target **out, struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct buf name, label;
    buf_init(&name, 4096);
    buf_init(&label, 4096);
    int32_t rc = db_query(e->journal.db, &rows, err, "SELECT name, label FROM dest WHERE id = ?",
                          "i", dest_id);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        buf_put(&name, db_str(&rows, 0));
        buf_put(&label, db_str(&rows, 1));
    }
    db_done(&rows);
    rc = rc ? rc : target_resolve(out, e->config, e->plugins, buf_str(&name), err);
    if (rc == FERRY_OK && !ferry_eq((*out)->label, buf_str(&label))) {
        rc = ferry_fail(
            err, FERRY_E_CONFIG, "",
            "\"%s\" meant %s when this was captured and means %.*s now; give it its old meaning, then resume",
            buf_cstr(&name), buf_cstr(&label), STR_ARG((*out)->label));
        target_free(*out);
        *out = NULL;
    }
    buf_finish(&name);
    buf_finish(&label);
    return rc;
}

int32_t lane_state(struct engine *e, int64_t id, enum lane_state state, struct ferry_error *err)
{
    return db_run(e->journal.db, err, "UPDATE lane SET state = ?, audit = NULL WHERE id = ?", "ii",
                  (int64_t)state, id);
}
