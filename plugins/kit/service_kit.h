/* SPDX-License-Identifier: MIT */
/*
 * service_kit.h - what services and mocks do alike, in small parts: a target taken apart, statements with their values in one line, the
 * state as sorted lines, and what a mock has beside its vendor's interface. A part is given what it needs and knows no service; what is
 * said to a client when something is wrong is each service's own.
 *
 * `sql` and `err` are those of the request in hand; a service gives them by a macro of its own name:
 *     #define local_run(h, ...) kit_run((h)->sql, (h)->err, __VA_ARGS__)
 */
#ifndef SERVICE_KIT_H
#define SERVICE_KIT_H

#include <arena.h>
#include <ferry/ferry.h>
#include <json.h>

/* --- target.c: what was asked for ---------------------------------------------------------------------- */

enum { KIT_SEGMENTS = 10, KIT_QUERY = 24 };
struct kit_target { /* decoded, in the arena it was parsed into */
    struct ferry_str path[KIT_SEGMENTS];
    struct ferry_kv query[KIT_QUERY];
    uint32_t n_path, n_query;
};
enum kit_target_end {
    KIT_TARGET_OK = 0,
    KIT_TARGET_DEEP,     /* more than KIT_SEGMENTS parts */
    KIT_TARGET_BAD_PATH, /* not percent-encoded UTF-8, or with a NUL in it */
    KIT_TARGET_BAD_QUERY /* likewise, or more than KIT_QUERY parts */
};
enum kit_target_end kit_target_parse(struct kit_target *t, struct ferry_str target,
                                     struct arena *a);
/* Absent where it is not there. */
struct ferry_str kit_query(const struct kit_target *t, const char *name);
/* The number, or `fallback` where it is not there; 0 where it is none from min to max. */
int kit_query_int(const struct kit_target *t, const char *name, int64_t min, int64_t max,
                  int64_t fallback, int64_t *out);
/*
 * The next parameter, from *i on, that is not in the NULL-ended list (NULL: none may be there) or is there a second time; NULL at the end.
 * *i begins at 0.
 */
const struct ferry_kv *kit_query_wrong(const struct kit_target *t, const char *const *names,
                                       uint32_t *i, int *is_twice);

struct kit_found {
    int64_t id;            /* of '#' */
    struct ferry_str code; /* of '@', the last */
    struct ferry_str text; /* of '*', the first */
};
/* "v1/case/@/#": '#' a number above 0, '@' any text or none, '*' any text; else the part itself. */
int kit_path_fits(const struct kit_target *t, const char *pattern, struct kit_found *found);

/* --- call.c: small things of a call ----------------------------------------------------------------------- */

struct ferry_str kit_option(const struct ferry_service_call *call, const char *name);
int64_t kit_option_int(const struct ferry_service_call *call, const char *name, int64_t fallback);
struct ferry_str kit_header(const struct ferry_message *m, const char *name);
void kit_put_header(const struct ferry_out *out, const char *name, struct ferry_str value);
/* Same time whatever differs: the answer does not tell how much of a guess was right. */
int kit_same_secret(struct ferry_str a, struct ferry_str b);
/* 32 hex digits that nobody guesses from the one before. No secret: who knows the number knows them. */
struct ferry_str kit_hash(struct arena *a, const char *noun, int64_t id);

/* --- rows.c: statements. `types`: 'i' int64_t, 's' struct ferry_str (absent: NULL), 'v' struct ferry_value ------ */

int32_t kit_rows(const struct ferry_sql *sql, struct ferry_error *err, ferry_row_fn *row,
                 void *data, const char *text, const char *types, ...);
int32_t kit_run(const struct ferry_sql *sql, struct ferry_error *err, const char *text,
                const char *types, ...);
/* First column of the first row; `fallback` where there is none. */
int32_t kit_int(const struct ferry_sql *sql, struct ferry_error *err, int64_t fallback,
                int64_t *out, const char *text, const char *types, ...);

/* --- dump.c: the whole state as sorted lines, each a JSON array: what it is, and its values --------------------- */

struct kit_table {
    const char *what;
    int is_json; /* the last column is JSON, and `json` writes it */
    const char *sql;
};
typedef int32_t kit_json_fn(void *data, struct json_out *j, struct ferry_str text);
/* `tables` ends by one without a name. */
int32_t kit_dump(const struct ferry_service_call *call, const struct kit_table *tables,
                 kit_json_fn *json, void *data, const struct ferry_out *out,
                 struct ferry_error *err);

/* --- control.c: of mocks, beside the vendor's interface ----------------------------------------------------------- */

/* Of the schema of whoever uses it: the clock's lead and what of the quota is used; what was served. */
#define KIT_CONTROL_TABLES                                                                         \
    "CREATE TABLE mock (name TEXT PRIMARY KEY, number BIGINT NOT NULL);"                           \
    "CREATE TABLE served (method TEXT NOT NULL, route TEXT NOT NULL, status BIGINT NOT NULL,"      \
    " n BIGINT NOT NULL, PRIMARY KEY (method, route, status));"

/* How far the mock's clock is before the host's. */
int32_t kit_lead(const struct ferry_sql *sql, struct ferry_error *err, int64_t *lead_ms);
int32_t kit_advance(const struct ferry_sql *sql, struct ferry_error *err, int64_t by_ms);
/* A request and its answer, among those that were served. */
int32_t kit_served_add(const struct ferry_sql *sql, struct ferry_error *err,
                       struct ferry_str method, const char *route, uint32_t status);
/* [{"method","route","status","n"}] */
int32_t kit_served_list(const struct ferry_sql *sql, struct ferry_error *err, struct json_out *j);
int32_t kit_served_forget(const struct ferry_sql *sql, struct ferry_error *err);

/* So many requests in a window of time. */
struct kit_quota {
    int64_t limit, window_ms; /* limit 0: none */
    int64_t left, reset_s;    /* told by kit_quota_take */
    int64_t retry_after_s;    /* above 0: this one is too many */
};
int32_t kit_quota_take(const struct ferry_sql *sql, struct ferry_error *err, int64_t now_ms,
                       struct kit_quota *q);

#endif
