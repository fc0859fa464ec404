/* SPDX-License-Identifier: MIT */
/*
 * journal.c - the one file that must survive everything: made, opened by many at once, refused where it is not ours or too new, and locked
 * between processes, however they end.
 */
#include "scratch.h"

#include <fcntl.h>
#include <file.h>
#include <journal.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static struct journal journal;
static struct ferry_error err;
static volatile int interrupted;

static void begin(void)
{
    scratch_enter();
    setenv("FERRY_BUSY_MS", "200", 1);
    interrupted = 0;
    memset(&journal, 0, sizeof journal);
    err = (struct ferry_error){.size = sizeof err};
}

static void end(void)
{
    journal_close(&journal);
    scratch_leave();
}

static int32_t open_journal(void)
{
    journal_close(&journal);
    int32_t rc = journal_open(&journal, "state", 0, &err);
    journal.interrupted = &interrupted;
    return rc;
}

/* Another program's hand on the file. */
static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    char *why = NULL;
    ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK, "%s", why);
    sqlite3_close(db);
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* --- opening --------------------------------------------------------------------------------- */

START_TEST(a_new_journal_belongs_to_its_owner_alone)
{
    umask(0);
    ck_assert_int_eq(journal_open(&journal, "a/b/state", 0, &err), FERRY_OK);
    ck_assert_uint_eq(mode_of("a/b/state"), 0700);
    ck_assert_uint_eq(mode_of("a/b/state/journal.db"), 0600);
    ck_assert_uint_eq(mode_of("a/b/state/lanes.lock"), 0600);
    ck_assert_uint_eq(mode_of("a/b/state/spool"), 0700);
    ck_assert_int_eq(db_one_int(journal.db, -1, &err, "PRAGMA synchronous", ""), 2);
}
END_TEST

START_TEST(what_was_written_is_there_when_it_is_opened_again)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(
        db_run(
            journal.db, &err,
            "INSERT INTO run(key, title, source, shared, created_ms) VALUES('K', 'T', 'report', 0, 1)",
            ""),
        FERRY_OK);
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(db_one_int(journal.db, -1, &err, "SELECT COUNT(*) FROM run", ""), 1);
}
END_TEST

START_TEST(an_empty_file_becomes_a_journal)
{
    mkdir("state", 0700);
    write_file("state/journal.db", "");
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(db_one_int(journal.db, -1, &err, "SELECT COUNT(*) FROM op", ""), 0);
}
END_TEST

/* Ten processes find no journal, and each wants to make it. */
START_TEST(many_may_make_it_at_once)
{
    pid_t pids[10];
    setenv("FERRY_BUSY_MS", "20000", 1);
    for (int i = 0; i < 10; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct journal mine;
            int32_t rc = journal_open(&mine, "state", 0, &err);
            rc =
                rc ? rc
                   : db_run(
                         mine.db, &err,
                         "INSERT INTO run(key, title, source, shared, created_ms) VALUES(?, 'T', 'report', 0, 1)",
                         "i", (int64_t)i);
            journal_close(&mine);
            _exit(rc ? 1 : 0);
        }
    }
    for (int i = 0; i < 10; i++) {
        int status;
        waitpid(pids[i], &status, 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(db_one_int(journal.db, -1, &err, "SELECT COUNT(*) FROM run", ""), 10);
}
END_TEST

START_TEST(one_that_is_as_it_should_be_opens_while_others_write)
{
    struct journal other;
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(db_begin(journal.db, &err), FERRY_OK);
    ck_assert_int_eq(journal_open(&other, "state", 0, &err), FERRY_OK); /* ferry status */
    ck_assert_int_eq(db_one_int(other.db, -1, &err, "SELECT COUNT(*) FROM lane", ""), 0);
    journal_close(&other);
    db_rollback(journal.db);
}
END_TEST

/* --- refusing ----------------------------------------------------------------------------------- */

START_TEST(a_newer_journal_is_refused_and_left_alone)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    int64_t version = db_one_int(journal.db, -1, &err, "PRAGMA user_version", "");
    char text[64];
    snprintf(text, sizeof text, "PRAGMA user_version=%lld", (long long)version + 1);
    journal_close(&journal);
    sql("state/journal.db", text);
    ck_assert_int_eq(open_journal(), FERRY_E_STATE);
    ck_assert_ptr_nonnull(strstr(err.message, "newer ferry"));
    ck_assert_ptr_nonnull(strstr(err.message, "--state"));
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
    ck_assert_ptr_null(journal.db);
    sql("state/journal.db", "SELECT COUNT(*) FROM lane");
    snprintf(text, sizeof text, "PRAGMA user_version=%lld", (long long)version);
    sql("state/journal.db", text);
    ck_assert_int_eq(open_journal(), FERRY_OK);
}
END_TEST

/* The first version of all: nothing. And one whose making was broken off, which rolls back to it. */
START_TEST(an_older_journal_is_brought_up_to_date)
{
    static const char *const tables[] = {"run", "capture", "report",  "item", "dest", "lane",
                                         "op",  "ref",     "request", "skip", "note", "fact"};
    mkdir("state", 0700);
    sql("state/journal.db", "PRAGMA journal_mode=WAL; PRAGMA user_version=0");
    ck_assert_int_eq(open_journal(), FERRY_OK);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char text[64];
        snprintf(text, sizeof text, "SELECT COUNT(*) FROM %s", tables[i]);
        ck_assert_int_eq(db_one_int(journal.db, -1, &err, text, ""), 0);
    }
    ck_assert_int_gt(db_one_int(journal.db, -1, &err, "PRAGMA user_version", ""), 0);
    ck_assert_int_ne(db_one_int(journal.db, -1, &err, "PRAGMA application_id", ""), 0);
}
END_TEST

static void read_whole(const char *path, struct buf *out)
{
    buf_reset(out);
    ck_assert_int_eq(file_read(path, out, &err), FERRY_OK);
}

START_TEST(a_database_of_somebody_else_is_left_alone)
{
    struct buf before, after;
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    static const char *const others[] = {
        "CREATE TABLE run(id INTEGER)", "CREATE TABLE places(url TEXT)",
        "PRAGMA application_id=252006673", "PRAGMA user_version=-3"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        mkdir("state", 0700);
        unlink("state/journal.db");
        sql("state/journal.db", others[i]);
        read_whole("state/journal.db", &before);
        ck_assert_msg(open_journal() == FERRY_E_STATE, "%s", others[i]);
        ck_assert_ptr_nonnull(strstr(err.message, "not a journal of ferry"));
        ck_assert_ptr_nonnull(strstr(err.message, "--state"));
        read_whole("state/journal.db", &after);
        ck_assert(ferry_eq(buf_str(&before), buf_str(&after)));
        unlink("state/journal.db-wal");
        unlink("state/journal.db-shm");
    }
    buf_finish(&before);
    buf_finish(&after);
}
END_TEST

START_TEST(what_is_no_database_is_said_so_and_left_alone)
{
    mkdir("state", 0700);
    write_file("state/journal.db",
               "my shopping list, which is longer than the head of a database file would be: "
               "bread, butter, and so on, until a hundred bytes are full\n");
    ck_assert_int_ne(open_journal(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
    ck_assert_ptr_nonnull(strstr(err.message, "not a SQLite database"));
    char text[16] = "";
    int fd = open("state/journal.db", O_RDONLY);
    ck_assert_int_eq(read(fd, text, 11), 11);
    close(fd);
    ck_assert_str_eq(text, "my shopping");
}
END_TEST

START_TEST(a_damaged_journal_is_told)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(db_script(journal.db, "PRAGMA wal_checkpoint(TRUNCATE)", &err), FERRY_OK);
    journal_close(&journal);
    int fd = open("state/journal.db", O_WRONLY);
    char junk[3000];
    memset(junk, 0xa5, sizeof junk);
    ck_assert_int_eq(pwrite(fd, junk, sizeof junk, 100), (ssize_t)sizeof junk);
    close(fd);
    ck_assert_int_ne(open_journal(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
}
END_TEST

START_TEST(a_folder_that_cannot_be_one_is_told)
{
    write_file("state", "a file");
    ck_assert_int_eq(open_journal(), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "state"));
    ck_assert_int_eq(journal_open(&journal, "state/below", 0, &err), FERRY_E_IO);
    unlink("state");
    mkdir("state", 0700);
    mkdir("state/journal.db", 0700);
    ck_assert_int_ne(open_journal(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_told)
{
    if (geteuid() == 0) {
        return; /* nothing is read-only for root */
    }
    mkdir("state", 0500);
    ck_assert_int_eq(open_journal(), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
    chmod("state", 0700);
    ck_assert_int_eq(open_journal(), FERRY_OK);
    journal_close(&journal);
    chmod("state/journal.db", 0400);
    ck_assert_int_eq(open_journal(), FERRY_E_IO);
    chmod("state/journal.db", 0600);
}
END_TEST

START_TEST(a_path_without_end_is_told)
{
    char longest[6000];
    memset(longest, 'x', sizeof longest);
    for (size_t i = 0; i < sizeof longest; i += 100) {
        longest[i] = '/';
    }
    longest[0] = '.';
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_ne(journal_open(&journal, longest, 0, &err), FERRY_OK);
}
END_TEST

/* --- a database that another process holds ----------------------------------------------------------- */

START_TEST(a_journal_that_stays_locked_is_told_with_its_path)
{
    sqlite3 *other;
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert_int_eq(sqlite3_open("state/journal.db", &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(db_begin(journal.db, &err), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "state/journal.db"));
    ck_assert_ptr_nonnull(strstr(err.message, "locked"));
    sqlite3_close(other);
    ck_assert_int_eq(db_begin(journal.db, &err), FERRY_OK);
    db_rollback(journal.db);
}
END_TEST

/* --- locks ----------------------------------------------------------------------------------------------- */

/* A process that holds a lock until it is killed or told by a byte. */
struct holder {
    pid_t pid;
    int tell;
};

static struct holder hold(enum journal_lock_kind kind, int64_t id)
{
    int ready[2], tell[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(tell), 0);
    struct holder h = {fork(), tell[1]};
    if (h.pid == 0) {
        struct journal mine;
        close(tell[1]);
        if (journal_open(&mine, "state", 0, &err) ||
            journal_lock(&mine, kind, id, FERRY_LIT("it"), &err)) {
            _exit(1);
        }
        if (write(ready[1], "x", 1) != 1 || read(tell[0], &byte, 1) < 0) {
            _exit(1);
        }
        journal_unlock(&mine, kind, id);
        pause();
        _exit(0);
    }
    close(ready[1]);
    close(tell[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return h;
}

static void kill_holder(struct holder h)
{
    kill(h.pid, SIGKILL);
    waitpid(h.pid, NULL, 0);
    close(h.tell);
}

static int try_lock(enum journal_lock_kind kind, int64_t id)
{
    interrupted = 1; /* one look, no wait */
    int32_t rc = journal_lock(&journal, kind, id, FERRY_LIT("local:AO"), &err);
    interrupted = 0;
    ck_assert(rc == FERRY_OK || rc == FERRY_E_STOP);
    return rc == FERRY_OK;
}

START_TEST(what_one_process_has_another_waits_for)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder h = hold(LOCK_DEST, 7);
    ck_assert(!try_lock(LOCK_DEST, 7));
    ck_assert_ptr_nonnull(strstr(err.message, "interrupted while another ferry (pid "));
    ck_assert_ptr_nonnull(strstr(err.message, "delivers to local:AO"));
    ck_assert_int_eq(journal_holder(&journal, LOCK_DEST, 7), h.pid);
    ck_assert_int_eq(write(h.tell, "x", 1), 1);
    ck_assert_int_eq(journal_lock(&journal, LOCK_DEST, 7, FERRY_LIT("local:AO"), &err), FERRY_OK);
    kill_holder(h);
}
END_TEST

START_TEST(the_lock_of_a_process_that_was_killed_is_free)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder h = hold(LOCK_RUN, 3);
    ck_assert(!try_lock(LOCK_RUN, 3));
    kill_holder(h);
    ck_assert(try_lock(LOCK_RUN, 3));
    ck_assert(!journal_holder(&journal, LOCK_RUN, 3)); /* our own does not count */
}
END_TEST

/* A holder that hangs is not waited for for ever; what is said names it, and what to do. */
START_TEST(one_that_does_nothing_is_given_up)
{
    char pid[32];
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder h = hold(LOCK_DEST, 7), run = hold(LOCK_RUN, 7);
    journal.lock_wait_ms = 50;
    ck_assert_int_eq(journal_lock(&journal, LOCK_DEST, 7, FERRY_LIT("local:AO"), &err),
                     FERRY_E_UNREACHABLE);
    snprintf(pid, sizeof pid, "(pid %ld)", (long)h.pid);
    ck_assert_ptr_nonnull(strstr(err.message, "local:AO: another ferry"));
    ck_assert_ptr_nonnull(strstr(err.message, pid));
    ck_assert_ptr_nonnull(strstr(err.message, "ferry resume"));
    ck_assert_int_eq(journal_lock(&journal, LOCK_RUN, 7, FERRY_LIT("K"), &err), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "run again"));
    kill_holder(h);
    kill_holder(run);
    journal.lock_wait_ms = 0; /* what is free needs no patience */
    ck_assert_int_eq(journal_lock(&journal, LOCK_DEST, 7, FERRY_LIT("local:AO"), &err), FERRY_OK);
}
END_TEST

/* While it writes, it works: `lock_wait_ms` is not how long a delivery may take. */
START_TEST(one_that_works_is_waited_for)
{
    struct db *other;
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder h = hold(LOCK_DEST, 7);
    pid_t writer = fork();
    if (writer == 0) {
        if (db_open(&other, "state/journal.db", 0, 1000, &err)) {
            _exit(1);
        }
        struct clock real = clock_real();
        int64_t until = real.mono_us(&real) + 1500 * 1000;
        while (real.mono_us(&real) < until) { /* then the holder is done */
            db_run(other, &err, "INSERT INTO skip(lane_id, reason) VALUES(1, 'x')", "");
            real.wait_ms(&real, 5, NULL);
        }
        _exit(write(h.tell, "x", 1) != 1);
    }
    journal.lock_wait_ms = 1000; /* less than all that writing takes */
    ck_assert_int_eq(journal_lock(&journal, LOCK_DEST, 7, FERRY_LIT("local:AO"), &err), FERRY_OK);
    waitpid(writer, NULL, 0);
    kill_holder(h);
}
END_TEST

START_TEST(what_many_use_is_forgotten_by_none_of_them)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder first = hold(LOCK_USE, 7), second = hold(LOCK_USE, 7);
    ck_assert(try_lock(LOCK_USE, 7));
    ck_assert(journal_try_lock(&journal, LOCK_FORGET, 8));
    ck_assert(!journal_try_lock(&journal, LOCK_FORGET, 7));
    ck_assert_int_eq(journal_holder(&journal, LOCK_FORGET, 7), -1);
    kill_holder(first);
    ck_assert(!journal_try_lock(&journal, LOCK_FORGET, 7));
    kill_holder(second);
    ck_assert(journal_try_lock(&journal, LOCK_FORGET, 7)); /* our own use does not count */
    journal_unlock(&journal, LOCK_FORGET, 7);
    struct holder forgets = hold(LOCK_FORGET, 7);
    ck_assert(!try_lock(LOCK_USE, 7));
    kill_holder(forgets);
    ck_assert(try_lock(LOCK_USE, 7));
}
END_TEST

START_TEST(each_thing_has_a_lock_of_its_own)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    struct holder h = hold(LOCK_DEST, 7);
    ck_assert(try_lock(LOCK_RUN, 7));
    ck_assert(try_lock(LOCK_DEST, 6));
    ck_assert(try_lock(LOCK_DEST, 8));
    ck_assert(try_lock(LOCK_RUN, 6));
    ck_assert(!try_lock(LOCK_DEST, 7));
    journal_unlock(&journal, LOCK_DEST, 6);
    ck_assert(try_lock(LOCK_DEST, 6));
    kill_holder(h);
}
END_TEST

/* Opening and closing the journal once more must not drop what is held: locks belong to the open file. */
START_TEST(another_opening_in_the_same_process_drops_no_lock)
{
    struct journal again;
    ck_assert_int_eq(open_journal(), FERRY_OK);
    ck_assert(try_lock(LOCK_DEST, 7));
    ck_assert_int_eq(journal_open(&again, "state", 0, &err), FERRY_OK);
    ck_assert(journal_holder(&again, LOCK_DEST, 7));
    journal_close(&again);
    ck_assert_int_eq(journal_open(&again, "state", 0, &err), FERRY_OK);
    ck_assert(journal_holder(&again, LOCK_DEST, 7));
    journal_close(&again);
}
END_TEST

START_TEST(a_child_does_not_inherit_the_locks)
{
    ck_assert_int_eq(open_journal(), FERRY_OK);
    int flags = fcntl(journal.lock_fd, F_GETFD);
    ck_assert(flags & FD_CLOEXEC);
}
END_TEST

START_TEST(closing_accepts_what_was_never_opened)
{
    struct journal never = {0};
    journal_close(&never);
    journal_close(&never);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("journal");
    TCase *t = tcase_create("opening and refusing");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_new_journal_belongs_to_its_owner_alone);
    tcase_add_test(t, what_was_written_is_there_when_it_is_opened_again);
    tcase_add_test(t, an_empty_file_becomes_a_journal);
    tcase_add_test(t, many_may_make_it_at_once);
    tcase_add_test(t, one_that_is_as_it_should_be_opens_while_others_write);
    tcase_add_test(t, a_newer_journal_is_refused_and_left_alone);
    tcase_add_test(t, an_older_journal_is_brought_up_to_date);
    tcase_add_test(t, a_database_of_somebody_else_is_left_alone);
    tcase_add_test(t, what_is_no_database_is_said_so_and_left_alone);
    tcase_add_test(t, a_damaged_journal_is_told);
    tcase_add_test(t, a_folder_that_cannot_be_one_is_told);
    tcase_add_test(t, a_folder_that_cannot_be_written_is_told);
    tcase_add_test(t, a_path_without_end_is_told);
    suite_add_tcase(s, t);
    t = tcase_create("other processes");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_journal_that_stays_locked_is_told_with_its_path);
    tcase_add_test(t, what_one_process_has_another_waits_for);
    tcase_add_test(t, the_lock_of_a_process_that_was_killed_is_free);
    tcase_add_test(t, one_that_does_nothing_is_given_up);
    tcase_add_test(t, one_that_works_is_waited_for);
    tcase_add_test(t, what_many_use_is_forgotten_by_none_of_them);
    tcase_add_test(t, each_thing_has_a_lock_of_its_own);
    tcase_add_test(t, another_opening_in_the_same_process_drops_no_lock);
    tcase_add_test(t, a_child_does_not_inherit_the_locks);
    tcase_add_test(t, closing_accepts_what_was_never_opened);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
