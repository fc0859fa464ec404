/* SPDX-License-Identifier: MIT */
/*
 * base_db.c - SQLite as ferry uses it: arguments, the cache, transactions, and what can go
 * wrong.
 */
#include "buf.h"
#include "db.h"
#include "file.h"
#include "scratch.h"
#include "text.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct ferry_str absent = {NULL, 0};
static struct db *db;
static struct ferry_error err;

static void open_db(void)
{
    scratch_enter();
    memset(&err, 0, sizeof err);
    ck_assert_msg(db_open(&db, "t.db", DB_CREATE, 1000, &err) == FERRY_OK, "%s", err.message);
    ck_assert_int_eq(
        db_script(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT UNIQUE, b BLOB);", &err),
        FERRY_OK);
}

static void close_db(void)
{
    db_close(db);
    scratch_leave();
}

static int32_t add(const char *s)
{
    return db_run(db, &err, "INSERT INTO t(s) VALUES(?)", "z", s);
}

static int64_t count(void)
{
    return db_one_int(db, -1, &err, "SELECT count(*) FROM t", "");
}

static void ck_says(const char *part)
{
    ck_assert_msg(strstr(err.message, part), "\"%s\" does not say \"%s\"", err.message, part);
}

START_TEST(every_kind_of_argument_comes_back_as_it_went)
{
    struct db_rows rows;
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(id, s, b) VALUES(?,?,?)", "isb", INT64_MIN,
                            FERRY_LIT("a\0b"), FERRY_LIT("\xFF\0")),
                     FERRY_OK);
    ck_assert_int_eq(db_last_id(db), INT64_MIN);
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(id, s, b) VALUES(?,?,?)", "nzb", NULL, absent),
                     FERRY_OK);
    ck_assert_int_eq(db_query(db, &rows, &err, "SELECT id, s, b FROM t ORDER BY id", ""), FERRY_OK);
    ck_assert_int_eq(db_step(&rows), 1);
    ck_assert_int_eq(db_int(&rows, 0), INT64_MIN);
    ck_assert(ferry_eq(db_str(&rows, 1), FERRY_LIT("a\0b")));
    ck_assert(ferry_eq(db_str(&rows, 2), FERRY_LIT("\xFF\0")));
    ck_assert_int_eq(db_step(&rows), 1);
    ck_assert(db_is_null(&rows, 1) && db_is_null(&rows, 2));
    ck_assert_ptr_null(db_str(&rows, 1).ptr);
    ck_assert_int_eq(db_step(&rows), 0);
    ck_assert_int_eq(db_step(&rows), 0);
    db_done(&rows);
}
END_TEST

START_TEST(empty_and_absent_text_are_kept_apart)
{
    struct db_rows rows;
    ck_assert_int_eq(
        db_run(db, &err, "INSERT INTO t(id,s,b) VALUES(1,?,?)", "sb", FERRY_LIT(""), FERRY_LIT("")),
        FERRY_OK);
    ck_assert_int_eq(db_query(db, &rows, &err, "SELECT s, b FROM t WHERE id=?", "i", (int64_t)1),
                     FERRY_OK);
    ck_assert_int_eq(db_step(&rows), 1);
    ck_assert_ptr_nonnull(db_str(&rows, 0).ptr);
    ck_assert_uint_eq(db_str(&rows, 0).len, 0);
    ck_assert_ptr_nonnull(db_str(&rows, 1).ptr);
    ck_assert(!db_is_null(&rows, 1));
    db_done(&rows);
}
END_TEST

START_TEST(a_query_keeps_its_own_copy_of_the_arguments)
{
    struct db_rows rows;
    char word[] = "first";
    ck_assert_int_eq(db_query(db, &rows, &err, "SELECT ?", "z", word), FERRY_OK);
    memcpy(word, "XXXXX", 5);
    ck_assert_int_eq(db_step(&rows), 1);
    ck_assert(str_is(db_str(&rows, 0), "first"));
    db_done(&rows);
}
END_TEST

START_TEST(wrong_arguments_are_the_callers_bug)
{
    struct db_rows rows;
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(s) VALUES(?)", ""), FERRY_E_BUG);
    ck_says("0 arguments given for 1");
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(s) VALUES(?)", "zz", "a", "b"), FERRY_E_BUG);
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(s) VALUES(?)", "x", "a"), FERRY_E_BUG);
    ck_says("'x'");
    ck_assert_int_eq(db_run(db, &err, "SELECT 1; SELECT 2", ""), FERRY_E_BUG);
    ck_says("not one statement");
    ck_assert_int_eq(db_run(db, &err, "  ", ""), FERRY_E_BUG);
    ck_assert_int_eq(db_run(db, &err, "SELEC 1", ""), FERRY_E_BUG);
    ck_says("syntax error");
    ck_assert_int_eq(db_query(db, &rows, &err, "SELECT x FROM t", ""), FERRY_E_BUG);
    ck_says("no such column");
    ck_assert_int_eq(db_step(&rows), 0);
    db_done(&rows);
    ck_assert_int_eq(add("still works"), FERRY_OK);
}
END_TEST

START_TEST(a_broken_constraint_names_it_and_leaves_the_db_usable)
{
    ck_assert_int_eq(add("a"), FERRY_OK);
    ck_assert_int_eq(add("a"), FERRY_E_BUG);
    ck_says("UNIQUE constraint failed: t.s");
    ck_assert_int_eq(add("b"), FERRY_OK);
    ck_assert_int_eq(count(), 2);
}
END_TEST

START_TEST(the_same_query_cannot_be_opened_twice)
{
    struct db_rows one, two;
    add("a");
    ck_assert_int_eq(db_query(db, &one, &err, "SELECT s FROM t", ""), FERRY_OK);
    ck_assert_int_eq(db_query(db, &two, &err, "SELECT s FROM t", ""), FERRY_E_BUG);
    ck_says("still open");
    ck_assert_int_eq(db_step(&one), 1);
    db_done(&one);
    ck_assert_int_eq(db_query(db, &two, &err, "SELECT s FROM t", ""), FERRY_OK);
    db_done(&two);
    db_done(&two);
}
END_TEST

START_TEST(statements_made_anew_each_time_do_not_fill_the_memory)
{
    struct db_rows open;
    add("kept");
    ck_assert_int_eq(db_query(db, &open, &err, "SELECT s FROM t", ""), FERRY_OK);
    ck_assert_int_eq(db_step(&open), 1);
    for (int64_t i = 0; i < 3000; i++) {
        char sql[64];
        sqlite3_stmt *first = NULL;
        snprintf(sql, sizeof sql, "SELECT %d", (int)i);
        ck_assert_int_eq(db_one_int(db, -1, &err, sql, ""), i);
        if (i == 2999) {
            unsigned n = 0;
            while ((first = sqlite3_next_stmt(db_handle(db), first))) {
                n++;
            }
            ck_assert_uint_lt(n, 600);
        }
    }
    ck_assert(str_is(db_str(&open, 0), "kept")); /* it was never thrown out */
    db_done(&open);
}
END_TEST

START_TEST(one_int_gives_the_fallback_for_nothing_null_and_errors)
{
    ck_assert_int_eq(db_one_int(db, 5, &err, "SELECT id FROM t", ""), 5);
    ck_assert_int_eq(db_one_int(db, 5, &err, "SELECT max(id) FROM t", ""), 5);
    ck_assert_int_eq(err.status, FERRY_OK);
    ck_assert_int_eq(db_one_int(db, 5, &err, "SELECT nothing", ""), 5);
    ck_assert_int_eq(err.status, FERRY_E_BUG);
    ck_assert_int_eq(db_one_int(db, 5, NULL, "SELECT 7", ""), 7);
}
END_TEST

START_TEST(changes_are_those_of_the_last_run)
{
    add("a");
    add("b");
    ck_assert_int_eq(db_run(db, &err, "UPDATE t SET s = s || 'x'", ""), FERRY_OK);
    ck_assert_int_eq(db_changes(db), 2);
    ck_assert_int_eq(db_run(db, &err, "DELETE FROM t WHERE s = 'none'", ""), FERRY_OK);
    ck_assert_int_eq(db_changes(db), 0);
    add("c");
    ck_assert_int_eq(db_run(db, &err, "SELECT * FROM t", ""), FERRY_OK);
    ck_assert_int_eq(db_changes(db), 0);
}
END_TEST

START_TEST(the_outermost_commit_counts)
{
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("a");
    ck_assert_int_eq(db_commit(db, &err), FERRY_OK);
    ck_assert(!sqlite3_get_autocommit(db_handle(db)));
    ck_assert_int_eq(db_end(db, FERRY_OK, &err), FERRY_OK);
    ck_assert(sqlite3_get_autocommit(db_handle(db)));
    ck_assert_int_eq(count(), 1);
}
END_TEST

START_TEST(an_inner_rollback_takes_everything_and_the_outer_commit_says_so)
{
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("a");
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("b");
    ck_assert_int_eq(db_end(db, FERRY_E_INPUT, &err), FERRY_E_INPUT);
    ck_assert_int_eq(db_commit(db, &err), FERRY_E_BUG);
    ck_assert_int_eq(count(), 0);
    db_rollback(db);
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("c");
    ck_assert_int_eq(db_end(db, FERRY_OK, &err), FERRY_OK);
    ck_assert_int_eq(count(), 1);
}
END_TEST

START_TEST(a_transaction_that_sqlite_gave_up_does_not_go_on_row_by_row)
{
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("a");
    ck_assert_int_eq(db_script(db, "ROLLBACK", &err), FERRY_OK); /* as SQLite does on a full disk */
    ck_assert_int_eq(add("b"), FERRY_E_IO);
    ck_says("given up");
    ck_assert_int_ne(db_commit(db, &err), FERRY_OK);
    ck_assert_int_eq(count(), 0);
    ck_assert_int_eq(add("c"), FERRY_OK);
}
END_TEST

START_TEST(settings_are_the_durable_ones_and_the_file_is_private)
{
    struct db_rows rows;
    struct stat st;
    ck_assert_int_eq(db_one_int(db, -1, &err, "PRAGMA synchronous", ""), 2);
    ck_assert_int_eq(db_one_int(db, -1, &err, "PRAGMA foreign_keys", ""), 1);
    ck_assert_int_eq(db_query(db, &rows, &err, "PRAGMA journal_mode", ""), FERRY_OK);
    ck_assert_int_eq(db_step(&rows), 1);
    ck_assert(str_is(db_str(&rows, 0), "wal"));
    db_done(&rows);
    ck_assert_int_eq(stat("t.db", &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_str_eq(db_path(db), "t.db");
}
END_TEST

/* Looked at, and nothing more: its mode is not changed, and it is written to only when that is said. */
START_TEST(a_strange_file_stays_as_it_is_until_it_is_adopted)
{
    struct buf before, after;
    struct db *other = NULL;
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    ck_assert_int_eq(
        db_script(db, "PRAGMA journal_mode=DELETE; INSERT INTO t(s) VALUES('a')", &err), FERRY_OK);
    db_close(db);
    ck_assert_int_eq(file_read("t.db", &before, &err), FERRY_OK);
    ck_assert_int_eq(db_open(&db, "t.db", DB_CREATE | DB_STRANGE, 1000, &err), FERRY_OK);
    ck_assert_int_eq(count(), 1);
    db_close(db);
    ck_assert_int_eq(file_read("t.db", &after, &err), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&before), buf_str(&after)));

    ck_assert_int_eq(db_open(&other, "t.db", 0, 1000, &err), FERRY_OK);
    ck_assert_int_eq(db_run(other, &err, "INSERT INTO t(s) VALUES('b')", ""), FERRY_OK);
    ck_assert_int_eq(db_open(&db, "t.db", DB_STRANGE, 1000, &err), FERRY_OK);
    ck_assert_int_eq(count(), 2);
    ck_assert_int_eq(db_adopt(db, &err), FERRY_OK);
    add("c");
    ck_assert_int_eq(count(), 3);
    db_close(other);
    buf_finish(&before);
    buf_finish(&after);
}
END_TEST

START_TEST(a_second_process_that_writes_is_waited_for_and_then_named)
{
    struct db *other;
    struct ferry_error mine = {0};
    ck_assert_int_eq(db_open(&other, "t.db", 0, 30, &err), FERRY_OK);
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("a");
    ck_assert_int_eq(db_begin(other, &mine), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(mine.message, "t.db: locked by another process; "));
    ck_assert_int_eq(db_one_int(other, -1, &mine, "SELECT count(*) FROM t", ""), 0);
    ck_assert_int_eq(db_commit(db, &err), FERRY_OK);
    ck_assert_int_eq(db_begin(other, &mine), FERRY_OK);
    ck_assert_int_eq(db_one_int(other, -1, &mine, "SELECT count(*) FROM t", ""), 1);
    db_rollback(other);
    db_close(other);
}
END_TEST

/* Who interrupts ferry does not wait for another one's transaction; Check's own timeout guards the wait. */
START_TEST(an_interruption_ends_the_wait_for_others_and_nothing_else)
{
    static volatile int interrupted;
    struct db *other;
    struct ferry_error mine = {0};
    ck_assert_int_eq(db_open(&other, "t.db", 0, 3600 * 1000, &err), FERRY_OK);
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    add("a");
    interrupted = 1;
    db_watch(&interrupted);
    ck_assert_int_eq(db_begin(other, &mine), FERRY_E_STOP);
    ck_assert_ptr_nonnull(strstr(mine.message, "t.db: interrupted while another process holds it"));
    ck_assert_int_eq(db_begin(other, &mine), FERRY_E_STOP);
    ck_assert_int_eq(db_commit(db, &err), FERRY_OK);
    ck_assert_int_eq(db_begin(other, &mine), FERRY_OK); /* what needs no wait goes on */
    ck_assert_int_eq(db_run(other, &mine, "INSERT INTO t(s) VALUES('b')", ""), FERRY_OK);
    ck_assert_int_eq(db_commit(other, &mine), FERRY_OK);
    db_watch(NULL);
    db_close(other);
}
END_TEST

START_TEST(many_processes_may_create_the_same_file_at_once)
{
    pid_t pids[6];
    for (unsigned i = 0; i < 6; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct db *own = NULL;
            int32_t rc = db_open(&own, "new.db", DB_CREATE, 10000, NULL);
            rc = rc ? rc : db_script(own, "CREATE TABLE IF NOT EXISTS n(x)", NULL);
            rc = rc ? rc : db_run(own, NULL, "INSERT INTO n VALUES(1)", "");
            db_close(own);
            _exit(rc);
        }
    }
    for (unsigned i = 0; i < 6; i++) {
        int status = -1;
        waitpid(pids[i], &status, 0);
        ck_assert_int_eq(status, 0);
    }
    db_close(db);
    ck_assert_int_eq(db_open(&db, "new.db", 0, 100, &err), FERRY_OK);
    ck_assert_int_eq(db_one_int(db, -1, &err, "SELECT count(*) FROM n", ""), 6);
}
END_TEST

START_TEST(a_full_disk_is_named_and_the_rows_before_it_stay)
{
    /* The limit on the size of files stands in for the disk: SQLite meets it in write(). */
    struct rlimit limit = {200 * 1024, 200 * 1024};
    char big[8192];
    int32_t rc = FERRY_OK;
    int64_t n;
    memset(big, 'x', sizeof big);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (n = 0; n < 100 && !rc; n++) {
        rc = db_run(db, &err, "INSERT INTO t(b) VALUES(?)", "b",
                    (struct ferry_str){big, sizeof big});
    }
    ck_assert_int_eq(rc, FERRY_E_IO);
    ck_says("t.db: ");
    ck_assert_int_eq(count(), n - 1);
}
END_TEST

START_TEST(sqlites_own_full_is_told_as_disk_full)
{
    ck_assert_int_eq(db_script(db, "PRAGMA max_page_count=5", &err), FERRY_OK);
    ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(b) VALUES(zeroblob(100000))", ""), FERRY_E_IO);
    ck_says("t.db: disk full; free some space");
}
END_TEST

/* Whoever takes a failed read's fallback for an answer must not be able to write it down. */
START_TEST(what_the_machine_refused_once_ends_all_writing_until_it_is_forgiven)
{
    ck_assert_int_eq(add("a"), FERRY_OK);
    ck_assert_int_eq(db_failed(db, &err), FERRY_OK);
    ck_assert_int_eq(db_script(db, "PRAGMA max_page_count=5", &err), FERRY_OK);
    ck_assert_int_eq(db_run(db, NULL, "INSERT INTO t(b) VALUES(zeroblob(100000))", ""), FERRY_E_IO);
    ck_assert_int_eq(db_failed(db, &err), FERRY_E_IO);
    ck_says("t.db: disk full; free some space");
    err.message[0] = '\0';
    ck_assert_int_eq(add("b"), FERRY_E_IO);
    ck_says("t.db: disk full");
    ck_assert_int_eq(db_begin(db, &err), FERRY_E_IO);
    ck_assert_int_eq(db_script(db, "DELETE FROM t", &err), FERRY_E_IO);
    ck_assert_int_eq(count(), 1);
    db_forgive(db);
    ck_assert_int_eq(db_failed(db, &err), FERRY_OK);
    ck_assert_int_eq(add("b"), FERRY_OK);
    ck_assert_int_eq(count(), 2);
}
END_TEST

START_TEST(a_transaction_in_which_the_machine_refused_a_read_is_not_committed)
{
    ck_assert_int_eq(db_begin(db, &err), FERRY_OK);
    ck_assert_int_eq(add("a"), FERRY_OK);
    ck_assert_int_eq(db_refused(db, SQLITE_NOMEM, "SELECT 1", NULL), FERRY_E_NO_MEMORY);
    ck_assert_int_eq(db_commit(db, &err), FERRY_E_NO_MEMORY);
    ck_says("t.db: out of memory; ");
    ck_assert_int_eq(count(), 0);
}
END_TEST

START_TEST(what_is_the_statements_fault_ends_nothing)
{
    ck_assert_int_eq(add("a"), FERRY_OK);
    ck_assert_int_eq(add("a"), FERRY_E_BUG);
    ck_assert_int_eq(db_run(db, &err, "SELECT nothing FROM nowhere", ""), FERRY_E_BUG);
    ck_assert_int_eq(db_failed(db, &err), FERRY_OK);
    ck_assert_int_eq(add("b"), FERRY_OK);
}
END_TEST

START_TEST(a_read_only_db_reads_and_refuses_to_write)
{
    struct db *reader;
    add("a");
    ck_assert_int_eq(db_open(&reader, "t.db", DB_READ_ONLY, 100, &err), FERRY_OK);
    ck_assert_int_eq(db_one_int(reader, -1, &err, "SELECT count(*) FROM t", ""), 1);
    ck_assert_int_eq(db_run(reader, &err, "DELETE FROM t", ""), FERRY_E_IO);
    ck_says("read-only; make");
    db_close(reader);
}
END_TEST

static void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

START_TEST(what_cannot_be_opened_says_why)
{
    struct db *d = (void *)1;
    char garbage[5000];
    ck_assert_int_eq(db_open(&d, "none/t.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_assert_ptr_null(d);
    ck_says("none/t.db: no such folder; create it");
    ck_assert_int_eq(db_open(&d, "none.db", 0, 0, &err), FERRY_E_IO);
    ck_says("none.db: no such database");
    ck_assert_int_eq(db_open(&d, "none.db", DB_READ_ONLY, 0, &err), FERRY_E_IO);
    ck_says("none.db: no such database");
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    ck_assert_int_eq(db_open(&d, "folder", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("is a folder");
    ck_assert_int_eq(db_open(&d, "t.db/x.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("is a file, not a folder");
    memset(garbage, 'g', sizeof garbage);
    garbage[4999] = '\0';
    put_file("garbage.db", garbage);
    ck_assert_int_eq(db_open(&d, "garbage.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("garbage.db: not a SQLite database; move");
    ck_assert_int_eq(db_open(&d, "garbage.db", DB_READ_ONLY, 0, &err), FERRY_E_IO);
    ck_says("not a SQLite database");
    ck_assert_int_eq(db_open(&d, "a\nb/x.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("a\\nb/x.db");
    ck_assert_ptr_null(d);
}
END_TEST

START_TEST(a_file_without_permission_says_so)
{
    struct db *d;
    if (geteuid() == 0) { /* root may open everything: become somebody else, in this process only */
        put_file("closed.db", "");
        ck_assert_int_eq(chmod("closed.db", 0000), 0);
        ck_assert_int_eq(chmod(".", 0755), 0);
        ck_assert_int_eq(seteuid(65534), 0);
    } else {
        put_file("closed.db", "");
        ck_assert_int_eq(chmod("closed.db", 0000), 0);
    }
    ck_assert_int_eq(db_open(&d, "closed.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("permission denied");
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(0), 0);
    }
}
END_TEST

START_TEST(a_write_protected_file_is_not_opened_for_writing_silently)
{
    struct db *d;
    db_close(db);
    db = NULL;
    ck_assert_int_eq(chmod("t.db", 0444), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown("t.db", 65534, 65534), 0);
        ck_assert_int_eq(chmod(".", 0755), 0);
        ck_assert_int_eq(seteuid(65534), 0);
    }
    ck_assert_int_eq(db_open(&d, "t.db", DB_CREATE, 0, &err), FERRY_E_IO);
    ck_says("read-only; make the file and its folder writable");
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(0), 0);
    }
}
END_TEST

/* One that another ferry made has smaller pages: they stay, and its log is copied back at the same length. */
START_TEST(a_file_with_other_pages_is_used_as_it_is)
{
    struct db *d = NULL;
    sqlite3 *raw = NULL;
    ck_assert_int_eq(sqlite3_open("small.db", &raw), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(raw, "PRAGMA page_size=1024; CREATE TABLE t(a); INSERT INTO t VALUES(7)", NULL,
                     NULL, NULL),
        SQLITE_OK);
    sqlite3_close(raw);
    ck_assert_int_eq(db_open(&d, "small.db", DB_CREATE, 0, &err), FERRY_OK);
    ck_assert_int_eq(db_one_int(d, 0, &err, "PRAGMA page_size", ""), 1024);
    ck_assert_int_eq(db_one_int(d, 0, &err, "PRAGMA wal_autocheckpoint", ""), 65536);
    ck_assert_int_eq(db_run(d, &err, "INSERT INTO t VALUES(8)", ""), FERRY_OK);
    ck_assert_int_eq(db_one_int(d, 0, &err, "SELECT SUM(a) FROM t", ""), 15);
    db_close(d);
    ck_assert_int_eq(db_open(&d, "new.db", DB_CREATE, 0, &err), FERRY_OK);
    ck_assert_int_eq(db_one_int(d, 0, &err, "PRAGMA page_size", ""), 8192);
    ck_assert_int_eq(db_one_int(d, 0, &err, "PRAGMA wal_autocheckpoint", ""), 8192);
    db_close(d);
}
END_TEST

START_TEST(a_damaged_file_is_told_as_damaged)
{
    struct db *d = NULL;
    char junk[4096];
    int fd;
    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(db_run(db, &err, "INSERT INTO t(b) VALUES(zeroblob(1000))", ""), FERRY_OK);
    }
    off_t at = db_one_int(db, 0, &err, "PRAGMA page_size", ""); /* the schema stays */
    ck_assert_int_ge(at, 4096);
    db_close(db);
    db = NULL;
    memset(junk, 0xEE, sizeof junk);
    fd = open("t.db", O_WRONLY);
    for (int i = 0; i < 39; i++, at += (off_t)sizeof junk) {
        ck_assert_int_eq(pwrite(fd, junk, sizeof junk, at), sizeof junk);
    }
    close(fd);
    ck_assert_int_eq(db_open(&d, "t.db", 0, 0, &err), FERRY_OK);
    ck_assert_int_eq(db_one_int(d, -1, &err, "SELECT count(*) FROM t NOT INDEXED", ""), -1);
    ck_assert_int_eq(err.status, FERRY_E_IO);
    ck_says("t.db: damaged; keep a copy");
    db_close(d);
}
END_TEST

START_TEST(a_db_in_memory_needs_no_file)
{
    struct db *d;
    ck_assert_int_eq(db_open(&d, ":memory:", DB_CREATE, 0, &err), FERRY_OK);
    ck_assert_int_eq(db_script(d, "CREATE TABLE m(x)", &err), FERRY_OK);
    db_close(d);
    ck_assert_int_ne(access(":memory:", F_OK), 0);
    db_close(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base db");
    TCase *use = tcase_create("use");
    TCase *trouble = tcase_create("trouble");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(use, open_db, close_db);
    tcase_add_checked_fixture(trouble, open_db, close_db);
    tcase_set_timeout(use, 60);
    tcase_set_timeout(trouble, 60);
    tcase_add_test(use, every_kind_of_argument_comes_back_as_it_went);
    tcase_add_test(use, empty_and_absent_text_are_kept_apart);
    tcase_add_test(use, a_query_keeps_its_own_copy_of_the_arguments);
    tcase_add_test(use, wrong_arguments_are_the_callers_bug);
    tcase_add_test(use, a_broken_constraint_names_it_and_leaves_the_db_usable);
    tcase_add_test(use, the_same_query_cannot_be_opened_twice);
    tcase_add_test(use, statements_made_anew_each_time_do_not_fill_the_memory);
    tcase_add_test(use, one_int_gives_the_fallback_for_nothing_null_and_errors);
    tcase_add_test(use, changes_are_those_of_the_last_run);
    tcase_add_test(use, the_outermost_commit_counts);
    tcase_add_test(use, an_inner_rollback_takes_everything_and_the_outer_commit_says_so);
    tcase_add_test(use, a_transaction_that_sqlite_gave_up_does_not_go_on_row_by_row);
    tcase_add_test(use, settings_are_the_durable_ones_and_the_file_is_private);
    tcase_add_test(use, a_db_in_memory_needs_no_file);
    tcase_add_test(trouble, a_strange_file_stays_as_it_is_until_it_is_adopted);
    tcase_add_test(trouble, a_second_process_that_writes_is_waited_for_and_then_named);
    tcase_add_test(trouble, an_interruption_ends_the_wait_for_others_and_nothing_else);
    tcase_add_test(trouble, many_processes_may_create_the_same_file_at_once);
    tcase_add_test(trouble, a_full_disk_is_named_and_the_rows_before_it_stay);
    tcase_add_test(trouble, sqlites_own_full_is_told_as_disk_full);
    tcase_add_test(trouble, what_the_machine_refused_once_ends_all_writing_until_it_is_forgiven);
    tcase_add_test(trouble, a_transaction_in_which_the_machine_refused_a_read_is_not_committed);
    tcase_add_test(trouble, what_is_the_statements_fault_ends_nothing);
    tcase_add_test(trouble, a_read_only_db_reads_and_refuses_to_write);
    tcase_add_test(trouble, what_cannot_be_opened_says_why);
    tcase_add_test(trouble, a_file_without_permission_says_so);
    tcase_add_test(trouble, a_write_protected_file_is_not_opened_for_writing_silently);
    tcase_add_test(trouble, a_file_with_other_pages_is_used_as_it_is);
    tcase_add_test(trouble, a_damaged_file_is_told_as_damaged);
    suite_add_tcase(suite, use);
    suite_add_tcase(suite, trouble);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
