/* SPDX-License-Identifier: MIT */
/*
 * hold_lock.c - what scenarios do to an SQLite file behind ferry's back.
 *
 *   hold_lock FILE                   begins a writing transaction, says "locked", keeps it until stdin ends
 *   hold_lock --user-version N FILE  writes a schema version from the future
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static int run(sqlite3 *db, const char *sql)
{
    char *text = NULL;
    int rc = sqlite3_exec(db, sql, NULL, NULL, &text);
    if (rc != SQLITE_OK) {
        fprintf(stderr, "hold_lock: %s: %s\n", sql, text ? text : sqlite3_errstr(rc));
    }
    sqlite3_free(text);
    return rc;
}

int main(int argc, char **argv)
{
    int versioned = argc == 4 && strcmp(argv[1], "--user-version") == 0;
    sqlite3 *db = NULL;
    int rc = 1;

    if (argc != 2 && !versioned) {
        fprintf(stderr, "usage: hold_lock [--user-version N] FILE\n");
        return 2;
    }
    if (sqlite3_open_v2(argv[argc - 1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        fprintf(stderr, "hold_lock: %s: %s\n", argv[argc - 1], sqlite3_errmsg(db));
        goto out;
    }
    if (versioned) {
        char sql[64];
        snprintf(sql, sizeof sql, "PRAGMA user_version = %.20s", argv[2]);
        rc = run(db, sql) != SQLITE_OK;
        goto out;
    }
    if (run(db, "BEGIN IMMEDIATE") != SQLITE_OK) {
        goto out;
    }
    puts("locked");
    fflush(stdout);
    while (getchar() != EOF) {
    }
    rc = 0;
out:
    sqlite3_close(db);
    return rc;
}
