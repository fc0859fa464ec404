/* SPDX-License-Identifier: MIT */
/*
 * mock.h - between the files of the service: one request in hand, and the small tools its handlers use.
 *
 * A handler answers by alm_refuse(), or by writing JSON into `json` and setting `status`. What it returns is not the HTTP status: anything but
 * OK is a failure of the service itself, rolls everything back and becomes 500. A handler that refuses must not have written anything: the
 * transaction is committed all the same.
 */
#ifndef OCTANE_MOCK_H
#define OCTANE_MOCK_H

#include <service_kit.h>

enum {
    ALM_WRITES = 200,      /* entities in a request that writes */
    ALM_PAGE = 1000,       /* the most that `limit` may be, unless told otherwise */
    ALM_PAGE_DEFAULT = 100 /* where it is not given */
};

struct problem { /* why one thing cannot be taken */
    uint32_t status;
    const char *code;
    char field[64]; /* "" where it is about no field */
    char text[360];
};

struct http {
    const struct ferry_service_call *call;
    const struct ferry_sql *sql;
    const struct ferry_blobs *blobs;
    const struct ferry_message *request;
    struct ferry_error *err;
    struct arena arena;       /* until the answer is written */
    struct kit_target target; /* of the interface: what is behind the workspace */
    const char *route;        /* as the table has it; "": none */
    int64_t now_ms;
    int64_t last;            /* the number that was taken last; 0: none was */
    int64_t id;              /* the number in the path, where the route has one */
    struct ferry_str noun;   /* the collection in it */
    struct ferry_str thing;  /* the id of a thing in it, which may be no number */
    struct ferry_str cookie; /* LWSSO_COOKIE_KEY to be set with the answer; absent: none */
    struct ferry_str user;   /* OCTANE_USER likewise */
    uint32_t status;
    const char *mime; /* NULL: application/json */
    int64_t retry_after_s;
    struct ferry_str allow; /* methods, with 405 */
    struct kit_quota quota;
    struct buf body; /* of the thing that is being written, see store.c */
    struct buf text;
    struct json_out json;
};
typedef int32_t handler_fn(struct http *h);

/* Rows, see service_kit.h. */
#define alm_rows(h, ...) kit_rows((h)->sql, (h)->err, __VA_ARGS__)
#define alm_run(h, ...)  kit_run((h)->sql, (h)->err, __VA_ARGS__)
#define alm_int(h, ...)  kit_int((h)->sql, (h)->err, __VA_ARGS__)
/* rows.c: the next number; all things of a workspace have one sequence. */
int32_t alm_next(struct http *h, int64_t *id);
/* At the end of a request: those that it took are gone. */
int32_t alm_next_keep(struct http *h);
/* The first column of the first row as text in the arena; absent where there is none. */
int32_t alm_text(struct http *h, struct ferry_str *out, const char *sql, struct ferry_str arg);

/* answer.c */
/* Answers with an error instead; returns FERRY_OK, so that a handler may end with it. */
int32_t alm_refuse(struct http *h, uint32_t status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int32_t alm_refuse_problem(struct http *h, const struct problem *p);
/* The queue is full: in the shape that an option says. */
int32_t alm_refuse_full(struct http *h, const struct problem *p);
/* The members of an error, without its braces. */
void alm_put_error(struct http *h, const struct problem *p);
/* Fills a problem; returns 0, so that a check may end with it. */
int alm_problem(struct problem *p, uint32_t status, const char *code, const char *field,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A page for people, as servlets answer what is no part of the interface. */
int32_t alm_html(struct http *h, uint32_t status, const char *title);
/* Begins the answer anew. */
void alm_restart(struct http *h, uint32_t status);
void alm_write(struct http *h, const struct ferry_out *out);
int alm_option_is(const struct http *h, const char *name, const char *value);

/* request.c */
/* 0: a parameter is not in the NULL-ended list or there twice, and that is refused. */
int alm_query_only(struct http *h, const char *const *names);
int alm_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                  int64_t *out);
/* The body as one JSON object, whatever it is said to be; 0: refused. */
int alm_body_json(struct http *h, struct json_doc *doc);
/* The same, said to be JSON. */
int alm_body_object(struct http *h, struct json_doc *doc);
/* The bytes of the body as they are meant: whole, and unpacked where they came packed; at most `max`. 0: refused. */
int alm_body_bytes(struct http *h, uint64_t max, struct buf *room, struct ferry_str *out);

int alm_unpack(struct ferry_str packed, uint64_t max, struct buf *out); /* 1: whole */

/* session.c */
/* Whether the request may go on; else it is refused with 401. */
int32_t alm_session_check(struct http *h, int *is_in);
handler_fn alm_sign_in, alm_sign_out;

/* Handlers, by file. */
handler_fn alm_results_post, alm_results_get, alm_results_log, alm_results_xsd;
handler_fn alm_entities_list, alm_entity_get;
handler_fn alm_entities_post, alm_entities_put, alm_entity_put;
handler_fn alm_entities_delete, alm_entity_delete;
handler_fn alm_metadata_fields, alm_metadata_entities;
handler_fn alm_version_get;
handler_fn alm_clock_post, alm_requests_list, alm_requests_delete, alm_tasks_list;

/* task.c: ends the tasks whose time has come. */
int32_t alm_tasks_settle(struct http *h);
/* Only of those that end with this one or before it. */
int32_t alm_tasks_settle_to(struct http *h, int64_t ends_ms, int64_t id);

/* dump.c, schema.c, seed.c */
int32_t alm_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                 struct ferry_error *err);
int32_t alm_seed(const struct ferry_service_call *call, struct ferry_error *err);
extern const char *const alm_schema[];
extern const struct ferry_service alm_service;
extern const char alm_xsd[]; /* made from test_results.xsd */

#endif
