/* SPDX-License-Identifier: MIT */
/*
 * db.c - SQLite the way ferry uses it. The journal, the local tracker and the mocks keep their rows
 * here, one connection a thread. Statements are prepared once and found again by their text. What
 * follows a transaction that SQLite gave up must never run by itself, row by row: it is refused.
 */
#include "db.h"

#include "db_busy.h"
#include "db_error.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FIRST_SLOTS = 64, MOST_STATEMENTS = 512, RECENT = 64 };

struct slot {
    sqlite3_stmt *stmt; /* NULL: free */
    int used;           /* a query of it is open */
};

/* Where the text that stood at an address was found last: most texts are literals. A hint, checked by the text. */
struct recent {
    const char *sql;
    size_t slot;
};

struct db {
    sqlite3 *handle;
    char *path;
    struct slot *slots; /* open addressing over the text; at most half full */
    size_t n_slots, n_statements;
    struct recent recent[RECENT];
    struct db_busy busy;
    uint32_t depth; /* of begins */
    int64_t changes;
    struct ferry_error failed; /* what the machine refused first; status FERRY_OK: nothing */
};

sqlite3 *db_handle(struct db *d)
{
    return d->handle;
}

const char *db_path(const struct db *d)
{
    return d->path;
}

/* Of memory or of the disk, and not of the statement, its values or another process. */
static int is_of_machine(int code)
{
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL:
        return 1;
    default:
        return 0;
    }
}

int32_t db_refused(struct db *d, int code, const char *sql, struct ferry_error *err)
{
    struct ferry_error own = {.size = sizeof own};
    err = err ? err : &own;
    int32_t rc = db_fail(err, d->handle, code, d->path, sql);
    if (is_of_machine(code) && !d->failed.status) {
        d->failed = *err;
    }
    return rc;
}

static int32_t fail(struct db *d, int code, const char *sql, struct ferry_error *err)
{
    if ((code & 0xFF) == SQLITE_BUSY && db_interrupted()) {
        return ferry_fail(err, FERRY_E_STOP, NULL, "%s: interrupted while another process holds it",
                          d->path);
    }
    return db_refused(d, code, sql, err);
}

int32_t db_failed(const struct db *d, struct ferry_error *err)
{
    const struct ferry_error *f = &d->failed;
    return f->status ? ferry_fail(err, f->status, f->where, "%s", f->message) : FERRY_OK;
}

void db_forgive(struct db *d)
{
    d->failed.status = FERRY_OK;
}

/* ---- the statement cache ---- */

static size_t hash_of(const char *sql)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *sql; sql++) {
        h = (h ^ (unsigned char)*sql) * 1099511628211u;
    }
    return (size_t)(h ^ h >> 32);
}

/* The slot of this text, or the free one where it belongs. */
static struct slot *find_slot(struct slot *slots, size_t n, const char *sql)
{
    size_t i = hash_of(sql) & (n - 1);
    while (slots[i].stmt && strcmp(sqlite3_sql(slots[i].stmt), sql) != 0) {
        i = (i + 1) & (n - 1);
    }
    return &slots[i];
}

static struct slot *slot_of(struct db *d, const char *sql)
{
    struct recent *r = &d->recent[((uintptr_t)sql >> 4) % RECENT];
    if (r->sql == sql && r->slot < d->n_slots && d->slots[r->slot].stmt &&
        strcmp(sqlite3_sql(d->slots[r->slot].stmt), sql) == 0) {
        return &d->slots[r->slot];
    }
    struct slot *slot = find_slot(d->slots, d->n_slots, sql);
    *r = (struct recent){sql, (size_t)(slot - d->slots)};
    return slot;
}

/* Moves what is kept into a table of n slots. With `drop_idle`, only statements in use are kept. */
static int rebuild(struct db *d, size_t n, int drop_idle)
{
    struct slot *slots = calloc(n, sizeof *slots);
    size_t kept = 0;
    if (!slots) {
        return 0;
    }
    for (size_t i = 0; i < d->n_slots; i++) {
        struct slot *old = &d->slots[i];
        if (!old->stmt) {
            continue;
        }
        if (drop_idle && !old->used) {
            sqlite3_finalize(old->stmt);
            continue;
        }
        *find_slot(slots, n, sqlite3_sql(old->stmt)) = *old;
        kept++;
    }
    free(d->slots);
    d->slots = slots;
    d->n_slots = n;
    d->n_statements = kept;
    return 1;
}

static int make_room(struct db *d)
{
    if (d->n_statements < d->n_slots / 2) {
        return 1;
    }
    /* Text that is made anew each time would grow the cache without end: start over. */
    if (d->n_statements >= MOST_STATEMENTS) {
        return rebuild(d, d->n_slots, 1) &&
               (d->n_statements < d->n_slots / 2 || rebuild(d, d->n_slots * 2, 0));
    }
    return rebuild(d, d->n_slots ? d->n_slots * 2 : FIRST_SLOTS, 0);
}

static int32_t prepare(struct db *d, const char *sql, sqlite3_stmt **stmt, struct ferry_error *err)
{
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, &rest);
    if (code != SQLITE_OK) {
        return fail(d, code, sql, err);
    }
    while (rest && isspace((unsigned char)*rest)) {
        rest++;
    }
    if (!*stmt || (rest && *rest)) {
        sqlite3_finalize(*stmt);
        *stmt = NULL;
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: not one statement, use db_script: %.200s",
                          d->path, sql);
    }
    return FERRY_OK;
}

/* The prepared statement of this text, marked as used until release(). */
static int32_t acquire(struct db *d, const char *sql, sqlite3_stmt **stmt, struct ferry_error *err)
{
    struct slot *slot;
    int32_t rc;
    *stmt = NULL;
    if (d->depth > 0 && sqlite3_get_autocommit(d->handle)) {
        rc = db_failed(d, err);
        return rc ? rc
                  : ferry_fail(err, FERRY_E_IO, NULL,
                               "%s: the transaction was given up after a failure; run again",
                               d->path);
    }
    if (!make_room(d)) {
        return fail(d, SQLITE_NOMEM, sql, err);
    }
    slot = slot_of(d, sql);
    if (slot->used) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: a query of it is still open: %.200s",
                          d->path, sql);
    }
    if (!slot->stmt) {
        rc = prepare(d, sql, stmt, err);
        if (rc) {
            return rc;
        }
        slot->stmt = *stmt;
        d->n_statements++;
    }
    if (!sqlite3_stmt_readonly(slot->stmt) && (rc = db_failed(d, err)) != FERRY_OK) {
        *stmt = NULL;
        return rc;
    }
    slot->used = 1;
    *stmt = slot->stmt;
    return FERRY_OK;
}

static void release(struct db *d, sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt); /* the bound bytes belong to the caller, who may free them now */
    slot_of(d, sqlite3_sql(stmt))->used = 0;
}

/* ---- arguments ---- */

/* `keep` is SQLITE_STATIC where the bytes outlive the statement's run, else SQLITE_TRANSIENT. */
static int bind_str(sqlite3_stmt *stmt, int at, struct ferry_str s, int blob,
                    sqlite3_destructor_type keep)
{
    if (!s.ptr) {
        return sqlite3_bind_null(stmt, at);
    }
    if (blob) {
        return sqlite3_bind_blob64(stmt, at, s.ptr, s.len, keep);
    }
    return sqlite3_bind_text64(stmt, at, s.ptr, s.len, keep, SQLITE_UTF8);
}

static int32_t bind(struct db *d, sqlite3_stmt *stmt, sqlite3_destructor_type keep,
                    struct ferry_error *err, const char *types, va_list args)
{
    int n = types ? (int)strlen(types) : 0;
    int code = SQLITE_OK;
    if (n != sqlite3_bind_parameter_count(stmt)) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: %d arguments given for %d: %.200s", d->path,
                          n, sqlite3_bind_parameter_count(stmt), sqlite3_sql(stmt));
    }
    for (int i = 0; i < n && code == SQLITE_OK; i++) {
        switch (types[i]) {
        case 'i':
            code = sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
            break;
        case 's':
        case 'b':
            code = bind_str(stmt, i + 1, va_arg(args, struct ferry_str), types[i] == 'b', keep);
            break;
        case 'z':
            code = bind_str(stmt, i + 1, ferry_cstr(va_arg(args, const char *)), 0, keep);
            break;
        case 'n':
            code = sqlite3_bind_null(stmt, i + 1);
            break;
        default:
            return ferry_fail(err, FERRY_E_BUG, NULL, "%s: no argument type '%c': %.200s", d->path,
                              types[i], sqlite3_sql(stmt));
        }
    }
    return code == SQLITE_OK ? FERRY_OK : fail(d, code, sqlite3_sql(stmt), err);
}

/* ---- running ---- */

int32_t db_run(struct db *d, struct ferry_error *err, const char *sql, const char *types, ...)
{
    sqlite3_stmt *stmt;
    va_list args;
    int code;
    int32_t rc = acquire(d, sql, &stmt, err);
    if (rc) {
        return rc;
    }
    va_start(args, types);
    rc = bind(d, stmt, SQLITE_STATIC, err, types, args);
    va_end(args);
    if (!rc) {
        do {
            code = sqlite3_step(stmt);
        } while (code == SQLITE_ROW);
        if (code != SQLITE_DONE) {
            rc = fail(d, code, sql, err);
        } else {
            d->changes = sqlite3_stmt_readonly(stmt) ? 0 : sqlite3_changes64(d->handle);
        }
    }
    release(d, stmt);
    return rc;
}

int32_t db_script(struct db *d, const char *sql, struct ferry_error *err)
{
    int32_t rc = db_failed(d, err);
    int code = rc ? SQLITE_OK : sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? rc : fail(d, code, sql, err);
}

static int32_t query(struct db *d, struct db_rows *rows, struct ferry_error *err, const char *sql,
                     const char *types, va_list args)
{
    int32_t rc;
    *rows = (struct db_rows){.db = d, .err = err};
    rc = acquire(d, sql, &rows->stmt, err);
    if (!rc) {
        rc = bind(d, rows->stmt, SQLITE_TRANSIENT, err, types, args);
    }
    if (rc) {
        db_done(rows);
    }
    return rc;
}

int32_t db_query(struct db *d, struct db_rows *rows, struct ferry_error *err, const char *sql,
                 const char *types, ...)
{
    va_list args;
    int32_t rc;
    va_start(args, types);
    rc = query(d, rows, err, sql, types, args);
    va_end(args);
    return rc;
}

int db_step(struct db_rows *rows)
{
    int code;
    if (!rows->stmt) {
        return 0;
    }
    code = sqlite3_step(rows->stmt);
    if (code == SQLITE_ROW) {
        return 1;
    }
    if (code == SQLITE_DONE) {
        db_done(rows); /* or stepping once more would begin again at the first row */
        return 0;
    }
    code = fail(rows->db, code, sqlite3_sql(rows->stmt), rows->err);
    db_done(rows);
    return -code;
}

void db_done(struct db_rows *rows)
{
    if (rows->stmt) {
        release(rows->db, rows->stmt);
    }
    rows->stmt = NULL;
}

int64_t db_int(const struct db_rows *rows, int column)
{
    return rows->stmt ? sqlite3_column_int64(rows->stmt, column) : 0;
}

int db_is_null(const struct db_rows *rows, int column)
{
    return !rows->stmt || sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int db_is_blob(const struct db_rows *rows, int column)
{
    return rows->stmt && sqlite3_column_type(rows->stmt, column) == SQLITE_BLOB;
}

struct ferry_str db_str(const struct db_rows *rows, int column)
{
    struct ferry_str s = {NULL, 0};
    if (!db_is_null(rows, column)) {
        /* As blob also for text: no copy is made only to end it with NUL. */
        s.ptr = sqlite3_column_blob(rows->stmt, column);
        s.len = (uint64_t)sqlite3_column_bytes(rows->stmt, column);
        if (!s.ptr) {
            s = FERRY_LIT("");
        }
    }
    return s;
}

int64_t db_one_int(struct db *d, int64_t fallback, struct ferry_error *err, const char *sql,
                   const char *types, ...)
{
    struct db_rows rows;
    va_list args;
    int32_t rc;
    if (err) {
        err->status = FERRY_OK;
    }
    va_start(args, types);
    rc = query(d, &rows, err, sql, types, args);
    va_end(args);
    if (!rc && db_step(&rows) > 0 && !db_is_null(&rows, 0)) {
        fallback = db_int(&rows, 0);
    }
    db_done(&rows);
    return fallback;
}

/* ---- transactions ---- */

int32_t db_begin(struct db *d, struct ferry_error *err)
{
    int32_t rc = db_failed(d, err);
    if (!rc && d->depth == 0) {
        rc = db_run(d, err, "BEGIN IMMEDIATE", "");
    }
    if (!rc) {
        d->depth++;
    }
    return rc;
}

int32_t db_commit(struct db *d, struct ferry_error *err)
{
    int32_t rc;
    if (d->depth == 0) {
        return ferry_fail(err, FERRY_E_BUG, NULL,
                          "%s: commit without a transaction, or after its rollback", d->path);
    }
    if (d->depth > 1) {
        d->depth--;
        return FERRY_OK;
    }
    rc = db_failed(d, err);
    rc = rc ? rc : db_run(d, err, "COMMIT", "");
    if (rc) {
        db_rollback(d);
    }
    d->depth = 0;
    return rc;
}

void db_rollback(struct db *d)
{
    if (d->depth > 0) {
        d->depth = 0;
        if (!sqlite3_get_autocommit(d->handle)) {
            db_run(d, NULL, "ROLLBACK", "");
        }
    }
}

int32_t db_end(struct db *d, int32_t rc, struct ferry_error *err)
{
    if (rc) {
        db_rollback(d);
        return rc;
    }
    return db_commit(d, err);
}

int64_t db_last_id(struct db *d)
{
    return sqlite3_last_insert_rowid(d->handle);
}

int64_t db_changes(struct db *d)
{
    return d->changes;
}

/* ---- opening ---- */

/*
 * The file is made by us, so that only its owner may read it: it holds what was captured. It is
 * never opened here: closing a descriptor drops the locks that this process holds by another
 * connection.
 */
static int create_private(const char *path)
{
    return mknod(path, S_IFREG | 0600, 0) == 0 || errno == EEXIST;
}

/* Switching to WAL needs the file alone for a moment, and SQLite's busy handler skips this lock. */
static int32_t switch_to_wal(struct db *d, struct ferry_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int32_t rc = FERRY_OK;
    int code = sqlite3_prepare_v2(d->handle, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);
    for (int count = 0; code == SQLITE_OK; count++) {
        code = sqlite3_step(stmt);
        if ((code & 0xFF) == SQLITE_BUSY && db_busy_wait(&d->busy, count)) {
            sqlite3_reset(stmt);
            code = SQLITE_OK;
        }
    }
    const char *mode = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (code != SQLITE_ROW) {
        rc = fail(d, code, "PRAGMA journal_mode=WAL", err);
    } else if (!mode || (strcmp(mode, "wal") != 0 && strcmp(mode, "memory") != 0)) {
        rc = ferry_fail(err, FERRY_E_IO, NULL,
                        "%s: its file system has no shared memory, which WAL needs; "
                        "put it on a local disk",
                        d->path);
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* With `it`, closing does not copy the log into the file. */
static int32_t spare(struct db *d, int it, struct ferry_error *err)
{
    int code = sqlite3_db_config(d->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, it, NULL);
    return code == SQLITE_OK ? FERRY_OK : fail(d, code, NULL, err);
}

int32_t db_adopt(struct db *d, struct ferry_error *err)
{
    int32_t rc = spare(d, 0, err);
    return rc ? rc : switch_to_wal(d, err);
}

/* The log is copied back when it has grown by this much, whatever its pages measure. */
static int32_t set_checkpoint(struct db *d, struct ferry_error *err)
{
    enum { LOG_BYTES = 64 << 20 };
    int64_t page = db_one_int(d, 4096, NULL, "PRAGMA page_size", "");
    int code = sqlite3_wal_autocheckpoint(d->handle, (int)(LOG_BYTES / (page > 0 ? page : 4096)));
    return code == SQLITE_OK ? FERRY_OK : fail(d, code, NULL, err);
}

static int32_t configure(struct db *d, unsigned flags, int busy_ms, struct ferry_error *err)
{
    int32_t rc;
    db_busy_init(&d->busy, busy_ms);
    int code = sqlite3_busy_handler(d->handle, db_busy_wait, &d->busy);
    if (code != SQLITE_OK) {
        return fail(d, code, NULL, err);
    }
    if (!(flags & DB_READ_ONLY)) {
        if (sqlite3_db_readonly(d->handle, "main") == 1) { /* SQLite opens such files silently */
            return fail(d, SQLITE_READONLY, NULL, err);
        }
        /* Of a file that is made now; others keep theirs. Rows are added at an end, so of larger pages half as many are written. */
        rc = db_script(d, "PRAGMA page_size=8192", err);
        rc = rc ? rc : flags & DB_STRANGE ? spare(d, 1, err) : switch_to_wal(d, err);
        if (rc) {
            return rc;
        }
    }
    /*
     * Keys are digests, so each batch touches pages all over their index. A cache that holds most of them and a log that is
     * copied back rarely (64 MiB instead of 4) write such a page once where it was written dozens of times. Reading the
     * schema finds what is no database now, not at the first query. Pages that get free are not written once more to clear them,
     * as some builds of SQLite do by themselves: those of sent requests would be half of what the journal writes.
     */
    rc = db_script(d,
                   "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                   "PRAGMA cache_size=-24576; PRAGMA secure_delete=FAST;"
                   "SELECT count(*) FROM sqlite_schema",
                   err);
    return rc ? rc : set_checkpoint(d, err);
}

/* "file:/a/b%3fc?immutable=1" */
static char *untouched_uri(const char *path)
{
    static const char digits[] = "0123456789ABCDEF", tail[] = "?immutable=1";
    size_t n = 0;
    char *uri = malloc(strlen("file:") + 3 * strlen(path) + sizeof tail);
    if (!uri) {
        return NULL;
    }
    memcpy(uri, "file:", 5);
    for (n = 5; *path; path++) {
        unsigned char c = (unsigned char)*path;
        if (isalnum(c) || strchr("/._-", c)) {
            uri[n++] = *path;
        } else {
            uri[n++] = '%';
            uri[n++] = digits[c >> 4];
            uri[n++] = digits[c & 15];
        }
    }
    memcpy(uri + n, tail, sizeof tail);
    return uri;
}

static int open_handle(struct db *d, unsigned flags, int mode)
{
    char *uri;
    int code;
    if ((flags & DB_UNTOUCHED) != DB_UNTOUCHED) {
        return sqlite3_open_v2(d->path, &d->handle, mode, NULL);
    }
    uri = untouched_uri(d->path);
    code = uri ? sqlite3_open_v2(uri, &d->handle, mode | SQLITE_OPEN_URI, NULL) : SQLITE_NOMEM;
    free(uri);
    return code;
}

/* SQLite's own count of its memory, which nobody asks for, takes a lock at each of its allocations. */
static void count_no_memory(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int32_t db_open(struct db **out, const char *path, unsigned flags, int busy_ms,
                struct ferry_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int mode = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int in_memory = strcmp(path, ":memory:") == 0;
    struct db *d = calloc(1, sizeof *d);
    int32_t rc;
    int code;
    *out = NULL;
    pthread_once(&once, count_no_memory);
    if (!d || !(d->path = strdup(path))) {
        rc = db_fail(err, NULL, SQLITE_NOMEM, path, NULL);
        goto out;
    }
    mode |= flags & DB_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if ((flags & DB_CREATE) && !(flags & DB_READ_ONLY)) {
        mode |= SQLITE_OPEN_CREATE;
        if (!in_memory && !create_private(path)) {
            rc = db_fail(err, NULL, SQLITE_CANTOPEN, path, NULL);
            goto out;
        }
    }
    code = open_handle(d, flags, mode);
    rc = code == SQLITE_OK ? configure(d, flags, busy_ms, err) : fail(d, code, NULL, err);
out:
    if (rc) {
        db_close(d);
        return rc;
    }
    *out = d;
    return FERRY_OK;
}

void db_close(struct db *d)
{
    if (!d) {
        return;
    }
    for (size_t i = 0; i < d->n_slots; i++) {
        sqlite3_finalize(d->slots[i].stmt);
    }
    free(d->slots);
    if (d->handle && db_interrupted()) {
        spare(d, 1,
              NULL); /* a log of 64 MiB takes seconds to copy; whoever opens next has the time */
    }
    sqlite3_close_v2(d->handle);
    free(d->path);
    free(d);
}
