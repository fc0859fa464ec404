/* SPDX-License-Identifier: MIT */
/*
 * Which ids of clients a run of the local tracker holds: in however many requests they came, in whatever order they come again, and
 * whichever version stored them.
 */
#include "lab.h"

#include <db.h>
#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_local;

static struct lab lab;
static struct buf body;

static const struct ferry_service *service(void)
{
    return ferry_plugin_local.query(FERRY_SERVICE_1);
}

static void open_lab(const struct ferry_service *s)
{
    lab_open(&lab, s, "local", NULL, 0, NULL);
}

static void setup(void)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    buf_init(&body, 4 << 20);
}

static void teardown(void)
{
    buf_finish(&body);
    lab_close(&lab);
}

static void make_run(void)
{
    lab_expect(&lab, 201, "POST", "/v1/AO/runs", "{\"title\":\"Nightly\"}");
}

static int count(struct ferry_str text, const char *what)
{
    int n = 0;
    const char *hit;
    while (text.len > 0 && (hit = memmem(text.ptr, (size_t)text.len, what, strlen(what)))) {
        text = str_sub(text, (uint64_t)(hit - text.ptr) + strlen(what), text.len);
        n++;
    }
    return n;
}

/* Ids from `from` on in steps, below `to`, into a run; so many of them were there. */
static void post(int run, int from, int to, int step, int existed)
{
    char path[40];
    buf_reset(&body);
    for (int i = from; i < to; i += step) {
        buf_printf(
            &body,
            "%s{\"id\":\"00000000-0000-5000-8000-%012d\",\"signature\":\"s\",\"status\":\"passed\"}",
            i > from ? "," : "{\"results\":[", i);
    }
    buf_puts(&body, "]}");
    snprintf(path, sizeof path, "/v1/AO/runs/%d/results", run);
    lab_expect(&lab, 200, "POST", path, buf_cstr(&body));
    ck_assert_int_eq(count(lab.body, "\"existed\":true"), existed);
}

static void expect_results(int n)
{
    lab_expect(&lab, 200, "GET", "/v1/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "results"), n);
}

static void open_rows(struct db **db)
{
    char path[128];
    struct ferry_error err = {.size = sizeof err};
    snprintf(path, sizeof path, "%s/state.db", lab.state);
    ck_assert_int_eq(db_open(db, path, 0, 1000, &err), FERRY_OK);
}

START_TEST(an_id_is_known_whatever_request_it_came_with)
{
    struct db *db;
    open_lab(service());
    make_run();
    make_run();
    for (int i = 0; i < 600; i += 3) { /* 200 requests: blocks of three levels */
        post(1, i, i + 3, 1, 0);
    }
    expect_results(600);
    post(1, 1, 600, 7, 86);
    post(1, 598, 604, 1, 2);
    post(2, 0, 10, 1, 0); /* another run holds its own */
    expect_results(614);
    lab_shut(&lab);
    open_lab(service());
    post(1, 0, 604, 1, 604);
    post(2, 0, 11, 1, 10);
    expect_results(615);
    lab_shut(&lab);
    open_rows(&db);
    ck_assert_int_eq(db_one_int(db, -1, NULL,
                                "SELECT SUM(length(entries)) FROM result_block WHERE run_id = 1",
                                ""),
                     604 * 16);
    ck_assert_int_le(
        db_one_int(db, -1, NULL, "SELECT COUNT(*) FROM result_block WHERE run_id = 1", ""), 3 * 7);
    db_close(db);
}
END_TEST

START_TEST(two_ids_of_one_hash_are_two)
{
    struct db *db;
    open_lab(service());
    make_run();
    post(1, 0, 3, 1, 0);
    lab_shut(&lab);
    open_rows(&db); /* the first result's entry now stands for another id */
    ck_assert_int_eq(db_run(db, NULL, "UPDATE result SET client_id = 'another' WHERE id = 1", ""),
                     FERRY_OK);
    db_close(db);
    open_lab(service());
    post(1, 0, 3, 1, 2);
    expect_results(4);
}
END_TEST

/* What the first version of the tables held is known to the second. */
START_TEST(ids_that_an_older_version_stored_are_known)
{
    const char *const first[] = {service()->schema[0], NULL};
    struct ferry_service old = *service();
    uint64_t hash = 14695981039346656037u;
    int64_t key;
    struct db *db;
    const char *id = "00000000-0000-5000-8000-000000000001";
    old.schema = first;
    open_lab(&old);
    make_run();
    lab_expect(&lab, 201, "POST", "/v1/AO/cases",
               "{\"cases\":[{\"title\":\"s\",\"signature\":\"s\"}]}");
    lab_shut(&lab);
    for (const char *p = id; *p; p++) {
        hash = (hash ^ (unsigned char)*p) * 1099511628211u;
    }
    memcpy(&key, &hash, sizeof key);
    open_rows(&db);
    ck_assert_int_eq(
        db_run(
            db, NULL,
            "INSERT INTO result VALUES(1, 1, 1, ?, ?, 1, 'passed', NULL, NULL, 5, '{\"status\":\"passed\"}')",
            "iz", key, id),
        FERRY_OK);
    db_run(db, NULL, "UPDATE counter SET last = 1 WHERE project = 1 AND noun = 'result'", "");
    db_run(db, NULL, "INSERT INTO result_count VALUES(1, 1, 'passed', 1)", "");
    db_close(db);
    open_lab(service());
    post(1, 0, 3, 1, 1);
    post(1, 0, 4, 1, 3);
    expect_results(4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("local_known");
    TCase *c = tcase_create("ids");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, an_id_is_known_whatever_request_it_came_with);
    tcase_add_test(c, two_ids_of_one_hash_are_two);
    tcase_add_test(c, ids_that_an_older_version_stored_are_known);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
