/* SPDX-License-Identifier: MIT */
/* version_text.c - see versions.h. The text is SQL that any SQLite reads, since the files have to outlive this program. */
#include "versions.h"

#include <db.h>
#include <dirent.h>
#include <file.h>
#include <hash.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20 };

static const char *const databases[] = {"journal.db", "local/state.db"};
static const char *const folders[] = {"spool", "local/blobs"};
enum { PARTS_OF_IT = 2 };

/* --- out ------------------------------------------------------------------------------------ */

/* "INSERT INTO run VALUES(" || quote("id") || ',' || ... */
static int32_t insert_query(struct db *db, struct ferry_str table, struct buf *sql,
                            struct ferry_error *err)
{
    struct db_rows rows = {0};
    const char *between = "";
    buf_reset(sql);
    buf_printf(sql, "SELECT 'INSERT INTO %.*s VALUES(' || ", STR_ARG(table));
    int32_t rc =
        db_query(db, &rows, err, "SELECT name FROM pragma_table_info(?) ORDER BY cid", "s", table);
    while (rc == FERRY_OK && db_step(&rows) > 0) {
        buf_printf(sql, "%squote(\"%.*s\")", between, STR_ARG(db_str(&rows, 0)));
        between = " || ',' || ";
    }
    db_done(&rows);
    buf_printf(sql, " || ');' FROM %.*s ORDER BY 1", STR_ARG(table));
    return rc;
}

static int32_t print_lines(struct db *db, const char *sql, const char *end, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int32_t rc = db_query(db, &rows, err, sql, "");
    while (rc == FERRY_OK && db_step(&rows) > 0) {
        printf("%.*s%s\n", STR_ARG(db_str(&rows, 0)), end);
    }
    db_done(&rows);
    return rc;
}

static int32_t print_tables(struct db *db, struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct buf sql;
    buf_init(&sql, TEXT_MAX);
    int32_t rc = db_query(
        db, &rows, err,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
        "");
    while (rc == FERRY_OK && db_step(&rows) > 0) {
        printf("%.*s;\n", STR_ARG(db_str(&rows, 1)));
        rc = insert_query(db, db_str(&rows, 0), &sql, err);
        rc = rc ? rc : print_lines(db, buf_cstr(&sql), "", err);
    }
    db_done(&rows);
    buf_finish(&sql);
    return rc;
}

static int print_database(const char *state, const char *name)
{
    struct ferry_error err = {.size = sizeof err};
    char path[PATH_ROOM];
    struct db *db = NULL;
    snprintf(path, sizeof path, "%s/%s", state, name);
    int32_t rc = db_open(&db, path, 0, 1000, &err);
    printf("-- file %s\n", name);
    rc = rc ? rc : print_tables(db, &err);
    rc =
        rc ? rc
           : print_lines(
                 db,
                 "SELECT sql FROM sqlite_schema WHERE type IN ('index', 'view') AND sql IS NOT NULL ORDER BY rowid",
                 ";", &err);
    rc =
        rc ? rc
           : print_lines(
                 db, "SELECT 'PRAGMA application_id=' || application_id FROM pragma_application_id",
                 ";", &err);
    rc = rc ? rc
            : print_lines(db,
                          "SELECT 'PRAGMA user_version=' || user_version FROM pragma_user_version",
                          ";", &err);
    if (rc) {
        fprintf(stderr, "%s\n", err.message);
    }
    db_close(db);
    return rc == FERRY_OK;
}

static void print_blob(const char *state, const char *folder, const char *fan, const char *name)
{
    struct ferry_error err = {.size = sizeof err};
    char path[PATH_ROOM * 2];
    struct buf bytes;
    buf_init(&bytes, TEXT_MAX);
    snprintf(path, sizeof path, "%s/%s/%s/%s", state, folder, fan, name);
    if (file_read(path, &bytes, &err) == FERRY_OK) {
        printf("-- blob %s %s: ", folder, name);
        for (size_t i = 0; i < bytes.len; i++) {
            printf("%02x", (unsigned)(unsigned char)bytes.ptr[i]);
        }
        printf("\n");
    }
    buf_finish(&bytes);
}

static void print_blobs(const char *state, const char *folder)
{
    struct dirent **names = NULL;
    char path[PATH_ROOM];
    for (unsigned i = 0; i < 256; i++) {
        char fan[3];
        snprintf(fan, sizeof fan, "%02x", i);
        snprintf(path, sizeof path, "%s/%s/%s", state, folder, fan);
        int n = scandir(path, &names, NULL, alphasort);
        for (int k = 0; k < n; k++) {
            if (names[k]->d_name[0] != '.') {
                print_blob(state, folder, fan, names[k]->d_name);
            }
            free(names[k]);
        }
        if (n >= 0) {
            free(names);
        }
    }
}

int version_print(const char *state)
{
    int ok = 1;
    printf("-- SPDX-License-Identifier: MIT\n");
    for (int i = 0; i < PARTS_OF_IT; i++) {
        ok = ok && print_database(state, databases[i]);
    }
    for (int i = 0; i < PARTS_OF_IT; i++) {
        print_blobs(state, folders[i]);
    }
    return ok;
}

/* --- and back --------------------------------------------------------------------------------- */

static int32_t run_sql(const char *state, struct ferry_str name, struct ferry_str sql,
                       struct ferry_error *err)
{
    char path[PATH_ROOM];
    struct buf text;
    struct db *db = NULL;
    buf_init(&text, TEXT_MAX);
    buf_put(&text, sql);
    snprintf(path, sizeof path, "%s/%.*s", state, STR_ARG(name));
    path[path_folder_len(path)] = '\0';
    int32_t rc = file_mkdirs(path, 0700, err);
    snprintf(path, sizeof path, "%s/%.*s", state, STR_ARG(name));
    rc = rc ? rc : db_open(&db, path, DB_CREATE, 1000, err);
    rc = rc ? rc : db_script(db, "PRAGMA foreign_keys=OFF; BEGIN", err);
    rc = rc ? rc : db_script(db, buf_cstr(&text), err);
    rc = rc ? rc : db_script(db, "COMMIT", err);
    db_close(db);
    buf_finish(&text);
    return rc;
}

static unsigned hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

/* "FOLDER DIGEST: HEX" */
static int32_t write_blob(const char *state, struct ferry_str line, struct ferry_error *err)
{
    struct ferry_str folder, digest;
    char path[PATH_ROOM];
    struct buf bytes;
    str_split(&line, ' ', &folder);
    str_split(&line, ':', &digest);
    line = str_trim(line);
    buf_init(&bytes, TEXT_MAX);
    for (uint64_t i = 0; i + 1 < line.len; i += 2) {
        buf_putc(&bytes, (char)(hex_digit(line.ptr[i]) << 4 | hex_digit(line.ptr[i + 1])));
    }
    snprintf(path, sizeof path, "%s/%.*s/%.2s", state, STR_ARG(folder), digest.ptr);
    int32_t rc = file_mkdirs(path, 0700, err);
    snprintf(path, sizeof path, "%s/%.*s/%.2s/%.*s", state, STR_ARG(folder), digest.ptr,
             STR_ARG(digest));
    rc = rc ? rc : file_write(path, buf_str(&bytes), 0600, err);
    buf_finish(&bytes);
    return rc;
}

/* One section, from the name behind its "-- file " on. */
static int32_t restore_file(const char *state, struct ferry_str section, struct ferry_error *err)
{
    struct ferry_str name;
    str_split(&section, '\n', &name);
    return run_sql(state, name, section, err);
}

static int32_t restore_all(const char *state, struct ferry_str text, struct ferry_error *err)
{
    static const char file[] = "-- file ", blob[] = "-- blob ";
    struct ferry_str line, rest = text;
    const char *begun = NULL; /* the section of a database */
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && rest.len > 0) {
        const char *at = rest.ptr;
        str_split(&rest, '\n', &line);
        int is_file = str_starts(line, file), is_blob = str_starts(line, blob);
        if (begun && (is_file || is_blob)) {
            rc = restore_file(state, (struct ferry_str){begun, (uint64_t)(at - begun)}, err);
            begun = NULL;
        }
        if (is_file) {
            begun = at + strlen(file);
        } else if (is_blob && rc == FERRY_OK) {
            rc = write_blob(state, str_sub(line, strlen(blob), line.len), err);
        }
    }
    return rc || !begun
               ? rc
               : restore_file(state,
                              (struct ferry_str){begun, (uint64_t)(text.ptr + text.len - begun)},
                              err);
}

int version_restore(const char *file, const char *state)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    buf_init(&text, TEXT_MAX);
    int32_t rc = folder_remove(state) ? file_read(file, &text, &err) : FERRY_E_IO;
    rc = rc ? rc : restore_all(state, buf_str(&text), &err);
    if (rc) {
        printf("%s: %s\n", file, err.message);
    }
    buf_finish(&text);
    return rc == FERRY_OK;
}
