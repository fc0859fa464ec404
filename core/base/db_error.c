/* SPDX-License-Identifier: MIT */
/*
 * db_error.c - what SQLite's codes mean for the person in front of the terminal. The journal is a
 * database, so a full disk or a second process shows here first; each cause gets its own cure.
 * db.c calls it with whatever failed.
 */
#include "db_error.h"

#include "file.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_PATH = 200, SHOWN_SQL = 120, NOT_OPENED = 160 };

/* By primary code; extended ones that mean something else stand before their primary. */
static const struct {
    int code;
    int32_t status;
    const char *cause, *cure;
} table[] = {
    {SQLITE_IOERR_NOMEM, FERRY_E_NO_MEMORY, "out of memory", "end other programs and run again"},
    {SQLITE_NOMEM, FERRY_E_NO_MEMORY, "out of memory", "end other programs and run again"},
    {SQLITE_FULL, FERRY_E_IO, "disk full", "free some space and run again"},
    {SQLITE_READONLY_DBMOVED, FERRY_E_IO, "was moved or deleted while it was open",
     "put it back and run again"},
    {SQLITE_READONLY_DIRECTORY, FERRY_E_IO, "its folder is read-only",
     "make the folder writable, or name another"},
    {SQLITE_READONLY, FERRY_E_IO, "read-only", "make the file and its folder writable"},
    {SQLITE_BUSY, FERRY_E_IO, "locked by another process",
     "wait until it is done, or end it, and run again"},
    {SQLITE_LOCKED, FERRY_E_BUG, "locked by another statement of this process", "report this"},
    {SQLITE_PROTOCOL, FERRY_E_IO, "the locks of its file system do not work",
     "put it on a local disk"},
    {SQLITE_NOLFS, FERRY_E_IO, "the file system has no large files", "put it on another disk"},
    {SQLITE_NOTADB, FERRY_E_IO, "not a SQLite database", "move the file away, or name another"},
    {SQLITE_CORRUPT, FERRY_E_IO, "damaged",
     "keep a copy and save what can be read with sqlite3 and its .recover"},
    {SQLITE_PERM, FERRY_E_IO, "permission denied", "change its owner or mode"},
    {SQLITE_AUTH, FERRY_E_IO, "permission denied", "change its owner or mode"},
    {SQLITE_TOOBIG, FERRY_E_TOO_LARGE, "a text or blob is too long for a row",
     "cut it or put it in a file"},
    {SQLITE_INTERRUPT, FERRY_E_STOP, "interrupted", "run again"},
    {SQLITE_CONSTRAINT, FERRY_E_BUG, NULL, "report this with the statement"},
};

/* Why a file could not be opened: SQLite only says that it could not. */
static void explain_open(char *out, size_t size, const char *path, int number)
{
    struct buf folder;
    struct stat st;
    const char *text = "cannot be opened; check the file and its folder";
    buf_init(&folder, SIZE_MAX / 2);
    buf_put(&folder, path_folder_len(path) ? (struct ferry_str){path, path_folder_len(path)}
                                           : FERRY_LIT("."));
    if (folder.failed) {
        text = "cannot be opened: out of memory; end other programs and run again";
    } else if (stat(buf_cstr(&folder), &st) < 0 && errno == ENOENT) {
        text = "no such folder; create it first, or name another";
    } else if (number == ENOTDIR) {
        text = "a part of the path is a file, not a folder; check the path";
    } else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        text = "is a folder, not a database file; name a file in it";
    } else if (access(path, F_OK) < 0 && errno == ENOENT && number == ENOENT) {
        text = "no such database; check the path";
    } else if (number == EROFS) {
        text = "the file system is read-only; name a path on one that can be written";
    } else if (number == EMFILE || number == ENFILE) {
        text = "too many open files; raise ulimit -n";
    } else if (number == ENOSPC || number == EDQUOT) {
        text = "disk full; free some space and run again";
    } else if (number == EACCES || number == EPERM) {
        text = "permission denied; change the owner or mode of the file and its folder";
    }
    snprintf(out, size, "%s", text);
    buf_finish(&folder);
}

/* A fault of a statement: ours, unless the schema is another than the statement was made for. */
static int32_t fail_statement(struct ferry_error *err, sqlite3 *handle, int code, const char *path,
                              const char *sql)
{
    char shown[SHOWN_SQL];
    const char *reason = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    text_show_to(shown, sizeof shown, ferry_cstr(sql));
    return ferry_fail(err, FERRY_E_BUG, NULL, "%s: %s; report this with the statement: %s", path,
                      reason, shown);
}

int32_t db_fail(struct ferry_error *err, sqlite3 *handle, int code, const char *path,
                const char *sql)
{
    char shown[SHOWN_PATH], why[NOT_OPENED];
    const char *system = "";
    int number = handle ? sqlite3_system_errno(handle) : errno;
    text_show_to(shown, sizeof shown, ferry_cstr(path));
    if ((code & 0xFF) == SQLITE_CANTOPEN) {
        explain_open(why, sizeof why, path, number);
        return ferry_fail(err, FERRY_E_IO, NULL, "%s: %s", shown, why);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].code == code || table[i].code == (code & 0xFF)) {
            if (!table[i].cause) {
                break;
            }
            return ferry_fail(err, table[i].status, NULL, "%s: %s; %s", shown, table[i].cause,
                              table[i].cure);
        }
    }
    if ((code & 0xFF) == SQLITE_IOERR) {
        if (number == ENOSPC || number == EDQUOT) {
            return ferry_fail(err, FERRY_E_IO, NULL, "%s: disk full; free some space and run again",
                              shown);
        }
        if (number == EFBIG) {
            return ferry_fail(err, FERRY_E_IO, NULL,
                              "%s: larger than the limit for files allows; raise ulimit -f", shown);
        }
        system = number && strerrordesc_np(number) ? strerrordesc_np(number) : "no reason given";
        return ferry_fail(
            err, FERRY_E_IO, NULL,
            "%s: reading or writing failed: %s (%s); look at the system log and the disk", shown,
            sqlite3_errstr(code), system);
    }
    return fail_statement(err, handle, code, shown, sql);
}
