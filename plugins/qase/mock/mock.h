/* SPDX-License-Identifier: MIT */
/*
 * mock.h - between the files of the service: one request in hand, and the small tools its handlers use.
 *
 * A handler answers by mock_refuse() or mock_fault(), or by writing JSON between mock_begin() and mock_end(). What it returns is not the HTTP
 * status: anything but OK is a failure of the service itself, rolls everything back and becomes 500. A handler that refuses must not have written
 * anything: the transaction is committed all the same.
 */
#ifndef QASE_MOCK_H
#define QASE_MOCK_H

#include "form.h"

#include <service_kit.h>

enum {
    MOCK_PAGE = 100,        /* the most that `limit` may be */
    MOCK_OFFSET = 100000,   /* the most that `offset` may be */
    MOCK_RESULTS = 200,     /* results in a request */
    MOCK_CASES = 100,       /* cases in a request */
    MOCK_FILES = 20,        /* files in a request */
    MOCK_TITLE = 255,       /* characters */
    MOCK_CONTEXT = 4194304, /* characters of error_context in a request */
    MOCK_RUN_TEXT = 10000   /* characters of a run's description */
};
#define MOCK_FILE_BYTES INT64_C(33554432)
#define MOCK_BODY_BYTES INT64_C(134217728)

/* The last number that was given to a noun; is_new: it has no row yet. */
struct number {
    int64_t project, last, stored;
    const char *noun;
    int is_new;
};

struct http {
    const struct ferry_service_call *call;
    const struct ferry_sql *sql;
    const struct ferry_blobs *blobs;
    const struct ferry_message *request;
    struct ferry_error *err;
    struct arena arena;       /* until the answer is written */
    struct kit_target target; /* with its "v1" */
    uint32_t version;         /* of the interface; 0: another path */
    const char *route;        /* as the table has it; "": none */
    int64_t now_ms;
    int64_t project;          /* its number */
    struct ferry_str code;    /* its code */
    int64_t id;               /* the number in the path, where the route has one */
    struct ferry_str hash;    /* the other text in it */
    const struct cJSON *body; /* as its form says */
    struct faults faults;
    uint32_t status;
    struct ferry_str blob, mime; /* the answer's body instead of JSON */
    struct ferry_str allow;      /* methods, with 405 */
    struct kit_quota quota;
    struct number
        numbers[12]; /* of the nouns that this request makes, in use up to one without a noun */
    struct added {   /* by this request; see tally.c */
        int64_t n, latest_ms;
    } added[2];
    struct
        suite_seen { /* the suites that this request has named last: neighbours mostly share theirs */
        int64_t parent, id;
        struct ferry_str title; /* of the body */
    } suites[8];
    uint32_t n_suites;
    struct buf text;
    struct json_out json;
};
typedef int32_t handler_fn(struct http *h);

/* request.c: the request taken apart. */
int mock_target_parse(struct http *h);
struct ferry_str mock_query(const struct http *h, const char *name);
/* 0: the parameter is not a number from min to max, and that is a fault. */
int mock_query_int(struct http *h, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *out);
/* Parameters that are not in the NULL-ended list are faults, and so is one that is there twice. */
void mock_query_check(struct http *h, const char *const *names);
/* The body as `members` say; else it is refused, and 0. */
int mock_body_parse(struct http *h, const struct form *members, struct json_doc *doc);

/* answer.c */
/* Answers with an error instead; returns FERRY_OK, so that a handler may end with it. */
int32_t mock_refuse(struct http *h, uint32_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A thing that is wrong with the request; mock_faulty() then refuses it. */
void mock_fault(struct http *h, struct ferry_str field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 1 where something was wrong: refused with this status, or with 413 for too much. */
int mock_faulty(struct http *h, uint32_t status);
/* {"status":true,"result": ... } */
void mock_begin(struct http *h, uint32_t status);
void mock_end(struct http *h);
int32_t mock_answer_id(struct http *h, int64_t id);
int32_t mock_answer_true(struct http *h, uint32_t status);
void mock_write(struct http *h, const struct ferry_out *out);
/* "2026-11-20T10:18:33+00:00" in the arena. */
struct ferry_str mock_time(struct http *h, int64_t ms);
/* A member with that; null where it is none. */
void mock_put_time(struct http *h, const char *name, const struct ferry_value *ms);
/* null where it is none. */
void mock_put(struct http *h, const char *name, const struct ferry_value *v);
/* "Y-m-d H:i:s", and nothing else. */
int mock_time_parse(struct ferry_str text, int64_t *ms);

/* Rows, see service_kit.h. */
#define mock_rows(h, ...) kit_rows((h)->sql, (h)->err, __VA_ARGS__)
#define mock_run(h, ...)  kit_run((h)->sql, (h)->err, __VA_ARGS__)
#define mock_int(h, ...)  kit_int((h)->sql, (h)->err, __VA_ARGS__)
/* sql.c: the next number of a noun in the project; workspace-wide ones are project 0's. */
int32_t mock_next(struct http *h, int64_t project, const char *noun, int64_t *id);
/* At the end of a request: what was counted becomes rows. */
int32_t mock_numbers_store(struct http *h);

/* page.c: lists. */
enum { PAGE_ARGS = 140 };
struct page {
    const char *columns, *from, *order; /* "id, title"; "run WHERE project = ?"; "id" */
    struct buf where;                   /* further " AND ..." */
    struct ferry_value args[PAGE_ARGS];
    uint32_t n_args, n_base; /* n_base: those of `from` */
    uint32_t n_where;        /* conditions in `where` */
    const char *tallied;     /* the table, where its numbers are kept; else NULL */
    int64_t run;             /* the one that a condition names; 0: none, or several */
    ferry_row_fn *row;       /* writes one thing; data is the http */
};
void page_begin(struct page *p, const char *columns, const char *from, const char *order,
                ferry_row_fn *row);
void page_arg(struct page *p, struct ferry_value v); /* of `from` */
void page_where(struct page *p, const char *condition, struct ferry_value v);
/* Where the query has the parameter: as a number, or as text, or as text that is part of the column's. */
void page_filter_int(struct http *h, struct page *p, const char *name, const char *condition);
void page_filter_text(struct http *h, struct page *p, const char *name, const char *condition);
void page_filter_part(struct http *h, struct page *p, const char *name, const char *column);
/* A list of numbers with commas between. */
void page_filter_ids(struct http *h, struct page *p, const char *name, const char *column);
/* Writes {"total","filtered","count","entities":[...]}, or refuses; finishes p. */
int32_t page_answer(struct http *h, struct page *p);

/* tally.c: 1 in *told where the number is known, and everything that was counted is shown by now. */
int32_t mock_tally_count(struct http *h, const struct page *p, int filtered, int64_t *out,
                         int *told);
/* One more, into the request's project, and a result into the run of its path; stored at the end of the request. */
enum mock_tallied { MOCK_TALLY_CASES = 0, MOCK_TALLY_RESULTS = 1 };
void mock_tally_add(struct http *h, enum mock_tallied noun, int64_t shown_ms);
int32_t mock_tally_store(struct http *h);
/* Something was taken away. */
int32_t mock_tally_forget(struct http *h);

/* fields.c, field_values.c: custom fields. */
enum mock_entity { MOCK_CASE = 0, MOCK_RUN = 1 };
/* The "custom_field" of a body; faults are told under `prefix`. */
int32_t mock_values_check(struct http *h, enum mock_entity entity, const struct cJSON *values,
                          int all, const char *prefix);
int32_t mock_values_store(struct http *h, enum mock_entity entity, int64_t thing,
                          const struct cJSON *values);
/* "custom_fields":[{"id","value"}] */
int32_t mock_values_put(struct http *h, enum mock_entity entity, int64_t thing);

/* attachments.c */
/* Each text of the list is the hash of an attachment; else a fault under `field`. May be NULL. */
int32_t mock_files_check(struct http *h, const struct cJSON *hashes, const char *field);
/* "attachments":[{"size","mime","filename","url"}] of a JSON list of hashes. */
int32_t mock_files_put(struct http *h, const struct cJSON *hashes);

/* cases.c */
struct new_case {
    struct ferry_str title, signature, body; /* body: JSON of all else that was said */
    int64_t suite, shown_ms;                 /* suite 0: none */
    int64_t milestone;
    const struct cJSON *values;
};
int32_t mock_case_create(struct http *h, const struct new_case *c, int64_t *id);
/* The id of a suite of these titles, made where it is not there; parent 0: none. */
int32_t mock_suite_ensure(struct http *h, int64_t parent, struct ferry_str title, int64_t *id);
/* A fault under `field` where the project has no such thing; `table` is a literal. */
int32_t mock_there(struct http *h, const char *table, const struct cJSON *id, const char *field);
int32_t mock_all_there(struct http *h, const char *table, const struct cJSON *ids,
                       const char *field);

/* control.c */
/* What a webhook would be told; `payload` is JSON. */
int32_t mock_event(struct http *h, const char *name, struct ferry_str payload);

/* Handlers, by file. */
handler_fn mock_projects_list, mock_project_get, mock_project_post, mock_project_delete;
handler_fn mock_fields_list, mock_field_get, mock_field_post, mock_field_patch, mock_field_delete;
handler_fn mock_system_fields;
/* What a new case lacks of the system fields that are required here. */
void mock_required_check(struct http *h, const struct cJSON *v, const char *prefix);
handler_fn mock_cases_list, mock_case_get, mock_case_post, mock_cases_bulk, mock_case_patch,
    mock_case_delete;
handler_fn mock_suites_list, mock_suite_get, mock_suite_post, mock_suite_patch, mock_suite_delete;
handler_fn mock_runs_list, mock_run_get, mock_run_post, mock_run_patch, mock_run_delete,
    mock_run_complete;
handler_fn mock_results_list, mock_result_get, mock_result_patch, mock_result_delete;
handler_fn mock_result_post, mock_results_bulk, mock_result_post_v2, mock_results_bulk_v2;
handler_fn mock_files_list, mock_file_get, mock_file_delete, mock_files_post, mock_file_bytes;
handler_fn mock_milestones_list, mock_milestone_get, mock_milestone_post;
handler_fn mock_plans_list, mock_plan_get, mock_plan_post;
handler_fn mock_environments_list, mock_environment_get, mock_environment_post;
handler_fn mock_configurations_list, mock_configuration_post, mock_configuration_group_post;
handler_fn mock_webhooks_list, mock_webhooks_delete, mock_clock_post, mock_requests_list,
    mock_requests_delete;

/* forms.c, forms_result.c: bodies. */
extern const struct form mock_form_project[], mock_form_field[], mock_form_field_update[],
    mock_form_case[], mock_form_case_update[], mock_form_cases[], mock_form_suite[],
    mock_form_suite_update[], mock_form_suite_delete[], mock_form_run[], mock_form_run_update[],
    mock_form_milestone[], mock_form_plan[], mock_form_environment[], mock_form_configuration[],
    mock_form_group[], mock_form_clock[];
extern const struct form mock_form_result_v1[], mock_form_results_v1[], mock_form_result_update[],
    mock_form_result_v2[], mock_form_results_v2[];

/* dump.c, schema.c */
int32_t mock_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                  struct ferry_error *err);
extern const char *const mock_schema[];
extern const struct ferry_service mock_service;

#endif
