/* SPDX-License-Identifier: MIT */
/*
 * svc_sql.c - ferry.host.sql/1 over SQLite, for services. The plugin's text is not ended by NUL
 * and lives only for the call, so its statements have a cache of their own beside db.h's. A
 * statement may be run again from its own row callback: then a second one is prepared.
 *
 * It must never let a service end the host's transaction: only statements on rows are taken.
 */
#include "svc.h"

#include <ctype.h>
#include <stdlib.h>
#include <text.h>

enum { SLOTS = 256, MOST = 192, MOST_COLUMNS = 64 };

struct cached {
    sqlite3_stmt *stmt; /* NULL: free */
    uint32_t len, used;
};

struct svc_sql {
    struct ferry_sql table;
    struct db *db;
    uint32_t n;
    struct cached slots[SLOTS]; /* open addressing over the text */
};

static int32_t sql_error(struct svc_sql *s, int code, struct ferry_str sql, struct ferry_error *err)
{
    int primary = code & 0xff;
    if (primary == SQLITE_ERROR || primary == SQLITE_MISUSE || primary == SQLITE_RANGE ||
        primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: %s: %.*s", db_path(s->db),
                          sqlite3_errmsg(db_handle(s->db)), STR_ARG(str_sub(sql, 0, 200)));
    }
    return db_refused(s->db, code, NULL, err);
}

/* --- statements ------------------------------------------------------------------ */

/* BEGIN, COMMIT, ATTACH, PRAGMA ... are the host's. */
static int is_about_rows(struct ferry_str sql)
{
    static const char *const verbs[] = {"select", "insert", "update", "delete", "with"};
    uint64_t n = 0;
    sql = str_trim(sql);
    while (n < sql.len && isalpha((unsigned char)sql.ptr[n])) {
        n++;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_is_nocase(str_sub(sql, 0, n), verbs[i])) {
            return 1;
        }
    }
    return 0;
}

static int32_t prepare(struct svc_sql *s, struct ferry_str sql, unsigned flags, sqlite3_stmt **out,
                       struct ferry_error *err)
{
    const char *tail = NULL;
    *out = NULL;
    if (sql.len > 64 * 1024 || !is_about_rows(sql)) {
        return ferry_fail(err, FERRY_E_BUG, NULL,
                          "a service may only select, insert, update and delete: %.*s",
                          STR_ARG(str_sub(sql, 0, 80)));
    }
    int code = sqlite3_prepare_v3(db_handle(s->db), sql.ptr, (int)sql.len, flags, out, &tail);
    if (code != SQLITE_OK) {
        return sql_error(s, code, sql, err);
    }
    struct ferry_str rest =
        str_trim((struct ferry_str){tail, sql.len - (uint64_t)(tail - sql.ptr)});
    if (rest.len > 0) {
        sqlite3_finalize(*out);
        *out = NULL;
        return ferry_fail(err, FERRY_E_BUG, NULL, "more than one statement: %.*s",
                          STR_ARG(str_sub(sql, 0, 200)));
    }
    return FERRY_OK;
}

static uint64_t hash_of(struct ferry_str sql)
{
    uint64_t h = 14695981039346656037u;
    for (uint64_t i = 0; i < sql.len; i++) {
        h = (h ^ (unsigned char)sql.ptr[i]) * 1099511628211u;
    }
    return h ^ h >> 32;
}

static struct cached *slot_of(struct svc_sql *s, struct ferry_str sql)
{
    uint64_t i = hash_of(sql) % SLOTS;
    while (s->slots[i].stmt &&
           (s->slots[i].len != sql.len ||
            memcmp(sqlite3_sql(s->slots[i].stmt), sql.ptr, (size_t)sql.len) != 0)) {
        i = (i + 1) % SLOTS;
    }
    return &s->slots[i];
}

/*
 * Text that is made anew each time would fill the cache: then it starts over, unless one is
 * running.
 */
static void make_room(struct svc_sql *s)
{
    if (s->n < MOST) {
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        if (s->slots[i].used) {
            return;
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        sqlite3_finalize(s->slots[i].stmt);
        s->slots[i] = (struct cached){0};
    }
    s->n = 0;
}

/* *slot is NULL where the statement is not a cached one: finalize it after use. */
static int32_t acquire(struct svc_sql *s, struct ferry_str sql, struct cached **slot,
                       sqlite3_stmt **stmt, struct ferry_error *err)
{
    make_room(s);
    *slot = slot_of(s, sql);
    if ((*slot)->used || (!(*slot)->stmt && s->n >= MOST)) {
        *slot = NULL;
        return prepare(s, sql, 0, stmt, err);
    }
    if (!(*slot)->stmt) {
        int32_t rc = prepare(s, sql, SQLITE_PREPARE_PERSISTENT, &(*slot)->stmt, err);
        if (rc) {
            return rc;
        }
        (*slot)->len = (uint32_t)sql.len;
        s->n++;
    }
    (*slot)->used = 1;
    *stmt = (*slot)->stmt;
    return FERRY_OK;
}

static void release(struct cached *slot, sqlite3_stmt *stmt)
{
    if (!slot) {
        sqlite3_finalize(stmt);
        return;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt); /* the bytes are the caller's */
    slot->used = 0;
}

/* --- values ----------------------------------------------------------------------- */

static int bind_value(sqlite3_stmt *stmt, int at, const struct ferry_value *v)
{
    const char *ptr = v->s.ptr ? v->s.ptr : "";
    switch (v->type) {
    case FERRY_NULL:
        return sqlite3_bind_null(stmt, at);
    case FERRY_INT:
        return sqlite3_bind_int64(stmt, at, v->i);
    case FERRY_REAL:
        return sqlite3_bind_double(stmt, at, v->d);
    case FERRY_TEXT:
        return sqlite3_bind_text64(stmt, at, ptr, v->s.len, SQLITE_STATIC, SQLITE_UTF8);
    case FERRY_BYTES:
        return sqlite3_bind_blob64(stmt, at, ptr, v->s.len, SQLITE_STATIC);
    default:
        return SQLITE_MISMATCH;
    }
}

static int32_t bind_all(struct svc_sql *s, sqlite3_stmt *stmt, struct ferry_str sql,
                        const struct ferry_value *args, uint32_t n, struct ferry_error *err)
{
    int want = sqlite3_bind_parameter_count(stmt);
    if (n != (uint32_t)want) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%u values for %d marks: %.*s", n, want,
                          STR_ARG(str_sub(sql, 0, 200)));
    }
    for (uint32_t i = 0; i < n; i++) {
        int code = bind_value(stmt, (int)i + 1, &args[i]);
        if (code != SQLITE_OK) {
            return sql_error(s, code, sql, err);
        }
    }
    return FERRY_OK;
}

static struct ferry_value column(sqlite3_stmt *stmt, int at)
{
    struct ferry_value v = {FERRY_NULL, 0, 0, 0, {NULL, 0}};
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        v.type = FERRY_INT;
        v.i = sqlite3_column_int64(stmt, at);
        break;
    case SQLITE_FLOAT:
        v.type = FERRY_REAL;
        v.d = sqlite3_column_double(stmt, at);
        break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        v.type = sqlite3_column_type(stmt, at) == SQLITE_TEXT ? FERRY_TEXT : FERRY_BYTES;
        v.s.ptr = sqlite3_column_blob(stmt, at);
        v.s.len = (uint64_t)sqlite3_column_bytes(stmt, at);
        if (!v.s.ptr) {
            v.s.ptr = "";
        }
        break;
    default:
        break;
    }
    return v;
}

/* --- running ---------------------------------------------------------------------- */

static int32_t step_all(struct svc_sql *s, sqlite3_stmt *stmt, struct ferry_str sql,
                        ferry_row_fn *row, void *data, struct ferry_error *err)
{
    struct ferry_value values[MOST_COLUMNS];
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        int n = sqlite3_column_count(stmt);
        if (!row) {
            continue;
        }
        if (n > MOST_COLUMNS) {
            return ferry_fail(err, FERRY_E_BUG, NULL, "a row of %d columns; at most %d", n,
                              MOST_COLUMNS);
        }
        for (int i = 0; i < n; i++) {
            values[i] = column(stmt, i);
        }
        int32_t rc = row(data, values, (uint32_t)n);
        if (rc) {
            return rc;
        }
    }
    return code == SQLITE_DONE ? FERRY_OK : sql_error(s, code, sql, err);
}

static int32_t sql_run(void *self, struct ferry_str sql, const struct ferry_value *args, uint32_t n,
                       ferry_row_fn *row, void *data, struct ferry_error *err)
{
    struct svc_sql *s = self;
    struct cached *slot = NULL;
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_get_autocommit(db_handle(s->db))) {
        /* SQLite gave the transaction up (disk full): nothing may run row by row behind it. */
        int32_t failed = db_failed(s->db, err);
        return failed ? failed
                      : ferry_fail(err, FERRY_E_IO, NULL,
                                   "%s: the transaction was given up after a failure; run again",
                                   db_path(s->db));
    }
    int32_t rc = acquire(s, sql, &slot, &stmt, err);
    if (rc) {
        return rc;
    }
    rc = bind_all(s, stmt, sql, args, n, err);
    if (rc == FERRY_OK) {
        rc = step_all(s, stmt, sql, row, data, err);
    }
    release(slot, stmt);
    return rc;
}

/* --- life ------------------------------------------------------------------------- */

int32_t svc_sql_create(struct svc_sql **out, struct db *db, struct ferry_error *err)
{
    struct svc_sql *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", db_path(db));
    }
    s->db = db;
    s->table = (struct ferry_sql){.self = s, .run = sql_run};
    return FERRY_OK;
}

void svc_sql_destroy(struct svc_sql *s)
{
    if (!s) {
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        sqlite3_finalize(s->slots[i].stmt);
    }
    free(s);
}

const struct ferry_sql *svc_sql_table(const struct svc_sql *s)
{
    return &s->table;
}
