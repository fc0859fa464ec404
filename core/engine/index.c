/* SPDX-License-Identifier: MIT */
/* index.c - see index.h. */
#include "index.h"

#include "pack.h"

#include <stdlib.h>
#include <text.h>

/*
 * Rows come page by page and are looked up afterwards: an index is built in one go when it is first needed, since a tree
 * of random ids that grows row by row is written again and again.
 */
static const char schema[] =
    "DROP TABLE IF EXISTS temp.thing; DROP TABLE IF EXISTS temp.listed;"
    "CREATE TEMP TABLE thing(dest_id INTEGER, noun INTEGER, id TEXT, key TEXT, fold TEXT, signature TEXT, name TEXT, packed BLOB);"
    "DROP TABLE IF EXISTS temp.origin; CREATE TEMP TABLE origin(likeness BLOB);"
    "CREATE TEMP TABLE listed(id TEXT, wire TEXT, likeness BLOB, way INTEGER, taken INTEGER NOT NULL DEFAULT 0);";

enum index_on { ON_KEY, ON_ID, ON_SIGNATURE, ON_NAME, ON_WIRE, ON_LIKENESS, ON_LISTED_ID };
static const char *const index_texts[] = {
    [ON_KEY] = "CREATE INDEX temp.thing_fold ON thing(dest_id, noun, fold) WHERE fold IS NOT NULL",
    [ON_ID] = "CREATE INDEX temp.thing_id ON thing(dest_id, noun, id)",
    [ON_SIGNATURE] =
        "CREATE INDEX temp.thing_signature ON thing(dest_id, noun, signature) WHERE signature IS NOT NULL",
    [ON_NAME] = "CREATE INDEX temp.thing_name ON thing(dest_id, noun, name)",
    [ON_WIRE] = "CREATE INDEX temp.listed_wire ON listed(wire, id)",
    [ON_LIKENESS] = "CREATE INDEX temp.listed_like ON listed(likeness) WHERE taken = 0",
    [ON_LISTED_ID] = "CREATE INDEX temp.listed_id ON listed(id)",
};

int32_t index_begin(struct journal *j, struct ferry_error *err)
{
    j->indexed = 0;
    j->indexed_things = 0;
    return db_script(j->db, schema, err);
}

static int32_t need_index(struct journal *j, enum index_on on, struct ferry_error *err)
{
    if (j->indexed & 1u << on) {
        return FERRY_OK;
    }
    int32_t rc = db_script(j->db, index_texts[on], err);
    j->indexed |= rc ? 0 : 1u << on;
    return rc;
}

/* ASCII lower case: keys that differ in case alone are near, not equal. */
static struct ferry_str fold(struct ferry_str s, struct buf *out)
{
    buf_reset(out);
    if (!s.ptr) {
        return s;
    }
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    return buf_str(out);
}

/* --- reading ---------------------------------------------------------------------- */

struct reading {
    struct journal *j;
    int64_t dest_id;
    struct buf fold, packed;
    struct arena arena;
    struct ferry_error *err;
};

static int32_t forget_cases(struct reading *rd)
{
    return db_run(rd->j->db, rd->err, "DELETE FROM temp.thing WHERE dest_id = ? AND noun = ?", "ii",
                  rd->dest_id, (int64_t)FERRY_CASE);
}

static int32_t on_case(void *data, const struct ferry_item *item)
{
    struct reading *rd = data;
    if (!item) {
        return forget_cases(rd);
    }
    if (item->noun != FERRY_CASE) {
        return FERRY_OK; /* filters narrow and never decide */
    }
    struct ferry_str key = str_trim(item->key);
    struct ferry_str title = item->test_case ? item->test_case->title : item->name;
    key = key.len ? key : (struct ferry_str){NULL, 0};
    buf_reset(&rd->packed);
    int32_t rc = pack_item(&rd->packed, item);
    rd->j->indexed_things++;
    return rc ? rc
              : db_run(
                    rd->j->db, rd->err,
                    "INSERT INTO temp.thing(dest_id, noun, id, key, fold, signature, name, packed) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                    "iisssssb", rd->dest_id, (int64_t)item->noun, item->id, key,
                    fold(key, &rd->fold),
                    item->test_case ? item->test_case->signature : (struct ferry_str){NULL, 0},
                    title, buf_str(&rd->packed));
}

struct storing {
    struct db *db;
    struct arena item;
    remote_item_fn *fn;
    void *data;
};

static int32_t store_page(void *data, struct reply *page, struct ferry_error *err)
{
    struct storing *s = data;
    if (!page) {
        return s->fn(s->data, NULL);
    }
    int32_t rc = db_run(s->db, err, "BEGIN", "");
    if (rc) {
        return rc;
    }
    rc = reply_items(page, &s->item, s->fn, s->data, err);
    if (rc) {
        db_run(s->db, NULL, "ROLLBACK", "");
        return rc;
    }
    return db_run(s->db, err, "COMMIT", "");
}

int32_t index_store(struct journal *j, struct remote *r, const struct ferry_ask *ask,
                    remote_item_fn *fn, void *data, struct ferry_error *err)
{
    struct storing s = {.db = j->db, .fn = fn, .data = data};
    arena_init(&s.item, 64 << 20);
    int32_t rc = remote_pages(r, ask, store_page, &s, err);
    arena_finish(&s.item);
    return rc;
}

/* A list that moves under us shows a thing on two pages: it is there once all the same, or a key would seem to be held twice. */
static int32_t drop_repeated(struct journal *j, enum index_on on, const char *any, const char *drop,
                             struct ferry_error *err)
{
    int32_t rc = need_index(j, on, err);
    return rc || !db_one_int(j->db, 0, err, any, "") ? rc : db_run(j->db, err, drop, "");
}

static void reading_init(struct reading *rd, struct journal *j, int64_t dest_id,
                         struct ferry_error *err)
{
    *rd = (struct reading){.j = j, .dest_id = dest_id, .err = err};
    buf_init(&rd->fold, 1 << 20);
    buf_init(&rd->packed, 64 << 20);
    arena_init(&rd->arena, 16 << 20);
}

static void reading_finish(struct reading *rd)
{
    buf_finish(&rd->fold);
    buf_finish(&rd->packed);
    arena_finish(&rd->arena);
}

int32_t index_read_cases(struct journal *j, struct remote *r, struct ferry_error *err)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    struct reading rd;
    reading_init(&rd, j, r->dest_id, err);
    int32_t rc = forget_cases(&rd);
    rc = rc ? rc : index_store(j, r, &ask, on_case, &rd, err);
    rc =
        rc ? rc
           : drop_repeated(
                 j, ON_ID,
                 "SELECT 1 FROM temp.thing GROUP BY dest_id, noun, id HAVING COUNT(*) > 1 LIMIT 1",
                 "DELETE FROM temp.thing WHERE rowid NOT IN (SELECT MIN(rowid) FROM temp.thing GROUP BY dest_id, noun, id)",
                 err);
    reading_finish(&rd);
    return rc;
}

int64_t index_cases(struct journal *j, int64_t dest_id)
{
    return db_one_int(j->db, -1, NULL,
                      "SELECT COUNT(*) FROM temp.thing WHERE dest_id = ? AND noun = ?", "ii",
                      dest_id, (int64_t)FERRY_CASE);
}

/* --- the target run ----------------------------------------------------------------- */

struct run_search {
    struct ferry_str id, marker, title;
    struct index_run by_id, by_marker, by_title;
};

static void take_run(struct index_run *into, const struct ferry_item *item)
{
    size_t n = strlen(into->ids);
    if ((into->count > 0 && ferry_eq(ferry_cstr(into->id), item->id)) ||
        str_among(ferry_cstr(into->ids), item->id)) {
        return; /* the same run on two pages is one run */
    }
    int lower = into->count == 0 || item->id.len < strlen(into->id) ||
                (item->id.len == strlen(into->id) &&
                 memcmp(item->id.ptr, into->id, (size_t)item->id.len) < 0);
    snprintf(into->ids + n, sizeof into->ids - n, "%s%.*s", n ? ", " : "", STR_ARG(item->id));
    into->count++;
    if (lower) {
        struct ferry_str title = item->run ? item->run->title : item->name;
        snprintf(into->id, sizeof into->id, "%.*s", STR_ARG(item->id));
        snprintf(into->title, sizeof into->title, "%.*s", STR_ARG(title));
        snprintf(into->marker, sizeof into->marker, "%.*s", STR_ARG(item->marker));
        into->state = item->run ? item->run->state : 0;
    }
}

static int32_t on_run(void *data, const struct ferry_item *item)
{
    struct run_search *s = data;
    if (!item) {
        s->by_id = s->by_marker = s->by_title = (struct index_run){.count = 0};
        return FERRY_OK;
    }
    if (item->noun != FERRY_RUN) {
        return FERRY_OK;
    }
    if (s->id.ptr && ferry_eq(item->id, s->id)) {
        take_run(&s->by_id, item);
    }
    if (s->marker.ptr && ferry_eq(item->marker, s->marker)) {
        take_run(&s->by_marker, item);
    }
    if (s->title.ptr && item->marker.len == 0 &&
        ferry_eq(item->run ? item->run->title : item->name, s->title)) {
        take_run(&s->by_title, item);
    }
    return FERRY_OK;
}

static int32_t list_runs(struct remote *r, const char *filter, struct ferry_str value,
                         struct run_search *s, struct ferry_error *err)
{
    struct ferry_kv kv = {ferry_cstr(filter), value};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RUN,
                            .n_filters = 1,
                            .filters = &kv};
    return remote_list(r, &ask, on_run, s, err);
}

int32_t index_find_run(struct remote *r, struct ferry_str id, struct ferry_str marker,
                       struct ferry_str find_title, struct index_run *out, struct ferry_error *err)
{
    struct run_search s = {.id = id};
    int32_t rc;
    memset(out, 0, sizeof *out);
    if (id.ptr) {
        rc = list_runs(r, "id", id, &s, err);
        *out = s.by_id;
        return rc              ? rc
               : s.by_id.count ? FERRY_OK
                               : ferry_fail(err, FERRY_E_CONFIG, "run",
                                            "%.*s: there is no run %.*s; check --run-id",
                                            STR_ARG(r->target->label), STR_ARG(id));
    }
    if (marker.ptr) {
        s.marker = marker;
        rc = list_runs(r, "marker", marker, &s, err);
        if (rc) {
            return rc;
        }
    }
    if (s.by_marker.count == 0 && find_title.ptr) {
        s.title = find_title;
        rc = list_runs(r, "title", find_title, &s, err);
        if (rc) {
            return rc;
        }
    }
    *out = s.by_marker.count ? s.by_marker : s.by_title;
    if (s.by_marker.count == 0 && s.by_title.count > 1) {
        return ferry_fail(err, FERRY_E_CONFIG, "run",
                          "%.*s: runs %s are all called \"%.*s\"; name one with --target-run-id",
                          STR_ARG(r->target->label), s.by_title.ids, STR_ARG(find_title));
    }
    return FERRY_OK; /* two with one marker: the first counts, the audit names the other */
}

/* --- the key field --------------------------------------------------------------------- */

struct field_search {
    struct ferry_str title;
    int any, found;
};

static int32_t on_field(void *data, const struct ferry_item *item)
{
    struct field_search *s = data;
    if (!item) {
        s->any = s->found = 0;
        return FERRY_OK;
    }
    int on_cases = !item->field || item->field->entity == 0 || item->field->entity == FERRY_CASE;
    s->any |= item->noun == FERRY_FIELD;
    s->found |= item->noun == FERRY_FIELD && on_cases && ferry_eq(str_trim(item->name), s->title);
    return FERRY_OK;
}

int32_t index_check_field(struct remote *r, struct ferry_error *err)
{
    struct field_search s = {.title = str_trim(r->target->key_field)};
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_FIELD};
    struct ferry_traits traits, made;
    int32_t rc = remote_describe(r, FERRY_OP(FERRY_LIST, FERRY_FIELD), &traits, err);
    if (rc || traits.effect == 0) {
        return rc;
    }
    rc = remote_list(r, &ask, on_field, &s, err);
    rc = rc ? rc : remote_describe(r, FERRY_OP(FERRY_CREATE, FERRY_CASE), &made, err);
    /* Without any field the project may be yet to be made: writing to it will tell, unless it is known that it makes no case. */
    if (rc == FERRY_OK && !s.found && (s.any || made.effect == 0)) {
        rc = ferry_fail(
            err, FERRY_E_CONFIG, "automation_key.field",
            "%.*s: there is no custom field \"%.*s\" on cases; make it there, or name another one",
            STR_ARG(r->target->label), STR_ARG(s.title));
    }
    return rc;
}

/* --- results of the target run -------------------------------------------------------- */

static int32_t forget_listed(struct reading *rd)
{
    return db_run(rd->j->db, rd->err, "DELETE FROM temp.listed", "");
}

/* What the case of a listed result is known by: its key, else its id. */
static struct ferry_str key_of_result(struct reading *rd, const struct ferry_item *item)
{
    if (item->key.len) {
        return item->key;
    }
    const struct ferry_ref *ref = ferry_ref_of(item, FERRY_CASE);
    if (!ref) {
        return item->result->signature;
    }
    struct ferry_found found = {.size = sizeof found};
    arena_reset(&rd->arena);
    if (index_lookup(rd->j, rd->dest_id, FERRY_CASE, FERRY_LIT("id"), ref->id, &rd->arena, &found,
                     NULL) == FERRY_OK &&
        found.state == FERRY_THERE && found.key.len) {
        return found.key;
    }
    return ref->id;
}

static int32_t on_result(void *data, const struct ferry_item *item)
{
    struct reading *rd = data;
    unsigned char like[16];
    if (!item) {
        return forget_listed(rd);
    }
    if (item->noun != FERRY_RESULT || !item->result) {
        return FERRY_OK;
    }
    identity_likeness(key_of_result(rd, item), item->result, like);
    return db_run(rd->j->db, rd->err,
                  "INSERT INTO temp.listed(id, wire, likeness, way) VALUES(?, ?, ?, ?)", "ssbi",
                  item->id, item->marker, (struct ferry_str){(const char *)like, sizeof like},
                  (int64_t)identity_way(item->marker));
}

static int32_t store_results(struct reading *rd, struct remote *r, const struct ferry_ask *ask,
                             remote_item_fn *fn)
{
    int32_t rc = index_store(rd->j, r, ask, fn, rd, rd->err);
    return rc ? rc
              : drop_repeated(
                    rd->j, ON_LISTED_ID,
                    "SELECT 1 FROM temp.listed GROUP BY id HAVING COUNT(*) > 1 LIMIT 1",
                    "DELETE FROM temp.listed WHERE rowid NOT IN (SELECT MIN(rowid) FROM temp.listed GROUP BY id)",
                    rd->err);
}

int32_t index_read_results(struct journal *j, struct remote *r, struct ferry_str run_id,
                           struct ferry_error *err)
{
    struct ferry_kv filter = {FERRY_LIT("run"), run_id};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RESULT,
                            .n_filters = 1,
                            .filters = &filter};
    struct reading rd;
    reading_init(&rd, j, r->dest_id, err);
    int32_t rc = forget_listed(&rd);
    rc = rc ? rc : store_results(&rd, r, &ask, on_result);
    reading_finish(&rd);
    return rc;
}

static int32_t on_original(void *data, const struct ferry_item *item)
{
    struct reading *rd = data;
    unsigned char like[16];
    if (!item) {
        return db_run(rd->j->db, rd->err, "DELETE FROM temp.origin", "");
    }
    if (item->noun != FERRY_RESULT || !item->result) {
        return FERRY_OK;
    }
    identity_likeness(key_of_result(rd, item), item->result, like);
    return db_run(rd->j->db, rd->err, "INSERT INTO temp.origin(likeness) VALUES(?)", "b",
                  (struct ferry_str){(const char *)like, sizeof like});
}

int32_t index_read_originals(struct journal *j, struct remote *r, struct ferry_str run_id,
                             struct ferry_error *err)
{
    struct ferry_kv filter = {FERRY_LIT("run"), run_id};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RESULT,
                            .n_filters = 1,
                            .filters = &filter};
    struct reading rd;
    reading_init(&rd, j, r->dest_id, err);
    int32_t rc = db_run(j->db, err, "DELETE FROM temp.origin", "");
    rc = rc ? rc : index_store(j, r, &ask, on_original, &rd, err);
    rc = rc ? rc
            : db_script(j->db, "CREATE INDEX IF NOT EXISTS temp.origin_like ON origin(likeness)",
                        err);
    reading_finish(&rd);
    return rc;
}

int64_t index_like_here(struct journal *j, const unsigned char likeness[16])
{
    struct ferry_str like = {(const char *)likeness, 16};
    return need_index(j, ON_LIKENESS, NULL)
               ? 0
               : db_one_int(j->db, 0, NULL,
                            "SELECT COUNT(*) FROM temp.listed WHERE likeness = ? AND taken = 0",
                            "b", like);
}

int64_t index_like_originals(struct journal *j, const unsigned char likeness[16])
{
    struct ferry_str like = {(const char *)likeness, 16};
    return db_one_int(j->db, 0, NULL, "SELECT COUNT(*) FROM temp.origin WHERE likeness = ?", "b",
                      like);
}

static int32_t on_result_id(void *data, const struct ferry_item *item)
{
    struct reading *rd = data;
    return !item ? forget_listed(rd)
           : item->noun != FERRY_RESULT
               ? FERRY_OK
               : db_run(rd->j->db, rd->err, "INSERT INTO temp.listed(id, wire) VALUES(?, ?)", "ss",
                        item->id, item->marker);
}

/* What an audit asks for. */
static struct ferry_ask ask_for_ids(struct ferry_kv filters[2], struct ferry_str run_id)
{
    filters[0] = (struct ferry_kv){FERRY_LIT("run"), run_id};
    filters[1] = (struct ferry_kv){FERRY_LIT("brief"), FERRY_LIT("1")};
    return (struct ferry_ask){.size = sizeof(struct ferry_ask),
                              .what = FERRY_ASK_LIST,
                              .noun = FERRY_RESULT,
                              .n_filters = 2,
                              .filters = filters};
}

int32_t index_each_result_id(struct remote *r, struct ferry_str run_id, remote_page_fn *fn,
                             void *data, struct ferry_error *err)
{
    struct ferry_kv filters[2];
    struct ferry_ask ask = ask_for_ids(filters, run_id);
    return remote_pages(r, &ask, fn, data, err);
}

int32_t index_read_result_ids(struct journal *j, struct remote *r, struct ferry_str run_id,
                              struct ferry_error *err)
{
    struct ferry_kv filters[2];
    struct ferry_ask ask = ask_for_ids(filters, run_id);
    struct reading rd;
    reading_init(&rd, j, r->dest_id, err);
    int32_t rc = index_begin(j, err);
    rc = rc ? rc : store_results(&rd, r, &ask, on_result_id);
    reading_finish(&rd);
    return rc;
}

int64_t index_results(struct journal *j)
{
    return db_one_int(j->db, 0, NULL, "SELECT COUNT(*) FROM temp.listed", "");
}

int index_shows_wires(struct journal *j)
{
    return db_one_int(j->db, 1, NULL, "SELECT EXISTS(SELECT 1 FROM temp.listed WHERE wire <> '')",
                      "") != 0;
}

static int take(struct journal *j, struct db_rows *rows, int32_t rc, char id[128])
{
    int64_t row = 0;
    if (rc == FERRY_OK && db_step(rows) > 0) {
        row = db_int(rows, 0);
        snprintf(id, 128, "%.*s", STR_ARG(db_str(rows, 1)));
    }
    db_done(rows);
    return row && db_run(j->db, NULL, "UPDATE temp.listed SET taken = 1 WHERE rowid = ?", "i",
                         row) == FERRY_OK;
}

int index_take_wire(struct journal *j, struct ferry_str wire_id, char id[128])
{
    struct db_rows rows = {0};
    int32_t rc = need_index(j, ON_WIRE, NULL);
    rc = rc ? rc
            : db_query(j->db, &rows, NULL,
                       "SELECT rowid, id FROM temp.listed WHERE wire = ? ORDER BY taken LIMIT 1",
                       "s", wire_id);
    return take(j, &rows, rc, id);
}

static int listed(struct journal *j, enum index_on on, const char *sql, struct ferry_str value)
{
    return value.ptr && need_index(j, on, NULL) == FERRY_OK &&
           db_one_int(j->db, 0, NULL, sql, "s", value) != 0;
}

int index_has_wire(struct journal *j, struct ferry_str wire_id)
{
    return listed(j, ON_WIRE, "SELECT 1 FROM temp.listed WHERE wire = ? LIMIT 1", wire_id);
}

int index_has_id(struct journal *j, struct ferry_str id)
{
    return listed(j, ON_LISTED_ID, "SELECT 1 FROM temp.listed WHERE id = ? LIMIT 1", id);
}

int index_take_id(struct journal *j, struct ferry_str id)
{
    return index_has_id(j, id) &&
           db_run(j->db, NULL, "UPDATE temp.listed SET taken = 1 WHERE id = ?", "s", id) ==
               FERRY_OK;
}

int index_take_like(struct journal *j, const unsigned char likeness[16], enum identity_way way,
                    char id[128])
{
    struct db_rows rows = {0};
    int32_t rc = need_index(j, ON_LIKENESS, NULL);
    rc =
        rc ? rc
           : db_query(
                 j->db, &rows, NULL,
                 "SELECT rowid, id FROM temp.listed WHERE likeness = ?1 AND taken = 0 AND (way < 0 OR way <> ?2) LIMIT 1",
                 "bi", (struct ferry_str){(const char *)likeness, 16}, (int64_t)way);
    return take(j, &rows, rc, id);
}

/* --- lookups ----------------------------------------------------------------------------- */

static int32_t query_things(struct journal *j, struct db_rows *rows, int64_t dest_id, uint32_t noun,
                            struct ferry_str by, struct ferry_str value, struct buf *folded,
                            struct ferry_error *err)
{
#define THINGS(column)                                                                             \
    "SELECT id, key, name, packed FROM temp.thing WHERE dest_id = ? AND noun = ? AND " column      \
    " = ? ORDER BY length(id), id"
    static const struct {
        const char *by, *sql;
        enum index_on on;
    } ways[] = {{"key", THINGS("fold"), ON_KEY},
                {"id", THINGS("id"), ON_ID},
                {"signature", THINGS("signature"), ON_SIGNATURE},
                {"name", THINGS("name"), ON_NAME}};
#undef THINGS
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (str_is(by, ways[i].by) && j->indexed_things == 0) {
            return FERRY_OK; /* a new project: no row in hand is the end of none */
        }
        if (str_is(by, ways[i].by)) {
            struct ferry_str wanted = ways[i].on == ON_KEY ? fold(value, folded) : value;
            int32_t rc = need_index(j, ways[i].on, err);
            return rc ? rc
                      : db_query(j->db, rows, err, ways[i].sql, "iis", dest_id, (int64_t)noun,
                                 wanted);
        }
    }
    return ferry_fail(err, FERRY_E_BUG, "", "nothing can be looked up by \"%.*s\"", STR_ARG(by));
}

static int32_t take_thing(struct db_rows *rows, struct arena *arena, struct ferry_found *found,
                          struct buf *ids, struct ferry_error *err)
{
    enum { NAMED = 10 };
    struct ferry_item *item;
    found->count++;
    if (found->count <= NAMED) {
        buf_printf(ids, "%s%.*s", found->count > 1 ? ", " : "", STR_ARG(db_str(rows, 0)));
    } else if (found->count == NAMED + 1) {
        buf_puts(ids, ", ...");
    }
    if (found->count > 1) {
        return FERRY_OK;
    }
    found->state = FERRY_THERE;
    found->id = arena_str(arena, db_str(rows, 0));
    found->key = arena_str(arena, db_str(rows, 1));
    found->name = arena_str(arena, db_str(rows, 2));
    int32_t rc = unpack_item(arena_str(arena, db_str(rows, 3)), arena, &item, err);
    found->item = item;
    return rc;
}

/* An operation that will make what is not there yet: it counts as well. */
static int32_t take_planned(struct journal *j, int64_t dest_id, uint32_t noun, int by_key,
                            struct ferry_str value, struct arena *arena, struct ferry_found *found,
                            struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct ferry_str key = arena_printf(arena, "%s%.*s", by_key ? "key:" : "sig:", STR_ARG(value));
    int32_t rc = db_query(
        j->db, &rows, err,
        "SELECT state, remote_id FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state < 7",
        "iis", dest_id, (int64_t)FERRY_OP(FERRY_CREATE, noun), key);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        found->state = FERRY_PLANNED;
        found->count = 1;
        if (by_key) { /* of a case planned by its signature nobody knows a key */
            found->key = arena_str(arena, value);
        }
    }
    db_done(&rows);
    return rc;
}

int32_t index_lookup(struct journal *j, int64_t dest_id, uint32_t noun, struct ferry_str by,
                     struct ferry_str value, struct arena *arena, struct ferry_found *found,
                     struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct ferry_found local = {.size = sizeof local};
    struct buf folded, ids;
    int got = 0, by_key = str_is(by, "key");
    buf_init(&folded, 1 << 20);
    buf_init(&ids, 4096);
    value = str_trim(value);
    int32_t rc = query_things(j, &rows, dest_id, noun, by, value, &folded, err);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        if (by_key && !ferry_eq(db_str(&rows, 1), value)) {
            local.near++;
        } else {
            rc = take_thing(&rows, arena, &local, &ids, err);
        }
    }
    db_done(&rows);
    rc = rc ? rc : got < 0 ? -got : FERRY_OK;
    if (rc == FERRY_OK && local.count == 0 && (by_key || str_is(by, "signature"))) {
        rc = take_planned(j, dest_id, noun, by_key, value, arena, &local, err);
    }
    local.ids = arena_str(arena, buf_str(&ids));
    uint32_t size = found->size < sizeof local ? found->size : (uint32_t)sizeof local;
    local.size = found->size;
    memcpy(found, &local, size);
    buf_finish(&folded);
    buf_finish(&ids);
    return rc ? rc : arena->failed;
}
