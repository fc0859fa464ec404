/* SPDX-License-Identifier: MIT */
/*
 * report.c - what only reads the ledger: pages, bytes of attachments, and the dump that tests compare. The dump names things by
 * their marks, keys and titles, never by id, so that two ledgers which were filled in another order read the same.
 */
#include "service.h"

#include <stdlib.h>

/* --- pages -------------------------------------------------------------------------- */

struct page {
    struct json_out json;
    const char *const *columns;
};

static const char *const case_columns[] = {"id", "title", "description", "key", "signature"};
static const char *const run_columns[] = {"id", "title", "description", "complete"};
static const char *const result_columns[] = {
    "id", "run_id", "case_id", "title", "status", "time_ms", "start_ms", "comment", "stacktrace"};

static int32_t put_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct page *page = data;
    json_open(&page->json, '{');
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(page->columns[i], "complete") == 0) {
            json_key(&page->json, "complete");
            json_put_bool(&page->json, row[i].i != 0);
        } else if (row[i].type == FERRY_INT) {
            json_member_int(&page->json, page->columns[i], row[i].i);
        } else if (row[i].type == FERRY_TEXT) {
            json_member(&page->json, page->columns[i], row[i].s);
        }
    }
    json_close(&page->json, '}');
    return page->json.buf->failed;
}

struct list {
    const char *name, *filter; /* the one filter it has */
    const char *const *columns;
    const char *count, *rows, *count_all, *rows_all;
};

#define LIST_SQL_(columns, table, where)                                                           \
    "SELECT " columns " FROM " table " WHERE project = ?" where " ORDER BY id LIMIT 7 OFFSET ?"
#define COUNT_SQL_(table, where) "SELECT count(*) FROM " table " WHERE project = ?" where

static const struct list lists[] = {
    {"cases", "id", case_columns, COUNT_SQL_("cases", " AND id = ?"),
     LIST_SQL_("id, title, description, key, signature", "cases", " AND id = ?"),
     COUNT_SQL_("cases", ""), LIST_SQL_("id, title, description, key, signature", "cases", "")},
    {"runs", "id", run_columns, COUNT_SQL_("runs", " AND id = ?"),
     LIST_SQL_("id, title, description, complete", "runs", " AND id = ?"), COUNT_SQL_("runs", ""),
     LIST_SQL_("id, title, description, complete", "runs", "")},
    {"results", "run", result_columns, COUNT_SQL_("results", " AND run_id = ?"),
     LIST_SQL_("id, run_id, case_id, title, status, time_ms, start_ms, comment, stacktrace",
               "results", " AND run_id = ?"),
     COUNT_SQL_("results", ""),
     LIST_SQL_("id, run_id, case_id, title, status, time_ms, start_ms, comment, stacktrace",
               "results", "")},
};

/* Reads offset and the filter; 0 where there is another parameter or one is no number. */
static int read_query(const struct ledger_request *r, const struct list *list, int64_t *offset,
                      int64_t *filter)
{
    *offset = 0;
    *filter = -1;
    for (uint32_t i = 0; i < r->n_query; i++) {
        int64_t *to = str_is(r->query[i].key, "offset")       ? offset
                      : str_is(r->query[i].key, list->filter) ? filter
                                                              : NULL;
        if (!to || !str_int64(r->query[i].value, to) || *to < 0) {
            return 0;
        }
    }
    return 1;
}

int32_t ledger_get_list(struct ledger_request *r, const char *noun)
{
    const struct list *list = lists;
    struct buf b;
    struct page page;
    struct ferry_value args[3];
    uint32_t n = 0;
    int64_t offset, filter, total;
    int32_t rc;
    while (strcmp(list->name, noun) != 0) {
        list++;
    }
    if (!read_query(r, list, &offset, &filter)) {
        return ledger_refuse(r, 400, "a list takes offset and %s, both numbers", list->filter);
    }
    args[n++] = ferry_text(r->project);
    if (filter >= 0) {
        args[n++] = ferry_int(filter);
    }
    rc = ledger_sql(r, filter >= 0 ? list->count : list->count_all, args, n, 0, &total);
    args[n++] = ferry_int(offset);
    buf_init(&b, 1 << 20);
    page = (struct page){.json = json_to(&b), .columns = list->columns};
    json_open(&page.json, '{');
    json_key(&page.json, "items");
    json_open(&page.json, '[');
    if (!rc) {
        rc = r->sql->run(r->sql->self, ferry_cstr(filter >= 0 ? list->rows : list->rows_all), args,
                         n, put_row, &page, r->err);
    }
    json_close(&page.json, ']');
    json_key(&page.json, "next");
    json_open(&page.json, '[');
    for (int64_t i = 1; i <= LEDGER_AHEAD && offset < total - i * LEDGER_PAGE; i++) {
        json_put_int(&page.json, offset + i * LEDGER_PAGE);
    }
    json_close(&page.json, ']');
    json_member_int(&page.json, "total", total);
    json_close(&page.json, '}');
    rc = rc ? rc : b.failed ? b.failed : ledger_reply(r, 200, buf_str(&b));
    buf_finish(&b);
    return rc;
}

/* --- attachments ----------------------------------------------------------------------- */

struct file {
    char digest[80], mime[256];
};

static int32_t read_file(void *data, const struct ferry_value *row, uint32_t n)
{
    struct file *file = data;
    if (n == 2) {
        snprintf(file->digest, sizeof file->digest, "%.*s", STR_ARG(row[0].s));
        snprintf(file->mime, sizeof file->mime, "%.*s", STR_ARG(row[1].s));
    }
    return FERRY_OK;
}

int32_t ledger_get_attachment(struct ledger_request *r, struct ferry_str id)
{
    struct file file = {"", ""};
    int64_t number = 0;
    struct ferry_value args[2];
    int32_t rc = FERRY_OK;
    if (r->n_query > 0) {
        return ledger_refuse(r, 400, "no parameters here");
    }
    if (str_int64(id, &number)) {
        args[0] = ferry_int(number);
        args[1] = ferry_text(r->project);
        rc = r->sql->run(r->sql->self,
                         FERRY_LIT("SELECT digest, mime FROM attachments WHERE id = ?"
                                   " AND project = ?"),
                         args, 2, read_file, &file, r->err);
    }
    if (rc) {
        return rc;
    }
    if (!file.digest[0]) {
        return ledger_refuse(r, 404, "no attachment \"%.*s\"", STR_ARG(id));
    }
    r->out->status(r->out->self, 200);
    r->out->header(r->out->self, FERRY_LIT("content-type"));
    r->out->text(r->out->self, ferry_cstr(file.mime));
    r->out->body(r->out->self);
    return r->out->blob(r->out->self, ferry_cstr(file.digest), 0, 0);
}

/* --- the dump ---------------------------------------------------------------------------- */

struct dump {
    struct arena arena;
    struct buf line;
    struct ferry_str *lines;
    size_t n, cap;
};

static int compare_lines(const void *a, const void *b)
{
    return str_cmp(*(const struct ferry_str *)a, *(const struct ferry_str *)b);
}

/* Column by column, a space between; texts made harmless, a mark in the place of the text that carries it. */
static int32_t dump_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct dump *d = data;
    buf_reset(&d->line);
    for (uint32_t i = 0; i < n; i++) {
        struct ferry_str mark = {NULL, 0};
        if (row[i].type == FERRY_INT) {
            buf_printf(&d->line, " %lld", (long long)row[i].i);
        } else if (row[i].type == FERRY_TEXT) {
            ledger_unmark(row[i].s, &mark);
            buf_puts(&d->line, i ? " " : "");
            text_show(&d->line, mark.ptr ? mark : row[i].s, 0);
        } else {
            buf_puts(&d->line, " -");
        }
    }
    buf_putc(&d->line, '\n');
    if (d->n == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : 256;
        struct ferry_str *lines = arena_array(&d->arena, struct ferry_str, cap);
        if (!lines) {
            return d->arena.failed;
        }
        if (d->n) {
            memcpy(lines, d->lines, d->n * sizeof *lines);
        }
        d->lines = lines;
        d->cap = cap;
    }
    d->lines[d->n++] = arena_str(&d->arena, buf_str(&d->line));
    return d->line.failed ? d->line.failed : d->arena.failed;
}

static const char *const dump_queries[] = {
    "SELECT 'applied', a.kind, a.project, a.name, a.n FROM applied a WHERE a.kind <> 'complete'"
    " AND a.kind <> 'attachment'",
    "SELECT 'case', c.project, c.key, c.title FROM cases c",
    "SELECT 'run', u.project, coalesce(u.description, u.title), u.complete FROM runs u",
    "SELECT 'result', t.project, coalesce(u.description, u.title), coalesce(c.key, c.title),"
    " t.status, t.title, t.comment FROM results t JOIN runs u ON u.id = t.run_id"
    " LEFT JOIN cases c ON c.id = t.case_id",
    "SELECT 'attachment', f.project, f.name, f.digest, t.title FROM attachments f"
    " JOIN results t ON t.id = f.result_id",
    "SELECT 'orphan', f.project, f.name, f.digest FROM attachments f WHERE f.result_id IS NULL",
};

int32_t ledger_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                    struct ferry_error *err)
{
    const struct ferry_sql *sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    struct dump d = {.n = 0};
    int32_t rc =
        sql ? FERRY_OK : ferry_fail(err, FERRY_E_CONFIG, NULL, "the ledger needs sql of its host");
    arena_init(&d.arena, 256u << 20);
    buf_init(&d.line, 1 << 20);
    for (size_t i = 0; i < sizeof dump_queries / sizeof *dump_queries && !rc; i++) {
        rc = sql->run(sql->self, ferry_cstr(dump_queries[i]), NULL, 0, dump_row, &d, err);
    }
    if (!rc && d.n) {
        qsort(d.lines, d.n, sizeof *d.lines, compare_lines);
    }
    for (size_t i = 0; i < d.n && !rc; i++) {
        rc = out->text(out->self, d.lines[i]);
    }
    buf_finish(&d.line);
    arena_finish(&d.arena);
    return rc;
}
