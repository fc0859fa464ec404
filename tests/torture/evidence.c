/* SPDX-License-Identifier: MIT */
/*
 * evidence.c - what the files of a state folder say for themselves: are they whole, is
 * everything settled; see rig.h.
 */
#include "rig.h"

#include <db.h>
#include <dirent.h>
#include <ferry/ferry.h>
#include <file.h>
#include <hash.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- whole --------------------------------------------------------------------------------- */

static unsigned check_database(const char *path, struct buf *wrong)
{
    if (access(path, F_OK) != 0) {
        return 0;
    }
    struct ferry_error err = {.size = sizeof err};
    struct db_rows rows = {0};
    struct db *db = NULL;
    int32_t rc = db_open(&db, path, 0, 1000, &err);
    int got = 0;
    if (db) {
        rc = rc ? rc : db_query(db, &rows, &err, "PRAGMA integrity_check", "");
        while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
            if (!str_is(db_str(&rows, 0), "ok")) {
                buf_printf(wrong, "%s: %.*s\n", path, STR_ARG(db_str(&rows, 0)));
            }
        }
        db_done(&rows);
        rc = rc ? rc : db_query(db, &rows, &err, "PRAGMA foreign_key_check", "");
        while (rc == FERRY_OK && got >= 0 && (got = db_step(&rows)) > 0) {
            buf_printf(wrong, "%s: a row of %.*s refers to nothing\n", path,
                       STR_ARG(db_str(&rows, 0)));
        }
        db_done(&rows);
    }
    if (rc || got < 0) {
        buf_printf(wrong, "%s: %s\n", path, err.message);
    }
    db_close(db);
    return 1;
}

/* A blob's name is the digest of its bytes. */
static void check_blob(const char *folder, const char *fan, const char *name, struct buf *wrong)
{
    struct ferry_error err = {.size = sizeof err};
    unsigned char digest[32] = {0};
    char path[PATH_ROOM * 2], text[DIGEST_TEXT];
    struct sha256 hash;
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    snprintf(path, sizeof path, "%s/%s/%s", folder, fan, name);
    sha256_init(&hash);
    if (file_read(path, &bytes, &err)) {
        buf_printf(wrong, "%s: cannot be read\n", path);
    } else {
        sha256_add(&hash, buf_str(&bytes));
        sha256_end(&hash, digest);
        digest_text(digest, text);
        if (strcmp(text + strlen("sha256:"), name) != 0) {
            buf_printf(wrong, "%s: holds other bytes than its name says\n", path);
        }
    }
    buf_finish(&bytes);
}

static unsigned check_blobs(const char *folder, struct buf *wrong)
{
    struct dirent **fans = NULL, **names = NULL;
    unsigned seen = 0;
    char path[PATH_ROOM + NAME_MAX + 2];
    int n_fans = scandir(folder, &fans, NULL, alphasort);
    for (int i = 0; i < n_fans; i++) {
        int n = 0;
        if (strlen(fans[i]->d_name) == 2 && fans[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, fans[i]->d_name);
            n = scandir(path, &names, NULL, alphasort);
        }
        for (int k = 0; k < n; k++) {
            if (names[k]->d_name[0] != '.') {
                check_blob(folder, fans[i]->d_name, names[k]->d_name, wrong);
                seen++;
            }
            free(names[k]);
        }
        if (n > 0) {
            free(names);
        }
        free(fans[i]);
    }
    if (n_fans >= 0) {
        free(fans);
    }
    return seen;
}

unsigned evidence_whole(const char *state, struct buf *wrong)
{
    static const char *const databases[] = {"journal.db", "local/state.db"};
    static const char *const folders[] = {"spool", "local/blobs"};
    char path[PATH_ROOM];
    unsigned seen = 0;
    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        snprintf(path, sizeof path, "%s/%s", state, databases[i]);
        seen += check_database(path, wrong);
        snprintf(path, sizeof path, "%s/%s", state, folders[i]);
        seen += check_blobs(path, wrong);
    }
    return seen;
}

/* --- settled ------------------------------------------------------------------------------- */

/* Each row of these queries is a line. A run that never died has the same. */
static const char *const queries[] = {
    "SELECT 'lane ' || d.label || ' of ' || r.key || ': ' || coalesce(l.audit, 'no audit') ||"
    " coalesce(', error ' || l.error, '') || ', state ' || l.state"
    " FROM lane l JOIN dest d ON d.id = l.dest_id JOIN run r ON r.id = l.run_id",
    "SELECT 'note ' || d.label || ' ' || n.kind || ' ' || coalesce(n.field, '') || ' ' ||"
    " coalesce(n.text, '') || ' ' || coalesce(n.name, '')"
    " FROM note n JOIN lane l ON l.id = n.lane_id JOIN dest d ON d.id = l.dest_id",
    "SELECT 'skip ' || d.label || ' ' || s.reason || ' ' || coalesce(s.name, '')"
    " FROM skip s JOIN lane l ON l.id = s.lane_id JOIN dest d ON d.id = l.dest_id",
    "SELECT 'operation ' || act || ' is left in state ' || state FROM op WHERE state <> 7",
    "SELECT 'request ' || id || ' keeps its bytes' FROM request WHERE packed IS NOT NULL",
};

/*
 * What is repeatable is repeated as it was stored: the same content is never written down a
 * second time.
 */
static const char twice[] = "SELECT 'operation ' || kind || ' was encoded ' || COUNT(*) || ' times'"
                            " FROM request WHERE kind IN (?, ?, ?)"
                            " GROUP BY dest_id, kind, digest HAVING COUNT(*) > 1";

static int open_journal(const char *state, struct db **db)
{
    struct ferry_error err = {.size = sizeof err};
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/journal.db", state);
    *db = NULL;
    if (access(path, F_OK) != 0) {
        return 1;
    }
    if (db_open(db, path, 0, 1000, &err)) {
        printf("%s\n", err.message);
        return 0;
    }
    return 1;
}

static int take_lines(struct db_rows *rows, int32_t rc, struct book *b)
{
    int got = 0, ok = rc == FERRY_OK;
    while (ok && (got = db_step(rows)) > 0) {
        ok = book_add(b, "journal\t%.*s", STR_ARG(db_str(rows, 0)));
    }
    db_done(rows);
    return ok && got == 0;
}

int evidence_journal(const char *state, int repeats, struct book *b)
{
    struct ferry_error err = {.size = sizeof err};
    struct db_rows rows = {0};
    struct db *db = NULL;
    int ok = open_journal(state, &db) && db;
    for (size_t i = 0; ok && i < sizeof queries / sizeof *queries; i++) {
        ok = take_lines(&rows, db_query(db, &rows, &err, queries[i], ""), b);
    }
    if (ok && repeats) {
        ok = take_lines(&rows,
                        db_query(db, &rows, &err, twice, "iii",
                                 (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT),
                                 (int64_t)FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT),
                                 (int64_t)FERRY_OP(FERRY_COMPLETE, FERRY_RUN)),
                        b);
    }
    if (err.message[0]) {
        printf("%s\n", err.message);
    }
    db_close(db);
    return ok;
}

/* Lanes and operations that are not done, bytes that are kept, audits that found something. */
static const char *const unsettled[] = {
    "SELECT 'lane ' || d.label || ' of ' || r.key || ': ' || coalesce(l.audit, 'no audit') ||"
    " coalesce(', error ' || l.error, '') || ', state ' || l.state"
    " FROM lane l JOIN dest d ON d.id = l.dest_id JOIN run r ON r.id = l.run_id"
    " WHERE l.state <> 1 OR l.error IS NOT NULL OR l.audit IS NULL"
    " OR l.audit NOT LIKE '%missing 0, duplicates 0'",
    "SELECT 'operation ' || act || ' is left in state ' || state FROM op WHERE state <> 7",
    "SELECT 'request ' || id || ' keeps its bytes' FROM request WHERE packed IS NOT NULL",
    "SELECT 'note of a duplicate: ' || coalesce(field, '') || ' ' || coalesce(text, '') || ' ' ||"
    " coalesce(name, '') FROM note WHERE kind = 5",
    "SELECT 'capture ' || id || ' is still reading' FROM capture WHERE state = 0",
};

int evidence_settled(const char *state, struct buf *wrong)
{
    struct book lines = {.n = 0};
    struct ferry_error err = {.size = sizeof err};
    struct db_rows rows = {0};
    struct db *db = NULL;
    int ok = open_journal(state, &db) && db;
    for (size_t i = 0; ok && i < sizeof unsettled / sizeof *unsettled; i++) {
        ok = take_lines(&rows, db_query(db, &rows, &err, unsettled[i], ""), &lines);
    }
    for (size_t i = 0; i < lines.n; i++) {
        buf_printf(wrong, "%s\n", lines.lines[i]);
    }
    if (err.message[0]) {
        printf("%s\n", err.message);
    }
    book_finish(&lines);
    db_close(db);
    return ok;
}

int evidence_captured(const char *state)
{
    struct ferry_error err = {.size = sizeof err};
    struct db *db = NULL;
    if (!open_journal(state, &db)) {
        return -1;
    }
    int64_t n = db && db_one_int(db, 0, &err, "PRAGMA user_version", "") > 0
                    ? db_one_int(db, -1, &err, "SELECT COUNT(*) FROM capture WHERE state = 1", "")
                    : 0;
    db_close(db);
    return (int)n;
}
