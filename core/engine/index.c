/* SPDX-License-Identifier: MIT */
/* index.c - cases and how they are looked up; see index.h. */
#include "index_private.h"
#include "pack.h"

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

int32_t index_need(struct journal *j, enum index_on on, struct ferry_error *err)
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

static int32_t forget_cases(struct index_reading *rd)
{
    return db_run(rd->j->db, rd->err, "DELETE FROM temp.thing WHERE dest_id = ? AND noun = ?", "ii",
                  rd->dest_id, (int64_t)FERRY_CASE);
}

static int32_t on_case(void *data, const struct ferry_item *item)
{
    struct index_reading *rd = data;
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

int32_t index_drop_repeated(struct journal *j, enum index_on on, const char *any, const char *drop,
                            struct ferry_error *err)
{
    int32_t rc = index_need(j, on, err);
    return rc || !db_one_int(j->db, 0, err, any, "") ? rc : db_run(j->db, err, drop, "");
}

void index_reading_init(struct index_reading *rd, struct journal *j, int64_t dest_id,
                        struct ferry_error *err)
{
    *rd = (struct index_reading){.j = j, .dest_id = dest_id, .err = err};
    buf_init(&rd->fold, 1 << 20);
    buf_init(&rd->packed, 64 << 20);
    arena_init(&rd->arena, 16 << 20);
}

void index_reading_finish(struct index_reading *rd)
{
    buf_finish(&rd->fold);
    buf_finish(&rd->packed);
    arena_finish(&rd->arena);
}

static const struct ferry_ask all_cases = {
    .size = sizeof all_cases, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};

void index_cases_ahead(struct remote *r)
{
    remote_ahead(r, &all_cases);
}

int32_t index_cases_begin(struct remote *r, struct ferry_error *err)
{
    struct request request;
    request_init(&request, 65536);
    int32_t rc = remote_sign_in(r, 0, err);
    rc = rc ? rc : remote_write_ask(r, &all_cases, &request, err);
    request_finish(&request);
    if (rc == FERRY_OK) {
        remote_ahead(r, &all_cases);
    }
    return rc;
}

int32_t index_read_cases(struct journal *j, struct remote *r, struct ferry_error *err)
{
    struct index_reading rd;
    index_reading_init(&rd, j, r->dest_id, err);
    int32_t rc = forget_cases(&rd);
    rc = rc ? rc : index_store(j, r, &all_cases, on_case, &rd, err);
    rc =
        rc ? rc
           : index_drop_repeated(
                 j, ON_ID,
                 "SELECT 1 FROM temp.thing GROUP BY dest_id, noun, id HAVING COUNT(*) > 1 LIMIT 1",
                 "DELETE FROM temp.thing WHERE rowid NOT IN (SELECT MIN(rowid) FROM temp.thing GROUP BY dest_id, noun, id)",
                 err);
    index_reading_finish(&rd);
    return rc;
}

int64_t index_cases(struct journal *j, int64_t dest_id)
{
    return db_one_int(j->db, -1, NULL,
                      "SELECT COUNT(*) FROM temp.thing WHERE dest_id = ? AND noun = ?", "ii",
                      dest_id, (int64_t)FERRY_CASE);
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
            int32_t rc = index_need(j, ways[i].on, err);
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
