/* SPDX-License-Identifier: MIT */
/*
 * The state behind a service: schema steps, one transaction a request, several processes on one
 * folder.
 */
#include "lab.h"
#include "toy_service.h"

#include <log.h>
#include <sys/wait.h>

static struct lab lab;
static struct ferry_error err;

static void setup(void)
{
    err = (struct ferry_error){.size = sizeof err};
    log_setup(0, 0);
    memset(&lab, 0, sizeof lab);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
}

static void teardown(void)
{
    lab_close(&lab);
}

#define expect_count(n)                                                                            \
    do {                                                                                           \
        lab_expect(&lab, 200, "GET", "/count", NULL);                                              \
        ck_assert_msg(str_is(lab.body, n), "count %.*s, wanted %s", STR_ARG(lab.body), n);         \
    } while (0)

/* A second state on the same folder. */
static int32_t open_again(const struct ferry_service *service, const char *id,
                          struct service_state **out)
{
    struct service_setup s = {service, id, NULL, 0, lab.state, &lab.clock};
    return service_state_open(out, &s, &err);
}

START_TEST(the_first_open_seeds_and_no_other_does)
{
    expect_count("1");
    lab_shut(&lab);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    expect_count("1");
}
END_TEST

START_TEST(what_was_answered_is_stored)
{
    struct service_state *other = NULL;
    struct buf dump;
    lab_expect(&lab, 201, "POST", "/add", "one");
    ck_assert_int_eq(open_again(&toy_service, "toy", &other), FERRY_OK);
    buf_init(&dump, 1000);
    ck_assert_int_eq(service_state_dump(other, &dump, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&dump), "seed,one");
    buf_finish(&dump);
    service_state_close(other);
}
END_TEST

/* Reads of others, and changes of our own, are no disturbance. */
START_TEST(a_change_that_somebody_else_makes_is_noticed)
{
    struct lab other = {.folder = ""};
    ck_assert_int_eq(lab.transport.disturbed(lab.transport.self), 0);
    memcpy(other.folder, lab.folder, sizeof lab.folder);
    memcpy(other.state, lab.state, sizeof lab.state);
    lab_open(&other, &toy_service, "toy", NULL, 0, NULL);
    lab_expect(&lab, 201, "POST", "/add", "one");
    lab_expect(&other, 200, "GET", "/count", NULL);
    ck_assert_int_eq(lab.transport.disturbed(lab.transport.self), 0);
    ck_assert_int_eq(other.transport.disturbed(other.transport.self), 1);
    lab_expect(&other, 201, "POST", "/add", "two");
    ck_assert_int_eq(lab.transport.disturbed(lab.transport.self), 1);
    lab_shut(&other);
}
END_TEST

START_TEST(a_failing_service_changes_nothing_and_is_a_500)
{
    static const char *const targets[] = {"/boom", "/silent", "/request"};
    for (size_t i = 0; i < 3; i++) {
        lab_expect(&lab, 500, "POST", targets[i], "x");
        ck_assert(lab_has(&lab, "\"code\":\"internal\""));
        ck_assert(!lab_has(&lab, "boom"));
        expect_count("1");
    }
}
END_TEST

START_TEST(new_steps_run_on_an_old_state_and_only_those)
{
    static const char *const two[] = {
        "CREATE TABLE item (n BIGINT PRIMARY KEY, text TEXT NOT NULL)",
        "INSERT INTO item (n, text) VALUES (100, 'from step 2'); CREATE TABLE more (n BIGINT)",
        NULL};
    struct ferry_service newer = toy_service;
    newer.schema = two;
    lab_shut(&lab);
    lab_open(&lab, &newer, "toy", NULL, 0, NULL);
    lab_expect(&lab, 200, "GET", "/list", NULL);
    ck_assert_int_eq(ferry_eq(lab.body, FERRY_LIT("seed,from step 2")), 1);
    lab_shut(&lab);
    lab_open(&lab, &newer, "toy", NULL, 0, NULL);
    expect_count("2");
    struct service_state *old = NULL;
    ck_assert_int_eq(open_again(&toy_service, "toy", &old), FERRY_E_STATE);
    ck_assert_ptr_null(old);
    ck_assert_ptr_nonnull(strstr(err.message, "version 2"));
    ck_assert_ptr_nonnull(strstr(err.message, "knows 1"));
}
END_TEST

START_TEST(a_step_that_fails_leaves_the_state_as_it_was)
{
    static const char *const two[] = {
        "CREATE TABLE item (n BIGINT PRIMARY KEY, text TEXT NOT NULL)",
        "INSERT INTO item (n, text) VALUES (100, 'half'); INSERT INTO nowhere VALUES (1)", NULL};
    struct ferry_service newer = toy_service;
    struct service_state *s = NULL;
    newer.schema = two;
    ck_assert_int_ne(open_again(&newer, "toy", &s), FERRY_OK);
    ck_assert_ptr_null(s);
    expect_count("1");
}
END_TEST

START_TEST(another_plugins_state_is_refused_by_name)
{
    struct service_state *s = NULL;
    ck_assert_int_eq(open_again(&toy_service, "qase", &s), FERRY_E_STATE);
    ck_assert_ptr_null(s);
    ck_assert_ptr_nonnull(strstr(err.message, "\"toy\""));
    ck_assert_ptr_nonnull(strstr(err.message, "\"qase\""));
}
END_TEST

START_TEST(a_folder_that_cannot_be_is_named)
{
    struct service_setup s = {&toy_service, "toy", NULL, 0, "/dev/null/state", &lab.clock};
    struct service_state *out = NULL;
    ck_assert_int_ne(service_state_open(&out, &s, &err), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, "/dev/null"));
}
END_TEST

START_TEST(a_state_that_is_no_database_is_refused)
{
    char path[128];
    struct service_state *s = NULL;
    lab_shut(&lab);
    snprintf(path, sizeof path, "%s/state.db", lab.state);
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++) {
        fputs("this is not a database at all\n", f);
    }
    fclose(f);
    lab.clock = clock_virtual();
    ck_assert_int_ne(open_again(&toy_service, "toy", &s), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, path));
    lab_remove(lab.state);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
}
END_TEST

static int32_t seed_fails(const struct ferry_service_call *call, struct ferry_error *e)
{
    toy_add(call, FERRY_LIT("half"), e);
    return ferry_fail(e, FERRY_E_INPUT, NULL, "no seed today");
}

START_TEST(a_seed_that_fails_is_tried_again)
{
    struct ferry_service bad = toy_service;
    struct service_state *s = NULL;
    bad.seed = seed_fails;
    lab_shut(&lab);
    lab_remove(lab.state);
    ck_assert_int_eq(open_again(&bad, "toy", &s), FERRY_E_INPUT);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    expect_count("1");
}
END_TEST

START_TEST(requests_are_counted_and_a_change_keeps_the_count)
{
    lab_expect(&lab, 200, "GET", "/serial", NULL);
    ck_assert(str_is(lab.body, "1"));
    lab_expect(&lab, 201, "POST", "/add", "x");
    lab_expect(&lab, 200, "GET", "/serial", NULL);
    ck_assert(str_is(lab.body, "3"));
    lab_expect(&lab, 201, "POST", "/add", "x");
    lab_shut(&lab);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    lab_expect(&lab, 200, "GET", "/serial", NULL);
    ck_assert(str_is(lab.body, "5"));
}
END_TEST

START_TEST(a_read_writes_nothing)
{
    char path[128];
    struct stat before, after;
    snprintf(path, sizeof path, "%s/state.db-wal", lab.state);
    lab_expect(&lab, 201, "POST", "/add", "x");
    ck_assert_int_eq(stat(path, &before), 0);
    for (int i = 0; i < 10; i++) {
        expect_count("2");
    }
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(before.st_size, after.st_size);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}
END_TEST

START_TEST(several_processes_lose_no_change)
{
    lab_shut(&lab);
    for (int child = 0; child < 3; child++) {
        if (fork() == 0) {
            int bad = 0;
            lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
            for (int i = 0; i < 25; i++) {
                bad += lab_send(&lab, "POST", "/add", "x") != 201;
            }
            lab_shut(&lab);
            _exit(bad);
        }
    }
    for (int child = 0; child < 3; child++) {
        int status = -1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    expect_count("76");
}
END_TEST

/* --- ferry.host.sql/1 ---------------------------------------------------------------- */

#define expect_sql(sql_, want_)                                                                    \
    do {                                                                                           \
        lab_expect(&lab, 200, "POST", "/sql", sql_);                                               \
        ck_assert_msg(lab_has(&lab, want_), "%s: %.*s", sql_, STR_ARG(lab.body));                  \
    } while (0)

START_TEST(values_come_back_as_they_went)
{
    expect_sql("SELECT ?, ?, ?, ?, ?", "1:-7 2:2.5 3:t\xC3\xA9 0: 4:raw;");
    expect_sql("SELECT ?, ?, ?, ?, ?", "1:-7 2:2.5 3:t\xC3\xA9 0: 4:raw;");
    expect_sql("  select '' ;  ", "3:;");
    expect_sql("WITH a AS (SELECT 5 AS n) SELECT n FROM a", "1:5;");
}
END_TEST

START_TEST(a_service_cannot_touch_the_transaction)
{
    static const char *const wrong[] = {"COMMIT",
                                        "ROLLBACK",
                                        "BEGIN",
                                        "PRAGMA journal_mode = OFF",
                                        "VACUUM",
                                        "ATTACH 'x.db' AS x",
                                        "SAVEPOINT s",
                                        "-- hidden\nCOMMIT",
                                        "/* x */ COMMIT",
                                        "CREATE TABLE x (n BIGINT)",
                                        "",
                                        "   "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_sql(wrong[i], "10 a service may only");
    }
    expect_sql("SELECT 1; COMMIT", "10 more than one statement");
    expect_sql("SELECT 1 FROM nowhere", "10 ");
    expect_sql("INSERT INTO item (n, text) VALUES (1, 'twice')", "UNIQUE");
    expect_sql("SELECT ?, ?, ?, ?, ?, ?", "10 5 values for 6 marks");
    expect_count("1");
}
END_TEST

START_TEST(a_statement_may_run_inside_its_own_rows)
{
    lab_expect(&lab, 201, "POST", "/add", "x");
    lab_expect(&lab, 201, "POST", "/add", "x");
    lab_expect(&lab, 200, "GET", "/nested", NULL);
    ck_assert(str_is(lab.body, "18")); /* (1 + 2 + 3) * 3 */
}
END_TEST

START_TEST(more_statements_than_the_cache_holds_still_run)
{
    char sql[64], want[32];
    for (int i = 0; i < 500; i++) {
        snprintf(sql, sizeof sql, "SELECT %d", i);
        snprintf(want, sizeof want, "1:%d;", i);
        expect_sql(sql, want);
    }
    expect_sql("SELECT 0", "1:0;");
}
END_TEST

/* --- ferry.host.blob/1 --------------------------------------------------------------- */

START_TEST(bytes_are_kept_whole_or_in_part)
{
    char target[128];
    lab_expect(&lab, 201, "POST", "/keep", "abc");
    ck_assert(str_is(lab.body,
                     "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    snprintf(target, sizeof target, "/blob/%.*s", STR_ARG(lab.body));
    lab_expect(&lab, 200, "GET", target, NULL);
    ck_assert(str_is(lab.body, "abc"));
    lab_expect(&lab, 201, "POST", "/keep/tail", "xxabc");
    snprintf(target, sizeof target, "/blob/%.*s", STR_ARG(lab.body));
    lab_expect(&lab, 200, "GET", target, NULL);
    ck_assert(str_is(lab.body, "abc"));
    lab_expect(&lab, 400, "POST", "/keep/beyond", "abc");
    ck_assert(lab_has(&lab, "3 bytes"));
}
END_TEST

START_TEST(a_body_in_the_hosts_spool_is_kept_too)
{
    char digest[DIGEST_TEXT];
    struct request answer;
    struct service_state *s = transport_inproc_state(&lab.transport);
    ck_assert_int_eq(spool_add(lab.spool, FERRY_LIT("zzabc"), digest, &err), FERRY_OK);
    struct ferry_blob blob = {sizeof blob, 0, ferry_cstr(digest), 5};
    struct ferry_message m = {.size = sizeof m,
                              .method = FERRY_LIT("POST"),
                              .target = FERRY_LIT("/keep/tail"),
                              .blob = &blob};
    request_init(&answer, 10000);
    ck_assert_int_eq(service_state_handle(s, &m, lab.spool, &answer, &err), SERVICE_ANSWERED);
    ck_assert_uint_eq(answer.status, 201);
    ck_assert_int_eq(
        spool_size(service_state_blobs(s),
                   FERRY_LIT("sha256:"
                             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        3);
    ck_assert_int_eq(service_state_handle(s, &m, NULL, &answer, &err), SERVICE_ANSWERED);
    ck_assert_uint_eq(answer.status, 400);
    request_finish(&answer);
}
END_TEST

/* --- copies --------------------------------------------------------------------------- */

START_TEST(a_fork_stays_as_it_was)
{
    struct service_state *s = transport_inproc_state(&lab.transport), *past = NULL;
    struct buf dump;
    char path[128];
    snprintf(path, sizeof path, "%s/past.db", lab.folder);
    lab_expect(&lab, 201, "POST", "/add", "one");
    ck_assert_int_eq(service_state_fork(s, path, &past, &err), FERRY_OK);
    lab_expect(&lab, 201, "POST", "/add", "two");
    buf_init(&dump, 1000);
    ck_assert_int_eq(service_state_dump(past, &dump, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&dump), "seed,one");
    buf_finish(&dump);
    service_state_close(past);
    expect_count("3");
}
END_TEST

START_TEST(a_service_without_a_dump_says_so)
{
    struct ferry_service mute = toy_service;
    struct service_state *s = NULL;
    struct buf dump;
    mute.dump = NULL;
    ck_assert_int_eq(open_again(&mute, "toy", &s), FERRY_OK);
    buf_init(&dump, 1000);
    ck_assert_int_eq(service_state_dump(s, &dump, &err), FERRY_E_UNSUPPORTED);
    buf_finish(&dump);
    service_state_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service_state");
    TCase *c = tcase_create("state");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, the_first_open_seeds_and_no_other_does);
    tcase_add_test(c, what_was_answered_is_stored);
    tcase_add_test(c, a_change_that_somebody_else_makes_is_noticed);
    tcase_add_test(c, a_failing_service_changes_nothing_and_is_a_500);
    tcase_add_test(c, new_steps_run_on_an_old_state_and_only_those);
    tcase_add_test(c, a_step_that_fails_leaves_the_state_as_it_was);
    tcase_add_test(c, another_plugins_state_is_refused_by_name);
    tcase_add_test(c, a_folder_that_cannot_be_is_named);
    tcase_add_test(c, a_state_that_is_no_database_is_refused);
    tcase_add_test(c, a_seed_that_fails_is_tried_again);
    tcase_add_test(c, requests_are_counted_and_a_change_keeps_the_count);
    tcase_add_test(c, a_read_writes_nothing);
    tcase_add_test(c, several_processes_lose_no_change);
    tcase_add_test(c, values_come_back_as_they_went);
    tcase_add_test(c, a_service_cannot_touch_the_transaction);
    tcase_add_test(c, a_statement_may_run_inside_its_own_rows);
    tcase_add_test(c, more_statements_than_the_cache_holds_still_run);
    tcase_add_test(c, bytes_are_kept_whole_or_in_part);
    tcase_add_test(c, a_body_in_the_hosts_spool_is_kept_too);
    tcase_add_test(c, a_fork_stays_as_it_was);
    tcase_add_test(c, a_service_without_a_dump_says_so);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
