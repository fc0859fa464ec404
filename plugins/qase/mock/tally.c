/* SPDX-License-Identifier: MIT */
/*
 * tally.c - how many there are of what is listed: each page tells, and to count 10,000 for each of a hundred pages is most of what they cost. Counted when a list
 * is first asked for, kept by whoever adds, forgotten where anything is taken away.
 */
#include "mock.h"

struct tally {
    int64_t n, latest_ms;
    int there;
};

static int32_t take_tally(void *data, const struct ferry_value *row, uint32_t n)
{
    (void)n;
    *(struct tally *)data = (struct tally){row[0].i, row[1].i, 1};
    return FERRY_OK;
}

static int32_t begin(struct http *h, const struct page *p, int64_t run, struct tally *t)
{
    struct ferry_str sql = arena_printf(
        &h->arena, "SELECT count(*), coalesce(max(shown_ms), 0) FROM %s WHERE project = ?%s",
        p->tallied, run ? " AND run_id = ?" : "");
    if (!sql.ptr) {
        return h->arena.failed;
    }
    int32_t rc = run ? mock_rows(h, take_tally, t, sql.ptr, "ii", h->project, run)
                     : mock_rows(h, take_tally, t, sql.ptr, "i", h->project);
    return rc ? rc
              : mock_run(h,
                         "INSERT INTO tally (project, noun, run_id, n, latest_ms)"
                         " VALUES (?, ?, ?, ?, ?)",
                         "isiii", h->project, ferry_cstr(p->tallied), run, t->n, t->latest_ms);
}

int32_t mock_tally_count(struct http *h, const struct page *p, int filtered, int64_t *out,
                         int *told)
{
    struct tally t = {.there = 0};
    int64_t run = filtered ? p->run : 0;
    *told = 0;
    if (!p->tallied || (filtered && (!run || p->n_where != 1))) {
        return FERRY_OK;
    }
    int32_t rc = mock_rows(h, take_tally, &t,
                           "SELECT n, latest_ms FROM tally WHERE project = ? AND noun = ? AND"
                           " run_id = ?",
                           "isi", h->project, ferry_cstr(p->tallied), run);
    rc = rc || t.there ? rc : begin(h, p, run, &t);
    *told = rc == FERRY_OK && t.latest_ms <= h->now_ms;
    *out = *told ? t.n : *out;
    return rc;
}

void mock_tally_add(struct http *h, enum mock_tallied noun, int64_t shown_ms)
{
    struct added *a = &h->added[noun];
    a->n++;
    a->latest_ms = shown_ms > a->latest_ms ? shown_ms : a->latest_ms;
}

/* Of a request, all results are of one run: that of its path. */
int32_t mock_tally_store(struct http *h)
{
    static const char *const nouns[] = {
        [MOCK_TALLY_CASES] = "test_case", [MOCK_TALLY_RESULTS] = "result"};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns && rc == FERRY_OK; i++) {
        const struct added *a = &h->added[i];
        if (a->n > 0) {
            rc = mock_run(h,
                          "UPDATE tally SET n = n + ?, latest_ms = max(latest_ms, ?)"
                          " WHERE project = ? AND noun = ? AND run_id IN (0, ?)",
                          "iiisi", a->n, a->latest_ms, h->project, ferry_cstr(nouns[i]),
                          i == MOCK_TALLY_RESULTS ? h->id : 0);
        }
    }
    return rc;
}

int32_t mock_tally_forget(struct http *h)
{
    return mock_run(h, "DELETE FROM tally WHERE project = ?", "i", h->project);
}
