/* SPDX-License-Identifier: MIT */
/* index_results.c - the results of a run: what looks like what, which is taken; see index.h. */
#include "index_private.h"

#include <text.h>

static int32_t forget_listed(struct index_reading *rd)
{
    return db_run(rd->j->db, rd->err, "DELETE FROM temp.listed", "");
}

/* What the case of a listed result is known by: its key, else its id. */
static struct ferry_str key_of_result(struct index_reading *rd, const struct ferry_item *item)
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
    struct index_reading *rd = data;
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

static int32_t store_results(struct index_reading *rd, struct remote *r,
                             const struct ferry_ask *ask, remote_item_fn *fn)
{
    int32_t rc = index_store(rd->j, r, ask, fn, rd, rd->err);
    return rc ? rc
              : index_drop_repeated(
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
    struct index_reading rd;
    index_reading_init(&rd, j, r->dest_id, err);
    int32_t rc = forget_listed(&rd);
    rc = rc ? rc : store_results(&rd, r, &ask, on_result);
    index_reading_finish(&rd);
    return rc;
}

static int32_t on_original(void *data, const struct ferry_item *item)
{
    struct index_reading *rd = data;
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
    struct index_reading rd;
    index_reading_init(&rd, j, r->dest_id, err);
    int32_t rc = db_run(j->db, err, "DELETE FROM temp.origin", "");
    rc = rc ? rc : index_store(j, r, &ask, on_original, &rd, err);
    rc = rc ? rc
            : db_script(j->db, "CREATE INDEX IF NOT EXISTS temp.origin_like ON origin(likeness)",
                        err);
    index_reading_finish(&rd);
    return rc;
}

int64_t index_like_here(struct journal *j, const unsigned char likeness[16])
{
    struct ferry_str like = {(const char *)likeness, 16};
    return index_need(j, ON_LIKENESS, NULL)
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
    struct index_reading *rd = data;
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
    struct index_reading rd;
    index_reading_init(&rd, j, r->dest_id, err);
    int32_t rc = index_begin(j, err);
    rc = rc ? rc : store_results(&rd, r, &ask, on_result_id);
    index_reading_finish(&rd);
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
    int32_t rc = index_need(j, ON_WIRE, NULL);
    rc = rc ? rc
            : db_query(j->db, &rows, NULL,
                       "SELECT rowid, id FROM temp.listed WHERE wire = ? ORDER BY taken LIMIT 1",
                       "s", wire_id);
    return take(j, &rows, rc, id);
}

static int listed(struct journal *j, enum index_on on, const char *sql, struct ferry_str value)
{
    return value.ptr && index_need(j, on, NULL) == FERRY_OK &&
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
    int32_t rc = index_need(j, ON_LIKENESS, NULL);
    rc =
        rc ? rc
           : db_query(
                 j->db, &rows, NULL,
                 "SELECT rowid, id FROM temp.listed WHERE likeness = ?1 AND taken = 0 AND (way < 0 OR way <> ?2) LIMIT 1",
                 "bi", (struct ferry_str){(const char *)likeness, 16}, (int64_t)way);
    return take(j, &rows, rc, id);
}
