/* SPDX-License-Identifier: MIT */
/*
 * service_known.c - which ids of clients a run holds. Ids are random, and an index of random things is written again page by page with
 * every request: for a million results that was half of all that was written. So they stand in blocks: a request adds one, sorted;
 * eight of one level become one of the next. All blocks of a run are looked through for all ids of a request at once.
 *
 * An entry is 16 bytes: a hash of the id, and the number of the result that has it, the highest byte first. Results of before there were
 * blocks have a wire_key, and an index by it.
 */
#include "service_results.h"

#include <buf.h>
#include <stdlib.h>

enum { ENTRY = 16, TOGETHER = 8, MOST_BLOCK = 16 << 20 };

static void put_number(unsigned char *to, uint64_t n)
{
    for (int i = 7; i >= 0; i--, n >>= 8) {
        to[i] = (unsigned char)n;
    }
}

static uint64_t get_number(const unsigned char *from)
{
    uint64_t n = 0;
    for (int i = 0; i < 8; i++) {
        n = n << 8 | from[i];
    }
    return n;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, ENTRY);
}

/* --- looking -------------------------------------------------------------------------------- */

/* One whose hash a block has; whether the id is the same, the row tells. */
struct candidate {
    uint32_t row;
    int64_t result;
    struct candidate *next;
};

struct search {
    struct batch *b;
    unsigned char *wanted; /* sorted: the hash, and the row of the batch */
    struct candidate *found;
};

/* The first entry from `at` on that is not below this one. */
static uint64_t first_from(const unsigned char *entries, uint64_t at, uint64_t n,
                           const unsigned char *wanted)
{
    while (at < n) {
        uint64_t middle = at + (n - at) / 2;
        if (memcmp(entries + middle * ENTRY, wanted, 8) < 0) {
            at = middle + 1;
        } else {
            n = middle;
        }
    }
    return at;
}

static int32_t search_block(void *data, const struct ferry_value *row, uint32_t columns)
{
    struct search *s = data;
    const unsigned char *entries = (const unsigned char *)row[0].s.ptr;
    uint64_t n = row[0].s.len / ENTRY, at = 0;
    (void)columns;
    for (uint32_t i = 0; i < s->b->n && at < n; i++) {
        const unsigned char *wanted = s->wanted + (size_t)i * ENTRY;
        at = first_from(entries, at, n, wanted);
        for (uint64_t k = at; k < n && memcmp(entries + k * ENTRY, wanted, 8) == 0; k++) {
            struct candidate *c = arena_new(&s->b->h->arena, struct candidate);
            if (!c) {
                return s->b->h->arena.failed;
            }
            *c = (struct candidate){(uint32_t)get_number(wanted + 8),
                                    (int64_t)get_number(entries + k * ENTRY + 8), s->found};
            s->found = c;
        }
    }
    return FERRY_OK;
}

static int32_t take_known(void *data, const struct ferry_value *row, uint32_t n)
{
    struct incoming *r = data;
    (void)n;
    if (ferry_eq(row[2].s, r->wire_id)) {
        r->id = row[0].i;
        r->case_id = row[1].i;
        r->existed = 1;
    }
    return FERRY_OK;
}

static int32_t search_blocks(struct batch *b)
{
    struct http *h = b->h;
    struct search s = {.b = b, .wanted = arena_alloc(&h->arena, (size_t)b->n * ENTRY)};
    if (!s.wanted) {
        return h->arena.failed;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        put_number(s.wanted + (size_t)i * ENTRY, (uint64_t)b->rows[i].wire_key);
        put_number(s.wanted + (size_t)i * ENTRY + 8, i);
    }
    qsort(s.wanted, b->n, ENTRY, by_bytes);
    int32_t rc = local_sql_rows(h, search_block, &s,
                                "SELECT entries FROM result_block WHERE project = ? AND run_id = ?",
                                "ii", h->project, h->id);
    for (struct candidate *c = s.found; c && rc == FERRY_OK; c = c->next) {
        rc = local_sql_rows(
            h, take_known, &b->rows[c->row],
            "SELECT id, case_id, client_id FROM result WHERE project = ? AND run_id = ? AND id = ?",
            "iii", h->project, h->id, c->result);
    }
    return rc;
}

/* Those that were stored when there were no blocks. */
static int32_t search_rows(struct batch *b)
{
    struct http *h = b->h;
    int64_t some = 0;
    int32_t rc = local_sql_int(
        h, 0, &some,
        "SELECT 1 FROM result WHERE project = ? AND run_id = ? AND wire_key <> 0 LIMIT 1", "ii",
        h->project, h->id);
    for (uint32_t i = 0; some && rc == FERRY_OK && i < b->n; i++) {
        rc = local_sql_rows(h, take_known, &b->rows[i],
                            "SELECT id, case_id, client_id FROM result "
                            "WHERE project = ? AND run_id = ? AND wire_key = ? AND wire_key <> 0",
                            "iii", h->project, h->id, b->rows[i].wire_key);
    }
    return rc;
}

int32_t local_known_look_up(struct batch *b)
{
    int32_t rc = search_blocks(b);
    return rc ? rc : search_rows(b);
}

/* --- adding ---------------------------------------------------------------------------------- */

static int32_t insert_block(struct http *h, int64_t id, int64_t level, struct ferry_str entries)
{
    const struct ferry_value args[] = {ferry_int(h->project),
                                       ferry_int(h->id),
                                       ferry_int(id),
                                       ferry_int(level),
                                       {.type = FERRY_BYTES, .s = entries}};
    return h->sql->run(h->sql->self,
                       FERRY_LIT("INSERT INTO result_block (project, run_id, id, level, entries)"
                                 " VALUES (?, ?, ?, ?, ?)"),
                       args, sizeof args / sizeof *args, NULL, NULL, h->err);
}

struct gathering {
    struct buf entries;
    int64_t first; /* the lowest id of a block */
};

static int32_t gather(void *data, const struct ferry_value *row, uint32_t n)
{
    struct gathering *g = data;
    (void)n;
    g->first = g->entries.len == 0 || row[0].i < g->first ? row[0].i : g->first;
    return buf_put(&g->entries, row[1].s);
}

/* All blocks of a level become one of the next; *merged is 0 where there are few of them, or they are long enough. */
static int32_t merge_level(struct http *h, int64_t level, int *merged)
{
    struct gathering g = {.first = 0};
    int64_t blocks = 0;
    int32_t rc = local_sql_int(
        h, 0, &blocks,
        "SELECT count(*) FROM result_block WHERE project = ? AND run_id = ? AND level = ?", "iii",
        h->project, h->id, level);
    *merged = 0;
    if (rc || blocks < TOGETHER) {
        return rc;
    }
    buf_init(&g.entries, MOST_BLOCK);
    rc = local_sql_rows(h, gather, &g,
                        "SELECT id, entries FROM result_block "
                        "WHERE project = ? AND run_id = ? AND level = ?",
                        "iii", h->project, h->id, level);
    if (g.entries.failed == FERRY_E_TOO_LARGE) {
        rc = FERRY_OK;
    } else if (rc == FERRY_OK) {
        qsort(g.entries.ptr, g.entries.len / ENTRY, ENTRY, by_bytes);
        rc = local_sql_run(
            h, "DELETE FROM result_block WHERE project = ? AND run_id = ? AND level = ?", "iii",
            h->project, h->id, level);
        rc = rc ? rc : insert_block(h, g.first, level + 1, buf_str(&g.entries));
        *merged = 1;
    }
    buf_finish(&g.entries);
    return rc;
}

int32_t local_known_add(struct batch *b)
{
    struct http *h = b->h;
    unsigned char *entries = arena_alloc(&h->arena, (size_t)b->n * ENTRY);
    size_t n = 0;
    int64_t first = 0;
    int merged = 1;
    for (uint32_t i = 0; entries && i < b->n; i++) {
        if (!b->rows[i].existed) {
            first = n == 0 ? b->rows[i].id : first;
            put_number(entries + n * ENTRY, (uint64_t)b->rows[i].wire_key);
            put_number(entries + n * ENTRY + 8, (uint64_t)b->rows[i].id);
            n++;
        }
    }
    if (!entries || n == 0) {
        return h->arena.failed;
    }
    qsort(entries, n, ENTRY, by_bytes);
    int32_t rc = insert_block(h, first, 0, (struct ferry_str){(const char *)entries, n * ENTRY});
    for (int64_t level = 0; rc == FERRY_OK && merged; level++) {
        rc = merge_level(h, level, &merged);
    }
    return rc;
}
