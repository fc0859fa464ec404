/* SPDX-License-Identifier: MIT */
/*
 * jobs.c - uploads that somebody asked for: the same ones are one job, in whatever order they come; a key is of one upload; what is over can be taken
 * up again. And what the file of a run's exchanges is called.
 */
#include "scratch.h"

#include <exchanges.h>
#include <jobs.h>
#include <journal.h>
#include <text.h>

static struct journal journal;
static struct ferry_error err;
static struct job_report reports[2];
static char name[UUID_TEXT];
static enum job_put what;

static void begin(void)
{
    scratch_enter();
    err = (struct ferry_error){.size = sizeof err};
    ck_assert_msg(journal_open(&journal, "state", 0, &err) == FERRY_OK, "%s", err.message);
}

static void end(void)
{
    journal_close(&journal);
    scratch_leave();
}

/* Two reports, `first` before the other one. */
static void put(const char *text, const char *key, char first, char second, int64_t most)
{
    char own[UUID_TEXT];
    struct job_call call = {
        .text = ferry_cstr(text), .idempotency_key = ferry_cstr(key), .reports = reports, .n = 2};
    const char digits[2] = {first, second};
    for (int i = 0; i < 2; i++) {
        reports[i].name = digits[i] == 'a' ? FERRY_LIT("a.xml") : FERRY_LIT("b.xml");
        snprintf(reports[i].digest, DIGEST_TEXT, "sha256:%c", digits[i]);
    }
    ck_assert_int_eq(jobs_put(journal.db, &call, 1000, most, &what, own, &err), FERRY_OK);
    snprintf(name, sizeof name, "%s", own);
}

START_TEST(the_same_reports_to_the_same_place_are_one_job)
{
    char first[UUID_TEXT];
    put("{}", NULL, 'a', 'b', 10);
    ck_assert_int_eq(what, JOB_NEW);
    memcpy(first, name, sizeof first);
    put("{}", NULL, 'b', 'a', 10);
    ck_assert_int_eq(what, JOB_KNOWN);
    ck_assert_str_eq(name, first);
    put("{}", NULL, 'a', 'c', 10);
    ck_assert_int_eq(what, JOB_NEW);
    ck_assert_str_ne(name, first);
    put("{\"to\":\"x\"}", NULL, 'a', 'b', 10);
    ck_assert_int_eq(what, JOB_NEW);
    ck_assert_str_ne(name, first);
}
END_TEST

START_TEST(a_key_is_of_one_upload)
{
    put("{}", "night", 'a', 'b', 10);
    ck_assert_int_eq(what, JOB_NEW);
    put("{}", "night", 'a', 'b', 10);
    ck_assert_int_eq(what, JOB_KNOWN);
    put("{}", "night", 'a', 'c', 10);
    ck_assert_int_eq(what, JOB_OTHER);
    put("{}", "another", 'a', 'b', 10); /* which is there by its own word */
    ck_assert_int_eq(what, JOB_KNOWN);
    ck_assert_int_eq(jobs_count(journal.db, JOB_WAITING), 1);
}
END_TEST

START_TEST(no_more_wait_than_may)
{
    put("{}", NULL, 'a', 'b', 1);
    ck_assert_int_eq(what, JOB_NEW);
    put("{}", NULL, 'a', 'c', 1);
    ck_assert_int_eq(what, JOB_FULL);
    put("{}", NULL, 'a', 'b', 1);
    ck_assert_int_eq(what, JOB_KNOWN);
}
END_TEST

static int32_t on_report(void *data, int64_t n, struct ferry_str report, struct ferry_str digest)
{
    buf_printf(data, "%lld %.*s %.*s\n", (long long)n, STR_ARG(report), STR_ARG(digest));
    return FERRY_OK;
}

START_TEST(what_waits_is_taken_up_settled_and_taken_up_again)
{
    struct buf call, told;
    struct job job;
    int got = 0, changed = 0;
    buf_init(&call, 1000);
    buf_init(&told, 1000);
    put("{\"to\":\"x\"}", NULL, 'b', 'a', 10);
    ck_assert_int_eq(jobs_next(journal.db, 2000, &job, &call, &got, &err), FERRY_OK);
    ck_assert_int_eq(got, 1);
    ck_assert_str_eq(job.name, name);
    ck_assert_str_eq(buf_cstr(&call), "{\"to\":\"x\"}");
    ck_assert_int_eq(jobs_reports(journal.db, job.id, on_report, &told, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "0 a.xml sha256:a\n1 b.xml sha256:b\n");
    job.code = 7;
    job.run_id = 3;
    ck_assert_int_eq(jobs_settle(journal.db, &job, JOB_WAITING, 5000, 2500, &err), FERRY_OK);
    ck_assert_int_eq(jobs_next(journal.db, 4999, &job, &call, &got, &err), FERRY_OK);
    ck_assert_int_eq(got, 0); /* not yet */
    ck_assert_int_eq(jobs_next(journal.db, 5000, &job, &call, &got, &err), FERRY_OK);
    ck_assert_int_eq(got, 1);
    ck_assert_int_eq(job.tries, 1);
    job.code = 6;
    job.run_id = 0; /* not known this time: what was known stays */
    ck_assert_int_eq(jobs_settle(journal.db, &job, JOB_DONE, 0, 6000, &err), FERRY_OK);
    ck_assert_int_eq(jobs_find(journal.db, ferry_cstr(name), &job, &got, &err), FERRY_OK);
    ck_assert_int_eq(job.run_id, 3);
    ck_assert_int_eq(job.code, 6);
    ck_assert_int_eq(job.ended_ms, 6000);
    ck_assert_int_eq(jobs_again(journal.db, ferry_cstr(name), &changed, &err), FERRY_OK);
    ck_assert_int_eq(changed, 1);
    ck_assert_int_eq(jobs_again(journal.db, ferry_cstr(name), &changed, &err), FERRY_OK);
    ck_assert_int_eq(changed, 0); /* it waits already */
    ck_assert_int_eq(jobs_count(journal.db, JOB_WAITING), 1);
    buf_finish(&call);
    buf_finish(&told);
}
END_TEST

START_TEST(a_runs_file_has_a_name_that_leads_nowhere)
{
    static const char *const fit[] = {"nightly-7", "b390ce84-cce7-5892-9ca5-772f58d0fa02~ab",
                                      "A.b_c"};
    static const char *const unfit[] = {"",    ".hidden", "..",       "a/b",
                                        "a b", "a\nb",    "\xc3\xa9", "id=local:AO/1"};
    char one[EXCHANGES_NAME], before[EXCHANGES_NAME] = "";
    for (size_t i = 0; i < sizeof fit / sizeof *fit; i++) {
        exchanges_name(ferry_cstr(fit[i]), one);
        ck_assert_str_eq(one, fit[i]);
    }
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        unsigned char id[16];
        exchanges_name(ferry_cstr(unfit[i]), one);
        ck_assert_msg(uuid_parse(ferry_cstr(one), id), "%s", one);
        ck_assert_str_ne(one, before);
        memcpy(before, one, sizeof before);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jobs");
    TCase *c = tcase_create("jobs");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, the_same_reports_to_the_same_place_are_one_job);
    tcase_add_test(c, a_key_is_of_one_upload);
    tcase_add_test(c, no_more_wait_than_may);
    tcase_add_test(c, what_waits_is_taken_up_settled_and_taken_up_again);
    tcase_add_test(c, a_runs_file_has_a_name_that_leads_nowhere);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
