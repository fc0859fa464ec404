/* SPDX-License-Identifier: MIT */
/*
 * db.h - a SQLite file the way ferry uses it: WAL, synchronous=FULL, foreign keys on, a busy
 * timeout, statements prepared once. Statements are cached by their text; a new file belongs to its
 * owner alone (0600). A db belongs to one thread. Failures are E_IO with the cause and a cure (disk
 * full, locked by another process, read-only, damaged ...); E_BUG where the statement or its
 * arguments are wrong or break a constraint; E_NO_MEMORY; E_TOO_LARGE.
 *
 * What the machine failed latches: once memory or the disk refused a statement, nothing more is
 * written and no transaction is begun or committed until db_forgive(), so that an answer that could not be
 * read never becomes a row. db_failed() says whether it did.
 */
#ifndef BASE_DB_H
#define BASE_DB_H

#include <ferry/base.h>
#include <sqlite3.h>

/*
 * Whose interruption ends waits for other processes, of every db of this program: within a second once *interrupted is
 * set, and with E_STOP. Said once, before anything is opened; NULL: nobody's.
 */
void db_watch(const volatile int *interrupted);

struct db;
/*
 * DB_UNTOUCHED reads only, and makes no file, not even for a moment: for a look at the files of
 * somebody else, or where nothing can be written. It takes the file as it is on the disk: of one that
 * another process writes meanwhile, or whose log was left behind, it may see a wrong state.
 */
enum { DB_CREATE = 1, DB_READ_ONLY = 2, DB_UNTOUCHED = 2 | 4, DB_STRANGE = 8 };

/*
 * E_IO with the path, the cause and a cure in err. `busy_ms`: how long to wait for another
 * writer.
 */
int32_t db_open(struct db **out, const char *path, unsigned flags, int busy_ms,
                struct ferry_error *err);
void db_close(struct db *d); /* accepts NULL */
/*
 * What was opened as DB_STRANGE is only looked at: reading and closing it changes no byte of the file, whatever log a dead
 * process left beside it. Whoever has seen that it is ours says so before the first write.
 */
int32_t db_adopt(struct db *d, struct ferry_error *err);
sqlite3 *db_handle(struct db *d);
const char *db_path(const struct db *d);

/*
 * Runs one statement to its end. `types` names the arguments: 'i' int64_t, 's' struct ferry_str
 * (absent: NULL), 'b' struct ferry_str as blob, 'z' const char * (NULL: NULL), 'n' NULL without an
 * argument.
 */
int32_t db_run(struct db *d, struct ferry_error *err, const char *sql, const char *types, ...);
/* Several statements without arguments (schema). */
int32_t db_script(struct db *d, const char *sql, struct ferry_error *err);

/*
 * A query: db_query binds (and copies what it binds), db_step says 1 for a row, 0 for the end,
 * <0 for -status (err of the query filled). Columns are read with db_int/db_str; text is valid
 * until the next step and not ended by NUL. db_done resets the statement and may be called at
 * any time; a query must be done before the same SQL is queried again (E_BUG).
 */
struct db_rows {
    struct db *db;
    sqlite3_stmt *stmt;
    struct ferry_error *err;
};
int32_t db_query(struct db *d, struct db_rows *rows, struct ferry_error *err, const char *sql,
                 const char *types, ...);
int db_step(struct db_rows *rows);
void db_done(struct db_rows *rows); /* accepts zeroed */
int64_t db_int(const struct db_rows *rows, int column);
int db_is_null(const struct db_rows *rows, int column);
int db_is_blob(const struct db_rows *rows, int column);
struct ferry_str db_str(const struct db_rows *rows, int column); /* absent for NULL */

/*
 * First column of the first row as integer, or `fallback` where there is none (or NULL). Errors:
 * fallback, and err; err->status is FERRY_OK where there was none.
 */
int64_t db_one_int(struct db *d, int64_t fallback, struct ferry_error *err, const char *sql,
                   const char *types, ...);

/* BEGIN IMMEDIATE; nested calls are counted, the outermost commit counts. */
int32_t db_begin(struct db *d, struct ferry_error *err);
int32_t db_commit(struct db *d, struct ferry_error *err);
void db_rollback(struct db *d); /* of everything since the outermost begin; harmless outside one */
/* commit where rc is OK, else rollback; returns the first failure. */
int32_t db_end(struct db *d, int32_t rc, struct ferry_error *err);

/* FERRY_OK, or what the machine refused first, with err filled. */
int32_t db_failed(const struct db *d, struct ferry_error *err);
/* A new start on the same file, for who serves others; nothing may be open. */
void db_forgive(struct db *d);
/* For statements of one's own on db_handle(): the error of this SQLite code, latched like any. */
int32_t db_refused(struct db *d, int code, const char *sql, struct ferry_error *err);

int64_t db_last_id(struct db *d);
int64_t db_changes(struct db *d); /* rows of the last db_run */

#endif
