/* SPDX-License-Identifier: MIT */
/* The mock of ALM Octane: who may come in, how long, and by which door; the shapes of errors; the quota. */
#include "octane_rig.h"

#define SIGN_IN "/authentication/sign_in"
#define KEYS    "{\"client_id\":\"id\",\"client_secret\":\"secret\"}"

static void expect_in(void)
{
    expect(200, "GET", W "/stories", NULL);
}

START_TEST(without_a_session_there_is_nothing)
{
    static const struct rig_row rows[] = {
        {"GET", W "/stories", NULL, 401, "VALIDATION_TOKEN_MISSING"},
        {"POST", W "/test-results", "x", 401, "VALIDATION_TOKEN_MISSING"},
        {"GET", W "/nothing", NULL, 401, "VALIDATION_TOKEN_MISSING"},
        {"GET", "/api/shared_spaces/1/workspaces/2/stories", NULL, 401, "sign in"},
        {"POST", SIGN_IN, "", 415, "application/json"},
        {"POST", SIGN_IN, "{", 400, "not JSON"},
        {"POST", SIGN_IN, "[]", 400, "must be an object"},
        {"POST", SIGN_IN, "{\"user\":\"a\"}", 400, "client_id"},
        {"POST", SIGN_IN, "{\"user\":\"a\",\"password\":5}", 400, "client_id"},
        {"POST", SIGN_IN, "{\"user\":\"a\",\"password\":\"b\",\"more\":1}", 400, "nothing else"},
        {"POST", SIGN_IN, "{\"client_id\":\"a\",\"password\":\"b\"}", 400, "client_secret"},
        {"POST", SIGN_IN, "{\"client_id\":\"a\",\"client_secret\":\"\"}", 401, "wrong"},
        {"GET", SIGN_IN, NULL, 405, "POST"},
        {"GET", "/shared_spaces/1001/workspaces/1002/stories", NULL, 404, "<html>"},
        {"GET", "/", NULL, 404, "<html>"},
        {"GET", "/api/%zz", NULL, 400, "<html>"},
    };
    cookie[0] = '\0';
    REFUSES(rows);
    snprintf(cookie, sizeof cookie, "0123456789abcdef0123456789abcdef");
    expect(401, "GET", W "/stories", NULL);
    expect_words("VALIDATION_TOKEN_INVALID");
}
END_TEST

START_TEST(there_is_one_workspace)
{
    static const struct rig_row rows[] = {
        {"GET", "/api/shared_spaces/1001/workspaces/1003/stories", NULL, 404,
         "1001/workspaces/1002"},
        {"GET", "/api/shared_spaces/1002/workspaces/1002/stories", NULL, 404, "workspace"},
        {"GET", "/api/shared_spaces/1001/workspaces/x/stories", NULL, 404, "workspace"},
        {"GET", "/api/shared_spaces/1001/workspaces/1002", NULL, 404, "workspace"},
        {"GET", "/api/shared_spaces/1001", NULL, 404, "workspace"},
        {"GET", "/api", NULL, 404, "workspace"},
        {"GET", W "/nothing", NULL, 404, "no collection"},
        {"GET", W "/stories/1/2", NULL, 404, "nothing at this path"},
    };
    REFUSES(rows);
    expect(200, "GET", "/admin/server/version", NULL);
    expect_words("\"version\"");
}
END_TEST

START_TEST(both_forms_of_signing_in_give_a_cookie_for_every_path)
{
    rig_sign_in();
    ck_assert_ptr_nonnull(strstr(rig_answer_header("set-cookie"), "Path=/"));
    ck_assert_uint_eq(lab.body.len, 0);
    expect_in();
    cookie[0] = '\0';
    expect(200, "POST", SIGN_IN, "{\"user\":\"u\",\"password\":\"p\"}");
    expect_in();
    expect(200, "POST", "/authentication/sign_out", NULL);
    expect(401, "GET", W "/stories", NULL);
}
END_TEST

START_TEST(an_old_cookie_is_given_back_as_dead_as_it_was)
{
    char dead[64];
    expect(200, "POST", "/authentication/sign_out", NULL);
    snprintf(dead, sizeof dead, "%s", cookie);
    expect(304, "POST", SIGN_IN, KEYS);
    ck_assert_str_eq(cookie, dead);
    expect(401, "GET", W "/stories", NULL);
    cookie[0] = '\0';
    expect(200, "POST", SIGN_IN, KEYS);
    expect_in();
}
END_TEST

START_TEST(private_headers_may_not_sign_in)
{
    cookie[0] = '\0';
    extra[0] = "hpeclienttype";
    extra[1] = "ALM_OCTANE_TECH_PREVIEW";
    expect(403, "POST", SIGN_IN, KEYS);
    extra[1] = "HPE_CI_CLIENT";
    expect(200, "POST", SIGN_IN, KEYS);
    extra[1] = "ALM_OCTANE_TECH_PREVIEW";
    expect_in(); /* but ask */
    cookie[0] = '\0';
    extra[0] = "alm-octane-tech-preview";
    extra[1] = "true";
    expect(403, "POST", SIGN_IN, KEYS);
}
END_TEST

START_TEST(a_session_ends_when_it_is_idle_or_old)
{
    rig_advance(179 * 60000);
    expect_in();
    rig_advance(179 * 60000);
    expect_in();
    rig_advance(181 * 60000);
    expect(401, "GET", W "/stories", NULL);
    expect_words("\"error_code\":\"VALIDATION_TOKEN_EXPIRED_IDLE_TIME_OUT\"");
    rig_sign_in();
    for (int i = 0; i < 9; i++) {
        rig_advance(159 * 60000);
        expect_in();
    }
    rig_advance(159 * 60000);
    expect(401, "GET", W "/stories", NULL);
    expect_words("\"error_code\":\"VALIDATION_TOKEN_EXPIRED_GLOBAL_TIME_OUT\"");
}
END_TEST

START_TEST(a_cookie_is_replaced_and_lives_on_for_a_while)
{
    static const struct ferry_kv options[] = {OPT("rotate_every", "3"),
                                              OPT("rotate_grace", "60000")};
    char old[64];
    rig_begin(options, 2);
    rig_sign_in();
    snprintf(old, sizeof old, "%s", cookie);
    expect_in();
    expect_in();
    ck_assert_str_eq(cookie, old);
    expect_in();
    ck_assert_str_ne(cookie, old);
    char young[64];
    snprintf(young, sizeof young, "%s", cookie);
    snprintf(cookie, sizeof cookie, "%s", old);
    expect_in();
    ck_assert_str_eq(cookie, old); /* one that was replaced is not replaced again */
    rig_advance(60000);
    expect(401, "GET", W "/stories", NULL);
    snprintf(cookie, sizeof cookie, "%s", young);
    expect_in();
    rig_teardown();
}
END_TEST

START_TEST(a_replaced_cookie_is_no_younger)
{
    static const struct ferry_kv options[] = {OPT("rotate_every", "1"),
                                              OPT("session_life", "600000")};
    rig_begin(options, 2);
    rig_sign_in();
    rig_advance(400000);
    expect_in();
    rig_advance(300000);
    expect(401, "GET", W "/stories", NULL);
    expect_words("GLOBAL_TIME_OUT");
    rig_teardown();
}
END_TEST

START_TEST(the_right_credentials_are_wanted_where_they_are_told)
{
    static const struct ferry_kv options[] = {
        OPT("client_id", "right"), OPT("client_secret", "s3cret"),   OPT("bearer", "tok"),
        OPT("basic", "true"),      OPT("private_headers", "accept"), OPT("old_cookie", "accept")};
    rig_begin(options, 6);
    expect(401, "POST", SIGN_IN, "{\"client_id\":\"right\",\"client_secret\":\"wrong\"}");
    expect(401, "POST", SIGN_IN, "{\"user\":\"wrong\",\"password\":\"s3cret\"}");
    ck_assert(!lab_has(&lab, "s3cret"));
    expect(200, "POST", SIGN_IN, "{\"user\":\"right\",\"password\":\"s3cret\"}");
    extra[0] = "hpeclienttype";
    extra[1] = "ANY";
    expect(200, "POST", SIGN_IN, "{\"user\":\"right\",\"password\":\"s3cret\"}");
    cookie[0] = '\0';
    extra[0] = "authorization";
    extra[1] = "Bearer tok";
    expect_in();
    extra[1] = "Bearer tokk";
    expect(401, "GET", W "/stories", NULL);
    extra[1] = "Basic cmlnaHQ6czNjcmV0"; /* right:s3cret */
    expect_in();
    extra[1] = "Basic cmlnaHQ6bm8=";
    expect(401, "GET", W "/stories", NULL);
    extra[1] = "Basic ???";
    expect(401, "GET", W "/stories", NULL);
    rig_teardown();
}
END_TEST

START_TEST(no_header_signs_in_unless_it_is_told)
{
    cookie[0] = '\0';
    extra[0] = "authorization";
    extra[1] = "Basic aWQ6c2VjcmV0";
    expect(401, "GET", W "/stories", NULL);
    extra[1] = "Bearer ";
    expect(401, "GET", W "/stories", NULL);
}
END_TEST

START_TEST(errors_have_either_shape_and_the_correlation_of_the_request)
{
    extra[0] = "x-correlation-id";
    extra[1] = "abc-1";
    expect(404, "GET", W "/nothing", NULL);
    expect_words("\"correlation_id\":\"abc-1\"");
    ck_assert_str_eq(rig_answer_header("x-correlation-id"), "abc-1");
    expect_in();
    ck_assert_str_eq(rig_answer_header("x-correlation-id"), "abc-1");
    rig_teardown();
    RIG_WITH(OPT("servlet_errors", "true"), OPT("odd_cookies", "true"));
    expect(404, "GET", W "/stories/7", NULL);
    expect_words("{\"message\":\"{&quot;error_code&quot;:&quot;platform.entity_not_found&quot;");
    ck_assert(lab.x.answer.n_headers > 1);
    rig_teardown();
    rig_setup();
}
END_TEST

START_TEST(a_window_has_so_many_requests)
{
    static const struct ferry_kv options[] = {OPT("rate_limit", "3"), OPT("rate_window", "60000")};
    rig_begin(options, 2);
    rig_sign_in(); /* does not count */
    for (int i = 0; i < 3; i++) {
        expect_in();
    }
    expect(429, "GET", W "/stories", NULL);
    ck_assert_str_ne(rig_answer_header("retry-after"), "");
    rig_advance(61000);
    expect_in();
    rig_teardown();
}
END_TEST

START_TEST(a_page_comes_in_the_place_of_an_answer_and_nothing_is_done)
{
    static const struct ferry_kv options[] = {OPT("html_every", "3")};
    rig_begin(options, 1);
    rig_sign_in();
    expect_in();
    expect_in();
    expect(503, "POST", W "/test_suites", "{\"data\":[{\"name\":\"x\"}]}");
    expect_words("<html>");
    expect(200, "GET", W "/test_suites", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 0);
    rig_teardown();
}
END_TEST

START_TEST(served_requests_are_counted_by_route_and_status)
{
    expect(200, "DELETE", "/_mock/requests", NULL);
    expect(404, "GET", W "/stories/8", NULL);
    expect(404, "GET", W "/stories/9", NULL);
    cookie[0] = '\0';
    expect(401, "GET", W "/stories", NULL);
    expect(200, "GET", "/_mock/requests", NULL);
    ck_assert(str_is(lab.body,
                     "[{\"method\":\"GET\",\"route\":\"api\",\"status\":401,\"n\":1},"
                     "{\"method\":\"GET\",\"route\":\"stories/*\",\"status\":404,\"n\":2}]"));
    expect(422, "POST", "/_mock/clock", "{\"advance_ms\":-1}");
    expect(422, "POST", "/_mock/clock", "{\"by\":1}");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane_mock_session");
    TCase *t = rig_case(s, "filled");
    tcase_add_checked_fixture(t, rig_setup, rig_teardown);
    tcase_add_test(t, without_a_session_there_is_nothing);
    tcase_add_test(t, there_is_one_workspace);
    tcase_add_test(t, both_forms_of_signing_in_give_a_cookie_for_every_path);
    tcase_add_test(t, an_old_cookie_is_given_back_as_dead_as_it_was);
    tcase_add_test(t, private_headers_may_not_sign_in);
    tcase_add_test(t, a_session_ends_when_it_is_idle_or_old);
    tcase_add_test(t, no_header_signs_in_unless_it_is_told);
    tcase_add_test(t, errors_have_either_shape_and_the_correlation_of_the_request);
    tcase_add_test(t, served_requests_are_counted_by_route_and_status);
    t = rig_case(s, "options");
    tcase_add_test(t, a_cookie_is_replaced_and_lives_on_for_a_while);
    tcase_add_test(t, a_replaced_cookie_is_no_younger);
    tcase_add_test(t, the_right_credentials_are_wanted_where_they_are_told);
    tcase_add_test(t, a_page_comes_in_the_place_of_an_answer_and_nothing_is_done);
    tcase_add_test(t, a_window_has_so_many_requests);
    return rig_run_suite(s);
}
