/* SPDX-License-Identifier: MIT */
/*
 * service.h - between the files of the service: one request in hand, and the small tools its
 * handlers use.
 *
 * A handler answers by local_refuse() or by writing JSON into `json` and setting `status`. What
 * it returns is not the HTTP status: anything but OK is a failure of the service itself, rolls
 * everything back and becomes 500. A handler that refuses must not have written anything: the
 * transaction is committed all the same.
 */
#ifndef LOCAL_SERVICE_H
#define LOCAL_SERVICE_H

#include "local.h"

#include <service_kit.h>

struct http {
    const struct ferry_service_call *call;
    const struct ferry_sql *sql;
    const struct ferry_blobs *blobs;
    const struct ferry_message *request;
    struct ferry_error *err;
    struct arena arena;       /* until the answer is written */
    struct kit_target target; /* without "v1" */
    int64_t project;          /* its number; 0: it is not there */
    int64_t id;               /* the number in the path, where the route has one */
    int64_t field_id;         /* of field_title: asked for once a request */
    struct ferry_str field_title;
    uint32_t status;
    struct ferry_str blob;  /* the answer's body instead of JSON */
    struct ferry_str allow; /* methods, with 405 */
    struct buf body;
    struct json_out json;
};

typedef int32_t handler_fn(struct http *h);

/* service_http.c: reading the request, refusing it. */
int32_t local_http_parse(struct http *h);
/* Answers with an error instead; returns FERRY_OK, so that a handler may end with it. */
int32_t local_refuse(struct http *h, uint32_t status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The body could not be parsed. */
void local_refuse_json(struct http *h, const struct ferry_error *why);
/*
 * Begins the answer anew: {"error":{"code","message"}, "errors":[ - for items; local_refuse_end
 * closes it.
 */
void local_refuse_items(struct http *h, uint32_t status);
void local_refuse_item(struct http *h, uint32_t index, const char *member, const char *message);
void local_refuse_end(struct http *h);
struct ferry_str local_query_get(const struct http *h, const char *name);
/* 0 where a parameter is not in the NULL-ended list (and it is refused). */
int local_query_only(struct http *h, const char *const *names);
/* A number from min to max; 0 where it is none (and it is refused). */
int local_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                    int64_t *out);
/* The body parsed as one object of this shape. 0: refused. */
struct shape;
int local_body_parse(struct http *h, const struct shape *shape, struct json_doc *doc);

/* Rows, see service_kit.h. */
#define local_sql_rows(h, ...) kit_rows((h)->sql, (h)->err, __VA_ARGS__)
#define local_sql_run(h, ...)  kit_run((h)->sql, (h)->err, __VA_ARGS__)
#define local_sql_int(h, ...)  kit_int((h)->sql, (h)->err, __VA_ARGS__)
/* service_sql.c: n numbers of a noun, the first in *first. */
int32_t local_sql_reserve(struct http *h, const char *noun, int64_t n, int64_t *first);
/* Sets h->project, making the project where it is not there. */
int32_t local_project_ensure(struct http *h);
/* The custom field of this title, made where it is not there. */
int32_t local_field_ensure(struct http *h, const char *entity, struct ferry_str title, int64_t *id);

/* service_page.c: lists. */
enum { PAGE_ARGS = 16 };
struct page {
    const char *columns, *from, *order; /* "id, title"; "test_case WHERE project = ?"; "id" */
    struct buf where;                   /* further " AND ..."; local_page_init */
    struct ferry_value args[PAGE_ARGS];
    uint32_t n_args;
    uint32_t n_filters;
    int64_t most;      /* of a page; 0: LOCAL_PAGE */
    int64_t total;     /* < 0: counted by the page */
    ferry_row_fn *row; /* writes one item; data is the http */
};
void local_page_init(struct page *p, const char *columns, const char *from, const char *order,
                     ferry_row_fn *row);
void local_page_arg(struct page *p, struct ferry_value v);
/* Adds " AND <condition>" with the parameter's value, where the query has it. 0: refused. */
int local_page_filter_text(struct http *h, struct page *p, const char *name, const char *condition);
int local_page_filter_int(struct http *h, struct page *p, const char *name, const char *condition);
/* Writes {"total","offset","next","items":[...]}, or {"after","next","items":[...]} where `after` is given (lists ordered by
 * id alone, whose first column is the id, let their query have it); finishes p. */
int32_t local_page_answer(struct http *h, struct page *p);

/* Handlers, by file. */
handler_fn local_projects_list, local_project_get, local_fields_list, local_fields_post;
handler_fn local_cases_list, local_cases_post, local_case_get, local_case_history;
handler_fn local_runs_list, local_runs_post, local_run_get, local_run_complete;
handler_fn local_results_list, local_results_post, local_run_results_list;
handler_fn local_attachments_list, local_attachment_put, local_attachment_get;

/* service_cases.c: a case with this number, title and signature, and its key where it has one. */
int32_t local_case_create_for(struct http *h, int64_t id, struct ferry_str title,
                              struct ferry_str signature, struct ferry_str key_field,
                              struct ferry_str key);
/* service_runs.c: 1 and the run's state, or refused with 404. */
int local_run_there(struct http *h, int64_t id, struct ferry_str *state, int32_t *rc);
/* How many results a run has. */
int32_t local_run_total(struct http *h, int64_t run, int64_t *n);
/* service_attachments.c: is it there? */
int32_t local_attachment_there(struct http *h, struct ferry_str digest, int *there);

/* service_dump.c */
int32_t local_service_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                           struct ferry_error *err);
extern const char *const local_service_schema[];

#endif
