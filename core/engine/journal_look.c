/* SPDX-License-Identifier: MIT */
/*
 * journal_look.c - see journal_look.h. A database in WAL mode cannot be opened without making files
 * beside it; so where no log lies there, and nobody can have it open, it is read as it is.
 */
#include "journal_look.h"

#include "road.h"

#include <errno.h>
#include <file.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { BUSY_MS = 2000, MOST_DAMAGES = 100, PATH_MOST = 8192 };

static int32_t path_of(struct buf *out, const char *folder, const char *name,
                       struct ferry_error *err)
{
    buf_init(out, PATH_MOST);
    path_join(out, folder, name);
    return out->failed ? ferry_fail(err, FERRY_E_IO, "",
                                    "the path of the state folder is too long; "
                                    "use --state with a shorter one")
                       : FERRY_OK;
}

static int has_log(const char *path)
{
    struct buf log;
    int there;
    buf_init(&log, PATH_MOST + 8);
    buf_printf(&log, "%s-wal", path);
    there = access(buf_cstr(&log), F_OK) == 0;
    buf_finish(&log);
    return there;
}

/* What SQLite's own check says, but "ok". */
static int32_t check_whole(struct db *db, uint32_t *damages, char damage[200],
                           struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(db, &rows, err, "PRAGMA integrity_check(100)", "");
    *damages = 0;
    damage[0] = '\0';
    while (rc == FERRY_OK && *damages < MOST_DAMAGES && (got = db_step(&rows)) > 0) {
        if (str_is(db_str(&rows, 0), "ok")) {
            continue;
        }
        if ((*damages)++ == 0) {
            text_show_to(damage, 200, db_str(&rows, 0));
        }
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int64_t count(struct db *db, const char *sql)
{
    return db_one_int(db, 0, NULL, sql, "");
}

static void take_counts(struct journal_look *out, struct db *db, struct clock *clock)
{
    enum { LANES = 1024 };
    int64_t ids[LANES]; /* only counted */
    struct engine e = {.journal = {.db = db}, .clock = clock};
    out->newest_ms = count(
        db,
        "SELECT MAX(t) FROM (SELECT MAX(created_ms) t FROM run UNION ALL SELECT MAX(at_ms) FROM "
        "capture UNION ALL SELECT MAX(sent_ms) FROM request UNION ALL SELECT MAX(settled_ms) "
        "FROM op UNION ALL SELECT MAX(at_ms) FROM fact)");
    out->runs = count(db, "SELECT COUNT(*) FROM run");
    out->open_lanes = road_open_lanes(&e, ids, LANES, NULL);
    out->failed_lanes = count(db, "SELECT COUNT(*) FROM lane WHERE error IS NOT NULL");
    out->waiting = count(db, "SELECT COUNT(*) FROM op WHERE state < 7");
    out->doubted = count(db, "SELECT COUNT(*) FROM op WHERE state IN (3, 5)");
    out->parked = count(db, "SELECT COUNT(*) FROM op WHERE state = 6");
}

static int32_t look(struct journal_look *out, const char *path, unsigned flags, struct clock *clock,
                    struct ferry_error *err)
{
    struct db *db = NULL;
    int32_t rc = db_open(&db, path, flags, BUSY_MS, err);
    rc = rc ? rc : journal_judge(db, &out->version, &out->newest_version, err);
    rc = rc ? rc : check_whole(db, &out->damages, out->damage, err);
    if (rc == FERRY_OK && out->version > 0) {
        take_counts(out, db, clock);
    }
    db_close(db);
    return rc;
}

int32_t journal_look(struct journal_look *out, const char *folder, struct clock *clock,
                     struct ferry_error *err)
{
    struct stat before, after;
    struct buf path;
    int32_t rc = path_of(&path, folder, "journal.db", err);
    memset(out, 0, sizeof *out);
    if (rc) {
        goto out;
    }
    if (stat(buf_cstr(&path), &before) < 0) {
        rc = errno == ENOENT
                 ? FERRY_OK
                 : ferry_fail(err, FERRY_E_IO, "", "%s: %s; run ferry as the owner of the folder",
                              buf_cstr(&path), strerror(errno));
        goto out;
    }
    out->there = 1;
    out->bytes = before.st_size;
    if (has_log(buf_cstr(&path))) {
        rc = look(out, buf_cstr(&path), DB_READ_ONLY, clock, err);
        goto out;
    }
    rc = look(out, buf_cstr(&path), DB_UNTOUCHED, clock, err);
    /* Somebody came while we looked: what was seen may be neither the old nor the new. */
    if (stat(buf_cstr(&path), &after) == 0 &&
        (has_log(buf_cstr(&path)) || after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
         after.st_mtim.tv_nsec != before.st_mtim.tv_nsec || after.st_size != before.st_size)) {
        rc = look(out, buf_cstr(&path), DB_READ_ONLY, clock, err);
    }
out:
    buf_finish(&path);
    return rc;
}

int32_t journal_look_open(struct db **out, const char *path, struct ferry_error *err)
{
    return db_open(out, path, has_log(path) ? DB_READ_ONLY : DB_UNTOUCHED, BUSY_MS, err);
}

int32_t journal_look_file(const char *path, uint32_t *damages, char damage[200],
                          struct ferry_error *err)
{
    struct db *db = NULL;
    int32_t rc = journal_look_open(&db, path, err);
    rc = rc ? rc : check_whole(db, damages, damage, err);
    db_close(db);
    return rc;
}
