/* SPDX-License-Identifier: MIT */
/*
 * task.c - the tasks whose time has come, worked on in the order in which they end. References to what is not there: with skip-errors they are left
 * out and all runs are made; without, a run is left out for its own, and one that is said of all fails the task with no run.
 */
#include "task.h"

#include <text.h>

enum { MOST_TOLD = 50, MOST_LOG = 4 << 20, MOST_MEMORY = 1 << 30 };

/* --- notes -------------------------------------------------------------------------------------------------- */

void alm_task_note(struct task *t, const struct payload_run *run, const char *format, ...)
{
    struct buf line;
    va_list args;
    char text[400];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_init(&line, 16 * 1024);
    if (run) {
        buf_printf(&line, "test run %u \"%.*s\" [%.*s/%.*s/%.*s]: ", run->index, STR_ARG(run->name),
                   STR_ARG(run->module), STR_ARG(run->package), STR_ARG(run->class_name));
    }
    buf_printf(&line, "%s\n", text);
    buf_put(&t->log, buf_str(&line));
    if (t->n_notes++ < MOST_TOLD) {
        buf_put(&t->details, buf_str(&line));
    }
    buf_finish(&line);
}

/* --- one task ------------------------------------------------------------------------------------------------ */

static int32_t on_run(void *data, const struct payload_run *run)
{
    struct task *t = data;
    struct place place = t->place;
    uint32_t wrong = 0;
    t->n_runs++;
    if (run->is_gherkin || run->is_manual) {
        alm_task_note(t, run, "%s runs are not kept by this mock",
                      run->is_gherkin ? "gherkin" : "manual");
        return FERRY_OK;
    }
    int32_t rc = alm_resolve(t, run, &run->context, &place, &wrong);
    if (rc || (wrong > 0 && !t->skip_errors)) {
        return rc;
    }
    return alm_make_run(t, run, &place);
}

static const char *verdict(const struct task *t, int all_failed)
{
    if (all_failed || (t->n_runs > 0 && t->n_stored == 0)) {
        return "failed";
    }
    return t->n_notes > 0 ? "warning" : "success";
}

static int32_t finish(struct task *t, int all_failed)
{
    const char *status = verdict(t, all_failed);
    if (t->n_notes > MOST_TOLD) {
        buf_printf(&t->details, "and %u more, see the log\n", t->n_notes - MOST_TOLD);
    }
    buf_printf(&t->log, "%s: %u of %u test runs were stored\n", status, t->n_stored, t->n_runs);
    if (t->details.failed || t->log.failed) {
        return t->details.failed ? t->details.failed : t->log.failed;
    }
    return alm_run(t->h, "UPDATE task SET status = ?, details = ?, log = ? WHERE id = ?", "sssi",
                   ferry_cstr(status),
                   t->n_notes ? buf_str(&t->details) : (struct ferry_str){NULL, 0},
                   buf_str(&t->log), t->id);
}

static int32_t work_on(struct task *t, struct ferry_str bytes)
{
    struct payload *x = NULL;
    struct context all;
    struct problem p = {0};
    uint32_t wrong = 0;
    if (!alm_payload_open(&x, bytes, &p)) { /* it was judged when it came */
        return ferry_fail(t->h->err, FERRY_E_BUG, NULL, "task %lld: %s", (long long)t->id, p.text);
    }
    alm_payload_context(x, t->arena, &all);
    int32_t rc = alm_resolve(t, NULL, &all, &t->place, &wrong);
    int all_failed = wrong > 0 && !t->skip_errors;
    rc = rc || all_failed ? rc : alm_payload_runs(x, t->arena, on_run, t);
    rc = rc ? rc : finish(t, all_failed);
    alm_payload_close(x);
    return rc;
}

/* --- the payload again ----------------------------------------------------------------------------------------- */

struct due {
    int64_t id, skip, packed, bytes;
    struct ferry_str blob;
};

static int32_t read_payload(struct http *h, const struct due *d, struct buf *wire,
                            struct buf *plain, struct ferry_str *out)
{
    char *to = buf_room(wire, (size_t)d->bytes);
    int64_t n = to ? h->blobs->read(h->blobs->self, d->blob, 0, to, (uint64_t)d->bytes) : -1;
    if (n != d->bytes) {
        return ferry_fail(h->err, FERRY_E_IO, NULL, "task %lld: its payload cannot be read",
                          (long long)d->id);
    }
    buf_grow(wire, (size_t)n);
    *out = buf_str(wire);
    if (d->packed) {
        if (!alm_unpack(*out, MOST_MEMORY, plain)) {
            return ferry_fail(h->err, FERRY_E_BUG, NULL, "task %lld: its payload is not gzip",
                              (long long)d->id);
        }
        *out = buf_str(plain);
    }
    return FERRY_OK;
}

static int32_t end_task(struct http *h, const struct due *d)
{
    struct arena arena;
    struct task t = {.h = h, .arena = &arena, .id = d->id, .skip_errors = (int)d->skip};
    struct buf wire, plain;
    struct ferry_str bytes;
    arena_init(&arena, MOST_MEMORY);
    buf_init(&wire, MOST_MEMORY);
    buf_init(&plain, MOST_MEMORY);
    buf_init(&t.details, MOST_LOG);
    buf_init(&t.log, MOST_LOG);
    buf_init(&t.said, MOST_LOG);
    int32_t rc = read_payload(h, d, &wire, &plain, &bytes);
    rc = rc ? rc : work_on(&t, bytes);
    buf_finish(&t.said);
    buf_finish(&t.log);
    buf_finish(&t.details);
    buf_finish(&plain);
    buf_finish(&wire);
    arena_finish(&arena);
    return rc;
}

struct due_list {
    struct arena *arena;
    struct due list[64];
    uint32_t n;
};

static int32_t take_due(void *data, const struct ferry_value *row, uint32_t n)
{
    struct due_list *l = data;
    (void)n;
    l->list[l->n++] =
        (struct due){row[0].i, row[1].i, row[2].i, row[3].i, arena_str(l->arena, row[4].s)};
    return FERRY_OK;
}

int32_t alm_tasks_settle_to(struct http *h, int64_t ends_ms, int64_t id)
{
    struct due_list l;
    int32_t rc;
    do {
        l.n = 0;
        l.arena = &h->arena;
        rc = alm_rows(h, take_due, &l,
                      "SELECT id, skip, packed, bytes, blob FROM task"
                      " WHERE status = '' AND ends_ms <= ? AND (ends_ms, id) <= (?, ?)"
                      " ORDER BY ends_ms, id LIMIT 64",
                      "iii", h->now_ms, ends_ms, id);
        for (uint32_t i = 0; rc == FERRY_OK && i < l.n; i++) {
            rc = end_task(h, &l.list[i]);
        }
    } while (rc == FERRY_OK && l.n > 0);
    return rc;
}

int32_t alm_tasks_settle(struct http *h)
{
    return alm_tasks_settle_to(h, INT64_MAX, INT64_MAX);
}
