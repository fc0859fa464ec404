/* SPDX-License-Identifier: MIT */
/*
 * hold_lock.c - what scenarios do to an SQLite file behind ferry's back.
 *
 *   hold_lock FILE                   begins a writing transaction, says "locked", keeps it until stdin ends
 *   hold_lock --user-version N FILE  writes a schema version from the future
 *   hold_lock --sql STATEMENT FILE   changes what stands in it
 *   hold_lock --byte N FILE          locks a byte of a file as ferry does, says "locked", keeps it until stdin ends
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
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

static void wait_for_the_end(void)
{
    puts("locked");
    fflush(stdout);
    while (getchar() != EOF) {
    }
}

static int hold_byte(const char *file, const char *byte)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    int fd = open(file, O_RDWR | O_CLOEXEC);
    l.l_start = strtol(byte, NULL, 10);
    if (fd < 0 || fcntl(fd, F_OFD_SETLK, &l) < 0) {
        perror(file);
        return 1;
    }
    wait_for_the_end();
    return 0;
}

int main(int argc, char **argv)
{
    int versioned = argc == 4 && strcmp(argv[1], "--user-version") == 0;
    int changed = argc == 4 && strcmp(argv[1], "--sql") == 0;
    sqlite3 *db = NULL;
    int rc = 1;

    if (argc == 4 && strcmp(argv[1], "--byte") == 0) {
        return hold_byte(argv[3], argv[2]);
    }
    if (argc != 2 && !versioned && !changed) {
        fprintf(stderr, "usage: hold_lock [--user-version N | --sql TEXT | --byte N] FILE\n");
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
    if (changed) {
        rc = run(db, argv[2]) != SQLITE_OK;
        goto out;
    }
    if (run(db, "BEGIN IMMEDIATE") != SQLITE_OK) {
        goto out;
    }
    wait_for_the_end();
    rc = 0;
out:
    sqlite3_close(db);
    return rc;
}
