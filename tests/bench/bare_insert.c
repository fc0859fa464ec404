/* SPDX-License-Identifier: MIT */
/*
 * bare_insert.c - the reference for storing: copies the cases and results of a local tracker's state.db into a new file with
 * the same tables and indexes, 1000 rows a transaction, as durable as ferry is (WAL, synchronous=FULL). The rows are read
 * from the page cache, so that what is measured is SQLite's own cost of storing them once. ferry stores them twice (journal
 * and tracker), twice over (planned, settled), and reads, sends, answers and audits them.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_A_COMMIT = 1000, MOST_COLUMNS = 32 };

static sqlite3 *from, *to;

static void check(sqlite3 *db, int code, const char *what)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "bare_insert: %s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

static void run(const char *sql)
{
    check(to, sqlite3_exec(to, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), sql);
    return stmt;
}

/* Tables and indexes, as they are in the other file. */
static void copy_schema(const char *table)
{
    sqlite3_stmt *stmt =
        prepare(from, "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL "
                      "ORDER BY type = 'index'");
    sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        run((const char *)sqlite3_column_text(stmt, 0));
    }
    sqlite3_finalize(stmt);
}

static sqlite3_stmt *prepare_insert(const char *table, int columns)
{
    char sql[256];
    size_t n = (size_t)snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < columns && n + 3 < sizeof sql; i++) {
        n += (size_t)snprintf(sql + n, sizeof sql - n, ",?");
    }
    snprintf(sql + n, sizeof sql - n, ")");
    return prepare(to, sql);
}

static long copy_rows(const char *table)
{
    char sql[128];
    long rows = 0;
    snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY rowid", table);
    sqlite3_stmt *read = prepare(from, sql);
    int columns = sqlite3_column_count(read);
    sqlite3_stmt *write = prepare_insert(table, columns);
    run("BEGIN");
    while (sqlite3_step(read) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++) {
            sqlite3_bind_value(write, i + 1, sqlite3_column_value(read, i));
        }
        check(to, sqlite3_step(write), table);
        sqlite3_reset(write);
        if (++rows % ROWS_A_COMMIT == 0) {
            run("COMMIT");
            run("BEGIN");
        }
    }
    run("COMMIT");
    sqlite3_finalize(read);
    sqlite3_finalize(write);
    return rows;
}

int main(int argc, char **argv)
{
    static const char *const tables[] = {"test_case", "case_value", "result", "result_block"};
    long rows = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: bare_insert FROM.db TO.db\n");
        return 2;
    }
    remove(argv[2]);
    check(from, sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL), argv[1]);
    check(to, sqlite3_open(argv[2], &to), argv[2]);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        copy_schema(tables[i]);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        rows += copy_rows(tables[i]);
    }
    printf("%ld rows\n", rows);
    sqlite3_close(to);
    sqlite3_close(from);
    return 0;
}
