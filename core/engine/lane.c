/* SPDX-License-Identifier: MIT */
/* lane.c - rows of dest and lane; see lane.h. */
#include "lane.h"

#include "pack.h"

#include <log.h>
#include <text.h>

static struct ferry_str or_empty(struct ferry_str s)
{
    return s.ptr ? s : FERRY_LIT("");
}

/* Another token may be a new one of the same account, or one of another workspace that has such a project, too. */
static int32_t note_credential(struct engine *e, const struct target *t, int64_t dest_id,
                               struct ferry_error *err)
{
    struct db *db = e->journal.db;
    if (!t->credential.ptr ||
        db_one_int(db, 0, err, "SELECT EXISTS(SELECT 1 FROM dest WHERE id = ? AND credential IS ?)",
                   "is", dest_id, t->credential)) {
        return FERRY_OK;
    }
    if (db_one_int(db, 0, err, "SELECT credential IS NOT NULL FROM dest WHERE id = ?", "i",
                   dest_id)) {
        log_info(
            "%.*s: another token than last time, taken for the same account; where it is of another workspace, tell the two apart by "
            "\"account\": \"NAME\" in the tracker's configuration",
            STR_ARG(t->label));
    }
    return db_run(db, err, "UPDATE dest SET credential = ? WHERE id = ?", "si", t->credential,
                  dest_id);
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
    rc = rc ? rc : *dest_id ? FERRY_OK : err->status ? err->status : FERRY_E_IO;
    return rc ? rc : note_credential(e, t, *dest_id, err);
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
            " flags = excluded.flags, state = 0, error = NULL",
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
    return rc ? rc : *id ? FERRY_OK : err->status ? err->status : FERRY_E_IO;
}

static int32_t take_row(struct lane *l, struct db_rows *rows, struct ferry_error *err)
{
    struct arena *a = &l->arena;
    l->dest_id = db_int(rows, 0);
    l->run_id = db_int(rows, 1);
    l->role = (uint32_t)db_int(rows, 2);
    l->planner = arena_str(a, db_str(rows, 3));
    l->source_dest = db_int(rows, 4);
    int32_t rc = unpack_kv(arena_str(a, db_str(rows, 5)), a, &l->options, &l->n_options);
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
    if (str_is(l->run_source, "report") && db_str(rows, 20).ptr) {
        l->run_source =
            arena_str(a, db_str(rows, 20)); /* a mirror of what first goes to the primary */
    }
    return rc ? ferry_fail(
                    err, rc, "",
                    "lane %lld: its options are damaged; the state folder was changed by something else",
                    (long long)l->id)
              : FERRY_OK;
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
        " r.source, coalesce(r.source_project, sd.project), sd.label"
        " FROM lane l JOIN dest d ON d.id = l.dest_id JOIN run r ON r.id = l.run_id LEFT JOIN dest sd ON sd.id = l.source_dest WHERE l.id = ?",
        "i", id);
    if (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        rc = take_row(l, &rows, err);
    }
    db_done(&rows);
    if (rc == FERRY_OK && got == 0) {
        rc = ferry_fail(err, FERRY_E_INPUT, "", "lane %lld is not in the journal", (long long)id);
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

/* What the user's name for a destination means now has to be what it meant: ids of one server mean nothing to another. */
static int32_t same_place(const struct db_rows *rows, const struct target *t,
                          struct ferry_error *err)
{
    struct ferry_str name = db_str(rows, 0), label = db_str(rows, 1), url = db_str(rows, 2);
    char shown[2][300]; /* the file may be anybody's */
    if (!ferry_eq(t->label, label)) {
        return ferry_fail(
            err, FERRY_E_CONFIG, "",
            "\"%s\" meant %s when this was captured and means %.*s now; give it its old meaning, then resume",
            text_show_to(shown[0], sizeof shown[0], name),
            text_show_to(shown[1], sizeof shown[1], label), STR_ARG(t->label));
    }
    if (!ferry_eq(or_empty(t->url), url)) {
        struct ferry_str in_process = FERRY_LIT("this machine, in process");
        return ferry_fail(
            err, FERRY_E_CONFIG, "url",
            "%.*s: was at %s when this was captured and is at %.*s now; give it its old \"url\", then resume",
            STR_ARG(label), text_show_to(shown[0], sizeof shown[0], url.len ? url : in_process),
            STR_ARG(t->url.len ? t->url : in_process));
    }
    return FERRY_OK;
}

int32_t lane_target(struct engine *e, int64_t dest_id, struct target **out, struct ferry_error *err)
{
    struct db_rows rows = {0};
    *out = NULL;
    int32_t rc = db_query(e->journal.db, &rows, err,
                          "SELECT name, label, url, account FROM dest WHERE id = ?", "i", dest_id);
    int got = rc ? 0 : db_step(&rows);
    if (rc == FERRY_OK && got <= 0) {
        rc = got < 0 ? -got
                     : ferry_fail(err, FERRY_E_BUG, "", "destination %lld is not in the journal",
                                  (long long)dest_id);
    }
    rc = rc ? rc : target_resolve(out, e->config, e->plugins, db_str(&rows, 0), err);
    rc = rc ? rc : same_place(&rows, *out, err);
    if (rc ==
        FERRY_OK) { /* wire ids are made of it: another token of the same account sends the same ids */
        (*out)->account = arena_str(&(*out)->arena, db_str(&rows, 3));
        rc = (*out)->arena.failed;
    }
    db_done(&rows);
    if (rc) {
        target_free(*out);
        *out = NULL;
    }
    return rc;
}

int32_t lane_key_field(const struct lane *lane, struct target *t)
{
    struct ferry_str title = ferry_get(lane->options, lane->n_options, FERRY_LIT(LANE_KEY_FIELD));
    if (title.len > 0) {
        t->key_field = arena_str(&t->arena, title);
    }
    return t->arena.failed;
}

int32_t lane_tracker_options(const struct lane *lane, struct target *t, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < lane->n_options && rc == FERRY_OK; i++) {
        const struct ferry_kv *kv = &lane->options[i];
        if (str_starts(kv->key, LANE_TRACKER_OPTION)) {
            char name[64], flag[80];
            snprintf(name, sizeof name, "%.*s",
                     STR_ARG(str_sub(kv->key, sizeof LANE_TRACKER_OPTION - 1, kv->key.len)));
            snprintf(flag, sizeof flag, "--%s of the upload", name);
            rc = target_set_option(t, flag, name, kv->value, err);
        }
    }
    return rc;
}

int32_t lane_state(struct engine *e, int64_t id, enum lane_state state, struct ferry_error *err)
{
    return db_run(e->journal.db, err, "UPDATE lane SET state = ?, audit = NULL WHERE id = ?", "ii",
                  (int64_t)state, id);
}
