/* SPDX-License-Identifier: MIT */
/* qase_mock_options.c - how the mock of Qase can be told to behave. */
#include "qase_mock_lab.h"

#define BEGIN_WITH(...)                                                                            \
    static const struct ferry_kv options[] = {__VA_ARGS__};                                        \
    begin_with(options, sizeof options / sizeof *options);                                         \
    fill()
#define OPT(name, value)                                                                           \
    {                                                                                              \
        FERRY_LIT(name), FERRY_LIT(value)                                                          \
    }

START_TEST(the_right_token_is_wanted_in_the_shape_of_each_version)
{
    static const struct ferry_kv options[] = {OPT("token", "right")};
    begin_with(options, 1);
    expect(401, "GET", "/v1/project", NULL);
    ck_assert(lab_has(&lab, "\"errorMessage\":\"API token is invalid.\""));
    expect(401, "POST", "/v2/AO/run/1/results", "{}");
    ck_assert(lab_has(&lab, "\"message\":\"Unauthenticated.\""));
    token = NULL;
    expect(401, "GET", "/v1/nothing", NULL);
    token = "right";
    expect(200, "GET", "/v1/project", NULL);
    teardown();
}
END_TEST

START_TEST(what_v2_took_is_seen_when_it_is_time)
{
    BEGIN_WITH(OPT("visible_after", "5000"));
    expect(202, "POST", "/v2/AO/run/1/results", "{\"results\":[{" GOOD "}]}");
    expect(200, "GET", "/v1/result/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 0);
    expect(404, "GET", "/v1/case/AO/2", NULL);
    expect(200, "POST", "/_mock/clock", "{\"advance_ms\":4000}");
    expect(200, "GET", "/v1/result/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 0);
    expect(200, "POST", "/_mock/clock", "{\"advance_ms\":1500}");
    expect(200, "GET", "/v1/result/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
    expect(200, "GET", "/v1/case/AO/2", NULL);
    teardown();
}
END_TEST

static const char *header_of(const char *name)
{
    static char text[100];
    struct ferry_str v = ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, ferry_cstr(name));
    snprintf(text, sizeof text, "%.*s", STR_ARG(v));
    return text;
}

START_TEST(a_window_has_so_many_requests_and_says_so)
{
    static const struct ferry_kv options[] = {OPT("rate_limit", "2"), OPT("rate_window", "60000")};
    begin_with(options, 2);
    expect(200, "GET", "/v1/project", NULL);
    ck_assert_str_eq(header_of("x-ratelimit-limit"), "2");
    ck_assert_str_eq(header_of("x-ratelimit-remaining"), "1");
    ck_assert_str_eq(header_of("retry-after"), "");
    expect(200, "GET", "/v1/project", NULL);
    ck_assert_str_eq(header_of("x-ratelimit-remaining"), "0");
    expect(429, "GET", "/v1/project", NULL);
    ck_assert(lab_has(&lab, "{\"status\":false,\"errorMessage\":\"API rate limit exceeded.\"}"));
    int64_t seconds = 0;
    ck_assert(str_int64(ferry_cstr(header_of("retry-after")), &seconds));
    ck_assert_int_ge(seconds, 59);
    expect(200, "POST", "/_mock/clock", "{\"advance_ms\":61000}");
    expect(200, "GET", "/v1/project", NULL);
    teardown();
}
END_TEST

START_TEST(both_shapes_with_and_without_the_item)
{
    const char *bad =
        "{\"results\":[{" GOOD "},{\"title\":\"t\",\"execution\":{\"status\":\"no\"}}]}";
    BEGIN_WITH(OPT("v2_errors", "fields"), OPT("name_items", "false"));
    expect(422, "POST", "/v2/AO/run/1/results", bad);
    ck_assert(lab_has(&lab,
                      "{\"status\":false,\"errorMessage\":\"Data is invalid.\",\"errorFields\":"
                      "[{\"field\":\"execution.status\",\"error\":\"The status is"));
    teardown();
    setup();
    expect(422, "POST", "/v2/AO/run/1/results", bad);
    ck_assert(lab_has(&lab, "\"errors\":{\"results.1.execution.status\":[\"The status is"));
    teardown();
}
END_TEST

START_TEST(a_workspace_may_have_less_room_and_more_statuses)
{
    BEGIN_WITH(OPT("storage", "8"), OPT("auto_create", "false"), OPT("closed_runs", "refuse"),
               OPT("custom_statuses", "flaky\nslow"), OPT("most_results", "2"));
    upload(PART("name=\"file[]\"; filename=\"b.txt\"", "more") "--b--\r\n");
    ck_assert_uint_eq(lab.status, 507);
    expect(422, "POST", "/v2/AO/run/1/results", "{\"results\":[{" GOOD "}]}");
    ck_assert(lab_has(&lab, "testops_ids"));
    expect(422, "POST", "/v1/result/AO/1", "{\"case\":{\"title\":\"t\"},\"status\":\"passed\"}");
    expect(422, "POST", "/v2/AO/run/2/results", "{\"results\":[{" GOOD ",\"testops_id\":1}]}");
    ck_assert(lab_has(&lab, "complete"));
    expect(
        202, "POST", "/v2/AO/run/1/results",
        "{\"results\":[{\"title\":\"t\",\"testops_id\":1,\"execution\":{\"status\":\"slow\"}}]}");
    expect(200, "GET", "/v1/result/AO?status=slow", NULL);
    ck_assert_int_eq(lab_number(&lab, "result.filtered"), 1);
    struct buf three = many("{\"results\":[", "{" GOOD ",\"testops_id\":1}", 3, "]}");
    ck_assert_uint_eq(send_bytes("POST", "/v2/AO/run/1/results", buf_str(&three)), 413);
    buf_finish(&three);
    teardown();
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, the_right_token_is_wanted_in_the_shape_of_each_version);
    tcase_add_test(t, what_v2_took_is_seen_when_it_is_time);
    tcase_add_test(t, a_window_has_so_many_requests_and_says_so);
    tcase_add_test(t, both_shapes_with_and_without_the_item);
    tcase_add_test(t, a_workspace_may_have_less_room_and_more_statuses);
}

int main(void)
{
    return run_suite("qase_mock, options", add, 0);
}
