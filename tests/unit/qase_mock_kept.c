/* SPDX-License-Identifier: MIT */
/* qase_mock_kept.c - what the mock of Qase keeps, shows and leaves out. */
#include "qase_mock_lab.h"

START_TEST(an_id_is_kept_once_a_run_whatever_comes_after)
{
    const char *one =
        "{\"results\":[{\"id\":\"a\",\"title\":\"t\",\"execution\":{\"status\":\"passed\"}},"
        "{\"id\":\"a\",\"title\":\"t\",\"execution\":{\"status\":\"passed\"}}]}";
    expect(202, "POST", "/v2/AO/run/1/results", one);
    struct buf before = dump();
    expect(202, "POST", "/v2/AO/run/1/results", one);
    struct buf after = dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    ck_assert_ptr_null(strstr(buf_cstr(&after), "\"conflict\""));
    buf_finish(&after);
    expect(202, "POST", "/v2/AO/run/1/results",
           "{\"results\":[{\"id\":\"a\",\"title\":\"t\",\"execution\":{\"status\":\"failed\"}}]}");
    after = dump();
    ck_assert_ptr_nonnull(strstr(buf_cstr(&after), "[\"conflict\",\"AO\",1,\"a\""));
    buf_finish(&after);
    buf_finish(&before);
    expect(200, "GET", "/v1/result/AO?run=1", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 1);
    ck_assert(lab_has(&lab, "\"status\":\"passed\""));
    expect(202, "POST", "/v2/AO/run/2/results", one); /* another run */
    expect(200, "GET", "/v1/result/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 2);
}
END_TEST

START_TEST(results_without_an_id_are_there_as_often_as_they_are_sent)
{
    const char *one = "{\"results\":[{" GOOD "}]}";
    expect(202, "POST", "/v2/AO/run/1/results", one);
    expect(202, "POST", "/v2/AO/run/1/results", one);
    expect(200, "POST", "/v1/result/AO/1", "{\"case_id\":1,\"status\":\"passed\"}");
    expect(200, "POST", "/v1/result/AO/1", "{\"case_id\":1,\"status\":\"passed\"}");
    expect(200, "GET", "/v1/result/AO?run=1", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 4);
}
END_TEST

START_TEST(v1_reads_back_what_v2_was_told_and_no_more)
{
    char body[1200];
    static const char *const hidden[] = {
        "the title",   "the signature", "the-id",      "chrome", "the suite",      "the action",
        "wanted this", "error_context", "the context", "params", "start_time\":15"};
    snprintf(
        body, sizeof body,
        "{\"results\":[{\"id\":\"the-id\",\"title\":\"the title\",\"signature\":\"the signature\","
        "\"testops_ids\":[1,2],\"execution\":{\"status\":\"failed\",\"start_time\":1577934300.25,\"duration\":1500,"
        "\"stacktrace\":\"at line 7\",\"error_context\":\"the context\"},\"message\":\"went wrong\","
        "\"params\":{\"browser\":\"chrome\"},\"relations\":{\"suite\":{\"data\":[{\"title\":\"the suite\"}]}},"
        "\"attachments\":[\"%s\"],\"steps\":[{\"data\":{\"action\":\"the action\",\"expected_result\":\"wanted this\"},"
        "\"execution\":{\"status\":\"skipped\",\"comment\":\"no\",\"duration\":3,\"attachments\":[\"%s\"]}}]}]}",
        hash, hash);
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"Logout\"}");
    expect(202, "POST", "/v2/AO/run/1/results", body);
    expect(200, "GET", "/v1/result/AO?run=1&limit=100", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 2);
    ck_assert_int_eq(lab_number(&lab, "result.entities.0.case_id"), 1);
    ck_assert_int_eq(lab_number(&lab, "result.entities.1.case_id"), 2);
    ck_assert_int_eq(lab_number(&lab, "result.entities.1.time_spent_ms"), 1500);
    ck_assert_int_eq(lab_number(&lab, "result.entities.0.steps.0.status"), 5);
    ck_assert(lab_has(&lab, "\"comment\":\"went wrong\""));
    ck_assert(lab_has(&lab, "\"stacktrace\":\"at line 7\""));
    ck_assert(lab_has(&lab, "\"end_time\":\"2020-01-02T03:05:01+00:00\""));
    ck_assert(lab_has(&lab, "\"filename\":\"a.txt\",\"url\":\"http://mock.test/attachment/"));
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        ck_assert_msg(!lab_has(&lab, hidden[i]), "\"%s\" is not read back: %.*s", hidden[i],
                      STR_ARG(lab.body));
    }
}
END_TEST

START_TEST(a_result_goes_to_the_case_of_its_signature_or_makes_one)
{
    const char *one =
        "{\"results\":[{" GOOD ",\"signature\":\"s::t\",\"relations\":{\"suite\":{\"data\":"
        "[{\"title\":\"outer\"},{\"title\":\"inner\"}]}},\"fields\":{\"tags\":\"a, b\",\"severity\":\"major\"}}]}";
    expect(202, "POST", "/v2/AO/run/1/results", one);
    expect(202, "POST", "/v2/AO/run/2/results", one);
    expect(200, "GET", "/v1/case/AO?search=t&severity=major", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
    ck_assert_int_eq(lab_number(&lab, "result.entities.0.id"), 2);
    ck_assert_int_eq(lab_number(&lab, "result.entities.0.suite_id"), 2);
    ck_assert(lab_has(&lab, "\"title\":\"b\""));
    expect(200, "GET", "/v1/suite/AO/2", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.parent_id"), 1);
    expect(200, "POST", "/v1/result/AO/1", /* v1 has no signatures: suites and title */
           "{\"case\":{\"title\":\"t\",\"suite_title\":\"outer\\tinner\"},\"status\":\"failed\"}");
    expect(200, "GET", "/v1/case/AO?suite_id=2", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
}
END_TEST

START_TEST(a_file_is_given_back_as_it_came_under_a_hash_of_its_own)
{
    char target[100], first[40];
    snprintf(first, sizeof first, "%s", hash);
    snprintf(target, sizeof target, "/attachment/%s/a.txt", hash);
    expect(200, "GET", target, NULL);
    ck_assert(str_is(lab.body, "bytes"));
    snprintf(target, sizeof target, "/v1/attachment/%s", hash);
    expect(200, "GET", target, NULL);
    ck_assert_int_eq(lab_number(&lab, "result.size"), 5);
    upload(PART("name=\"file[]\"; filename=\"a.txt\"", "bytes") "--b--\r\n");
    ck_assert(!lab_has(&lab, first));
    expect(200, "GET", "/v1/attachment", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 2);
    expect(200, "DELETE", target, NULL);
    expect(404, "GET", target, NULL);
}
END_TEST

START_TEST(completing_computes_the_status_and_locks_nothing)
{
    expect(
        202, "POST", "/v2/AO/run/1/results",
        "{\"results\":[{\"title\":\"t\",\"execution\":{\"status\":\"failed\",\"duration\":7}}]}");
    expect(200, "GET", "/v1/run/AO/1", NULL);
    ck_assert(lab_has(&lab, "\"status_text\":\"in_progress\""));
    type = "application/x-www-form-urlencoded"; /* as the reporters do it */
    expect(200, "POST", "/v1/run/AO/1/complete", "");
    type = NULL;
    expect(202, "POST", "/v2/AO/run/1/results", "{\"results\":[{" GOOD "}]}");
    expect(200, "GET", "/v1/run/AO/1?include=cases", NULL);
    ck_assert(lab_has(&lab, "\"status_text\":\"failed\""));
    ck_assert_int_eq(lab_number(&lab, "result.stats.statuses.passed"), 1);
    ck_assert_int_eq(lab_number(&lab, "result.time_spent"), 7);
    ck_assert(lab_has(&lab, "\"cases\":[2]"));
    expect(200, "PATCH", "/v1/run/AO/1", "{\"description\":\"said later\",\"tags\":[\"x\"]}");
    expect(200, "GET", "/v1/run/AO?search=night&status=failed", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
    ck_assert(lab_has(&lab, "said later"));
    expect(200, "GET", "/v1/run/AO?from_start_time=1577934246", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
    ck_assert_int_eq(lab_number(&lab, "result.total"), 2);
}
END_TEST

START_TEST(a_run_counts_the_latest_result_of_each_case_and_what_was_not_tested)
{
#define OF(id, status) "{\"case_id\":" id ",\"status\":\"" status "\",\"time_ms\":5}"
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"b\"}");
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"c\"}");
    expect(200, "POST", "/v1/run/AO", "{\"title\":\"counted\",\"cases\":[1,2]}");
    int64_t run = lab_number(&lab, "result.id");
    char results[60], target[60];
    snprintf(target, sizeof target, "/v1/run/AO/%lld", (long long)run);
    snprintf(results, sizeof results, "/v1/result/AO/%lld", (long long)run);
    expect(200, "GET", target, NULL);
    ck_assert(lab_has(&lab, "\"stats\":{\"statuses\":{},\"untested\":2,\"total\":2}"));
    expect(200, "POST", results, OF("3", "passed"));
    expect(200, "POST", results, OF("1", "failed"));
    expect(200, "POST", results, OF("3", "skipped"));
    expect(200, "POST", results, OF("1", "passed"));
    expect(200, "GET", target, NULL);
    ck_assert(lab_has(
        &lab, "\"stats\":{\"statuses\":{\"passed\":1,\"skipped\":1},\"untested\":1,\"total\":3}"));
    ck_assert_int_eq(lab_number(&lab, "result.time_spent"), 20);
#undef OF
}
END_TEST

static void numbers(const char *target, int64_t total, int64_t filtered)
{
    expect(200, "GET", target, NULL);
    ck_assert_int_eq(lab_number(&lab, "result.total"), total);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), filtered);
}

START_TEST(lists_tell_how_many_there_are_whatever_came_and_went)
{
    const char *two = "{\"results\":[{" GOOD "},{" GOOD "}]}";
    char removed[100];
    numbers("/v1/result/AO?run=1", 0, 0);
    numbers("/v1/case/AO", 1, 1);
    expect(202, "POST", "/v2/AO/run/1/results", two);
    expect(202, "POST", "/v2/AO/run/2/results", two);
    expect(202, "POST", "/v2/AO/run/2/results", two);
    numbers("/v1/result/AO?run=1", 6, 2);
    numbers("/v1/result/AO?run=2", 6, 4);
    numbers("/v1/result/AO?run=1,2", 6, 6);
    numbers("/v1/result/AO?run=2&status=failed", 6, 0);
    numbers("/v1/result/AO?run=2&case_id=2", 6, 4);
    numbers("/v1/case/AO", 2, 2);
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"another\"}");
    numbers("/v1/case/AO?search=another", 3, 1);
    expect(200, "GET", "/v1/result/AO?run=2&limit=1", NULL);
    const char *at = memmem(lab.body.ptr, (size_t)lab.body.len, "\"hash\":\"", 8);
    ck_assert_ptr_nonnull(at);
    snprintf(removed, sizeof removed, "/v1/result/AO/2/%.32s", at + 8);
    expect(200, "DELETE", removed, NULL);
    numbers("/v1/result/AO?run=2", 5, 3);
    expect(200, "DELETE", "/v1/run/AO/2", NULL);
    numbers("/v1/result/AO?run=1", 2, 2);
    expect(200, "DELETE", "/v1/case/AO/3", NULL);
    numbers("/v1/case/AO", 2, 2);
}
END_TEST

START_TEST(fields_and_cases_can_be_changed)
{
    expect(200, "PATCH", "/v1/case/AO/1",
           "{\"description\":\"d\",\"custom_field\":{\"1\":\"K_2\",\"2\":\"1\"}}");
    expect(200, "PATCH", "/v1/case/AO/1", "{\"title\":\"Sign in\",\"custom_field\":{\"2\":\"\"}}");
    expect(200, "GET", "/v1/case/AO/1", NULL);
    ck_assert(lab_has(&lab, "\"title\":\"Sign in\""));
    ck_assert(lab_has(&lab, "\"description\":\"d\""));
    ck_assert(lab_has(&lab, "\"custom_fields\":[{\"id\":1,\"value\":\"K_2\"}]"));
    /* what a record leaves out goes back to its default: the field is in no project then */
    expect(200, "PATCH", "/v1/custom_field/1", "{\"title\":\"Automation Key\"}");
    expect(422, "POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"1\":\"K\"}}");
    expect(200, "PATCH", "/v1/custom_field/1",
           "{\"title\":\"Automation Key\",\"is_required\":true,\"projects_codes\":[\"AO\"]}");
    expect(422, "POST", "/v1/case/AO", "{\"title\":\"x\"}");
    ck_assert(lab_has(&lab, "Automation Key\\\" is required"));
    expect(200, "GET", "/v1/custom_field?entity=case&limit=1&offset=1", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.count"), 1);
    ck_assert(lab_has(&lab, "\"value\":\"[{\\\"id\\\":1"));
    expect(200, "GET", "/v2/custom_field/2", NULL);
    ck_assert(lab_has(&lab, "\"value\":[{\"id\":1,\"title\":\"red\"}"));
    expect(200, "DELETE", "/v1/case/AO/1", NULL);
    expect(404, "GET", "/v1/case/AO/1", NULL);
    expect(200, "DELETE", "/v1/project/AO", NULL);
    expect(404, "GET", "/v1/project/AO", NULL);
}
END_TEST

START_TEST(webhooks_wait_to_be_delivered)
{
    expect(200, "POST", "/v1/run/AO/1/complete", NULL);
    expect(200, "GET", "/_mock/webhooks", NULL);
    ck_assert(lab_has(&lab, "\"event_name\":\"run.completed\""));
    ck_assert(lab_has(&lab, "\"project_code\":\"AO\""));
    expect(200, "DELETE", "/_mock/webhooks", NULL);
    expect(200, "GET", "/_mock/webhooks", NULL);
    ck_assert(str_is(lab.body, "[]"));
}
END_TEST

START_TEST(served_requests_are_counted_by_route_and_status)
{
    expect(200, "DELETE", "/_mock/requests", NULL);
    expect(404, "GET", "/v1/run/AO/8", NULL);
    expect(404, "GET", "/v1/run/AO/9", NULL);
    expect(200, "GET", "/_mock/requests", NULL);
    ck_assert(
        str_is(lab.body, "[{\"method\":\"GET\",\"route\":\"v1/run/@/#\",\"status\":404,\"n\":2}]"));
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, an_id_is_kept_once_a_run_whatever_comes_after);
    tcase_add_test(t, results_without_an_id_are_there_as_often_as_they_are_sent);
    tcase_add_test(t, v1_reads_back_what_v2_was_told_and_no_more);
    tcase_add_test(t, a_result_goes_to_the_case_of_its_signature_or_makes_one);
    tcase_add_test(t, a_file_is_given_back_as_it_came_under_a_hash_of_its_own);
    tcase_add_test(t, completing_computes_the_status_and_locks_nothing);
    tcase_add_test(t, a_run_counts_the_latest_result_of_each_case_and_what_was_not_tested);
    tcase_add_test(t, lists_tell_how_many_there_are_whatever_came_and_went);
    tcase_add_test(t, fields_and_cases_can_be_changed);
    tcase_add_test(t, webhooks_wait_to_be_delivered);
    tcase_add_test(t, served_requests_are_counted_by_route_and_status);
}

int main(void)
{
    return run_suite("qase_mock, kept", add, 1);
}
