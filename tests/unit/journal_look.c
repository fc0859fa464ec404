/* SPDX-License-Identifier: MIT */
/*
 * journal_look.c - a look at a state folder: what it says of journals that are whole, old, new, foreign
 * and damaged, who holds which lock, and that a look leaves no trace.
 */
#include "scratch.h"

#include <buf.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <journal_look.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static struct journal journal;
static struct journal_look look;
static struct clock the_clock;
static struct ferry_error err;

static void begin(void)
{
    scratch_enter();
    the_clock = clock_real();
    memset(&journal, 0, sizeof journal);
    err = (struct ferry_error){.size = sizeof err};
}

static void end(void)
{
    journal_close(&journal);
    scratch_leave();
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    char *why = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &why) == SQLITE_OK, "%s", why);
    sqlite3_close(db);
}

/* A journal with a destination, a run, a lane and operations in different states. */
#define ROWS                                                                                                                    \
    "INSERT INTO dest(id, name, label, plugin, project, url, account) VALUES(3, 'ao', 'local:AO', 'local', 'AO', '', 'local');" \
    "INSERT INTO run(id, key, title, source, shared, created_ms) VALUES(5, 'nightly', 't',"                                     \
    " 'report', 0, 1000);"                                                                                                      \
    "INSERT INTO lane(id, dest_id, run_id, role, planner, run_key, run_title, flags, state)"                                    \
    " VALUES(7, 3, 5, 1, 'upload', 'nightly', 't', 0, 1);"                                                                      \
    "INSERT INTO op(dest_id, lane_id, kind, act, key, state, settled_ms) VALUES"                                                \
    "(3, 7, 1, 1, 'a', 7, 9000), (3, 7, 1, 1, 'b', 5, NULL), (3, 7, 1, 1, 'c', 6, NULL),"                                       \
    "(3, 7, 1, 1, 'd', 1, NULL);"

static void make(const char *folder)
{
    char path[300];
    ck_assert_msg(journal_open(&journal, folder, 0, &err) == FERRY_OK, "%s", err.message);
    journal_close(&journal);
    snprintf(path, sizeof path, "%s/journal.db", folder);
    sql(path, ROWS);
}

static int files_in(const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
    return n;
}

static void refuses(int32_t status, const char *message)
{
    ck_assert_int_eq(journal_look(&look, "state", &the_clock, &err), status);
    ck_assert_msg(strstr(err.message, message), "%s", err.message);
}

static void write_at(const char *path, off_t at, size_t n, char fill)
{
    char bytes[8192];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    memset(bytes, fill, sizeof bytes);
    ck_assert_int_eq(pwrite(fd, bytes, n, at), (ssize_t)n);
    close(fd);
}

/* --- journals ---------------------------------------------------------------------------------- */

START_TEST(nothing_was_captured_where_there_is_no_journal)
{
    ck_assert_int_eq(journal_look(&look, "state", &the_clock, &err), FERRY_OK);
    ck_assert_int_eq(look.there, 0);
    ck_assert_int_eq(access("state", F_OK), -1);
}
END_TEST

START_TEST(a_whole_journal_is_counted_and_left_as_it_was)
{
    int before;
    make("state");
    before = files_in("state");
    ck_assert_msg(journal_look(&look, "state", &the_clock, &err) == FERRY_OK, "%s", err.message);
    ck_assert(look.there && look.damages == 0 && look.bytes > 0);
    ck_assert_int_eq(look.version, look.newest_version);
    ck_assert_int_eq(look.newest_ms, 9000);
    ck_assert_int_eq(look.runs, 1);
    ck_assert_int_eq(look.open_lanes, 1);
    ck_assert_int_eq(look.failed_lanes, 0);
    ck_assert_int_eq(look.waiting, 3);
    ck_assert_int_eq(look.doubted, 1);
    ck_assert_int_eq(look.parked, 1);
    ck_assert_int_eq(files_in("state"), before);
}
END_TEST

START_TEST(an_older_journal_can_be_used)
{
    make("state");
    sql("state/journal.db", "DROP INDEX op_twice; PRAGMA user_version = 1");
    ck_assert_int_eq(journal_look(&look, "state", &the_clock, &err), FERRY_OK);
    ck_assert_int_eq(look.version, 1);
    ck_assert_int_gt(look.newest_version, 1);
    ck_assert_int_eq(look.runs, 1);
}
END_TEST

START_TEST(what_is_no_journal_of_ours_is_told)
{
    make("state");
    sql("state/journal.db", "PRAGMA user_version = 100000");
    refuses(FERRY_E_STATE, "written by a newer ferry (journal version 100000");
    sql("state/journal.db", "PRAGMA user_version = 2; PRAGMA application_id = 7");
    refuses(FERRY_E_STATE, "not a journal of ferry");
    unlink("state/journal.db");
    write_at("state/journal.db", 0, 4096, 'x');
    refuses(FERRY_E_IO, "not a SQLite database");
    unlink("state/journal.db");
    ck_assert_int_eq(mkdir("state/journal.db", 0700), 0);
    refuses(FERRY_E_IO, "Is a directory");
}
END_TEST

START_TEST(damage_is_counted_and_the_first_of_it_named)
{
    char damage[200];
    uint32_t damages = 0;
    make("state");
    write_at("state/journal.db", 5L * 4096, 4096, '\x5a');
    if (journal_look(&look, "state", &the_clock, &err) == FERRY_OK) {
        ck_assert_uint_gt(look.damages, 0);
        ck_assert_uint_gt(strlen(look.damage), 0);
    } else {
        ck_assert_ptr_nonnull(strstr(err.message, "damaged"));
    }
    sql("other.db", "CREATE TABLE t(a); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1), (2);"
                    "PRAGMA writable_schema = ON;"
                    "UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(a) WHERE a > 1' WHERE "
                    "name = 'i'");
    ck_assert_int_eq(journal_look_file("other.db", &damages, damage, &err), FERRY_OK);
    ck_assert_uint_gt(damages, 0);
    ck_assert_uint_gt(strlen(damage), 0);
    ck_assert_int_eq(journal_look_file("none.db", &damages, damage, &err), FERRY_E_IO);
    ck_assert_int_eq(access("none.db", F_OK), -1);
}
END_TEST

/* What another process has committed lies in its log only, and counts. */
START_TEST(a_journal_in_use_is_read_with_its_log)
{
    make("state");
    ck_assert_int_eq(journal_open(&journal, "state", 0, &err), FERRY_OK);
    ck_assert_int_eq(db_run(journal.db, &err, "UPDATE run SET created_ms = 77000", ""), FERRY_OK);
    ck_assert_int_eq(db_begin(journal.db, &err), FERRY_OK);
    ck_assert_int_eq(db_run(journal.db, &err, "UPDATE run SET created_ms = 88000", ""), FERRY_OK);
    ck_assert_int_eq(journal_look(&look, "state", &the_clock, &err), FERRY_OK);
    ck_assert_int_eq(look.newest_ms, 77000);
    db_rollback(journal.db);
}
END_TEST

START_TEST(any_path_can_be_looked_at)
{
    static const char *const names[] = {"a?b", "a#b", "a%41b", "a b", "\xc3\xa4&=;"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        make(names[i]);
        ck_assert_int_eq(journal_look(&look, names[i], &the_clock, &err), FERRY_OK);
        ck_assert_msg(look.there && look.runs == 1, "%s", names[i]);
    }
}
END_TEST

/* As somebody who may read, and write nothing. */
START_TEST(a_folder_that_cannot_be_written_can_be_looked_at)
{
    int status;
    pid_t child;
    make("state");
    ck_assert_int_eq(chmod(".", 0755), 0);
    ck_assert_int_eq(chmod("state/journal.db", 0644), 0);
    ck_assert_int_eq(chmod("state", 0555), 0);
    child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534))) {
            _exit(0); /* this container cannot change users */
        }
        if (access("state/journal.db", R_OK) < 0) {
            _exit(0); /* a folder above is closed */
        }
        _exit(journal_look(&look, "state", &the_clock, &err) != FERRY_OK || look.runs != 1);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_int_eq(chmod("state", 0700), 0);
    child = fork();
    if (child == 0) {
        if (geteuid() != 0 || setgroups(0, NULL) || setgid(65534) || setuid(65534)) {
            _exit(0);
        }
        _exit(journal_look(&look, "state", &the_clock, &err) != FERRY_E_IO ||
              !strstr(err.message, "run ferry as the owner of the folder"));
    }
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* --- locks ----------------------------------------------------------------------------------------- */

static int32_t put_holder(void *data, const struct lock_holder *l)
{
    return buf_printf(data, "%s %lld %s %lld %s\n", l->kind == LOCK_DEST ? "dest" : "run",
                      (long long)l->id, l->what, (long long)l->pid, l->program);
}

static const char *holders(struct buf *out)
{
    buf_reset(out);
    ck_assert_int_eq(journal_holders("state", put_holder, out), FERRY_OK);
    return buf_cstr(out);
}

START_TEST(who_holds_a_lock_is_found)
{
    struct buf out;
    char want[200], byte;
    int ready[2], quit[2];
    pid_t child;
    buf_init(&out, 4096);
    ck_assert_str_eq(holders(&out), ""); /* no folder, no lock */
    make("state");
    ck_assert_str_eq(holders(&out), "");
    ck_assert_int_eq(pipe(ready), 0);
    ck_assert_int_eq(pipe(quit), 0);
    child = fork();
    if (child == 0) {
        close(quit[1]);
        prctl(PR_SET_NAME, "lock holder"); /* whatever runs this test */
        if (journal_open(&journal, "state", 0, &err) ||
            journal_lock(&journal, LOCK_DEST, 3, FERRY_LIT("x"), &err) ||
            journal_lock(&journal, LOCK_RUN, 5, FERRY_LIT("x"), &err) ||
            journal_lock(&journal, LOCK_DEST, 99, FERRY_LIT("x"), &err)) {
            _exit(1);
        }
        (void)!write(ready[1], "x", 1);
        (void)!read(quit[0], &byte, 1);
        _exit(0);
    }
    close(quit[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    snprintf(want, sizeof want,
             "dest 3 local:AO %ld lock holder\nrun 5 nightly %ld lock holder\n"
             "dest 99  %ld lock holder\n",
             (long)child, (long)child, (long)child);
    ck_assert_str_eq(holders(&out), want);
    close(quit[1]);
    waitpid(child, NULL, 0);
    ck_assert_str_eq(holders(&out), "");
    buf_finish(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal_look");
    TCase *t = tcase_create("look");
    SRunner *runner = srunner_create(suite);
    int failed;
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, nothing_was_captured_where_there_is_no_journal);
    tcase_add_test(t, a_whole_journal_is_counted_and_left_as_it_was);
    tcase_add_test(t, an_older_journal_can_be_used);
    tcase_add_test(t, what_is_no_journal_of_ours_is_told);
    tcase_add_test(t, damage_is_counted_and_the_first_of_it_named);
    tcase_add_test(t, a_journal_in_use_is_read_with_its_log);
    tcase_add_test(t, any_path_can_be_looked_at);
    tcase_add_test(t, a_folder_that_cannot_be_written_can_be_looked_at);
    tcase_add_test(t, who_holds_a_lock_is_found);
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
