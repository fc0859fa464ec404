/* SPDX-License-Identifier: MIT */
/* qase_codec_lists.c - what the codec makes of answers whole, half and hostile, whom it asks, and how pages join. */
#include "qase_bench.h"

/* --- answers ---------------------------------------------------------------------------------------------- */

static const struct {
    uint32_t status;
    const char *body, *want; /* want NULL: E_PROTOCOL; "": nothing is said */
} answers[] = {
    {202, "{\"status\":true}", "outcome 0 1\noutcome 1 1\noutcome 2 1\n"},
    {202, "{\"status\":false}", NULL},
    {202, "{\"status\":true", NULL},
    {202, "", NULL},
    {200, "<html>", NULL},
    {202, "{\"status\":true} x", NULL},
    {202, "{\"status\":\"true\"}", NULL},
    {400,
     "{\"status\":false,\"errorMessage\":\"Data is invalid.\",\"errorFields\":[{\"field\":\"results.1.params\",\"error\":\"must be a string\"}]}",
     "outcome 1 4 text=results.1.params: must be a string\nverdict 1 text=Data is invalid.; results.1.params: must be a string\n"},
    {422,
     "{\"message\":\"The execution.start time must be later. (and 1 more error)\",\"errors\":{\"results.2.execution.start_time\":[\"too early\"],\"results.2.x\":[\"no\"]}}",
     "outcome 2 5 text=results.2.execution.start_time: too early\nverdict 1 text=The execution.start time"},
    {422, "{\"errors\":{\"execution.start_time\":[\"too early\"]}}",
     "verdict 1 text=execution.start_time: too early\n"},
    {400, "{\"errors\":{\"results.99.x\":[\"not ours\"],\"results.-1.x\":\"text\"}}", "verdict 1"},
    {400, "no json", "verdict 1\n"},
    {413, "{\"errorMessage\":\"too much\"}", "verdict 2 text=too much\n"},
    {402, "{\"errorMessage\":\"your plan\"}", "verdict 5 text=your plan\n"},
    {403, "{}", "verdict 5\n"},
    {404, "{\"errorMessage\":\"Run not found\"}", "verdict 5 text=Run not found\n"},
    {507, "{\"error\":\"storage is full\"}", "verdict 1 text=storage is full\n"},
    {401, "{\"errorMessage\":\"who?\"}", ""},
    {429, "{\"errorMessage\":\"slow down\"}", ""},
    {408, "", ""},
    {500, "", ""},
    {503, "<html>", ""},
    {302, "", ""},
};

START_TEST(an_answer_means_what_it_says)
{
    a_result();
    int32_t rc = decode(&op, 3, answers[_i].status, answers[_i].body);
    if (!answers[_i].want) {
        ck_assert_int_eq(rc, FERRY_E_PROTOCOL);
    } else {
        ck_assert_int_eq(rc, FERRY_OK);
        ck_assert_msg(strncmp(buf_cstr(&bench.told), answers[_i].want, strlen(answers[_i].want)) ==
                          0,
                      "%s", buf_cstr(&bench.told));
        ck_assert(answers[_i].want[0] || bench.told.len == 0);
    }
}
END_TEST

/* --- lists -------------------------------------------------------------------------------------------------- */

START_TEST(lists_are_asked_for_by_pages)
{
    static const struct ferry_kv by_run = {FERRY_LIT("run"), FERRY_LIT("12")},
                                 by_id = {FERRY_LIT("id"), FERRY_LIT("12")},
                                 by_title = {FERRY_LIT("title"), FERRY_LIT("a & b")};
    struct ferry_ask cases = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    struct ferry_ask results = {.what = FERRY_ASK_LIST,
                                .noun = FERRY_RESULT,
                                .filters = &by_run,
                                .n_filters = 1,
                                .cursor = FERRY_LIT("o200;f0;t0;s0")};
    struct ferry_ask one = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RUN, .filters = &by_id, .n_filters = 1};
    struct ferry_ask titled = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RUN, .filters = &by_title, .n_filters = 1};
    ck_assert_str_eq(ask(&cases, FERRY_OK), "GET /v1/case/AO?limit=100&offset=0\n");
    ck_assert_str_eq(ask(&results, FERRY_OK), "GET /v1/result/AO?run=12&limit=100&offset=200\n");
    ck_assert_str_eq(ask(&one, FERRY_OK), "GET /v1/run/AO/12\n");
    ck_assert_str_eq(ask(&titled, FERRY_OK),
                     "GET /v1/run/AO?search=a%20%26%20b&limit=100&offset=0\n");
    results.cursor = FERRY_LIT("o0;f1700000000;t1700003600;s0");
    ck_assert_str_eq(
        ask(&results, FERRY_OK),
        "GET /v1/result/AO?run=12&from_end_time=2023-11-14%2022%3A13%3A20&to_end_time=2023-11-14%2023%3A13%3A20&limit=100&offset=0\n");
    results.cursor = FERRY_LIT("o-3");
    ask(&results, FERRY_E_STATE);
    results.cursor = FERRY_LIT("o100100");
    ask(&results, FERRY_E_STATE);
    bench.call.n_facts = 0;
    ck_assert_str_eq(ask(&cases, FERRY_E_NEED), "need custom field \"Automation Key\"\n");
}
END_TEST

/* A page of n cases, of 301. */
static const char *page_of(int n)
{
    static struct buf page;
    buf_finish(&page);
    buf_init(&page, 65536);
    buf_puts(&page, "{\"status\":true,\"result\":{\"total\":350,\"filtered\":301,\"entities\":[");
    for (int i = 0; i < n; i++) {
        buf_printf(&page, "%s{\"id\":%d,\"title\":\"t\"}", i ? "," : "", i + 1);
    }
    buf_puts(&page, "]}}");
    return buf_cstr(&page);
}

START_TEST(the_first_page_names_all_the_others)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    ck_assert_int_eq(answer(&a, page_of(100)), FERRY_OK);
    ck_assert_ptr_nonnull(
        strstr(buf_cstr(&bench.told),
               "item 100 name=t\nnext o99;f0;t0;s0\nnext o198;f0;t0;s0\nnext o297;f0;t0;s0\n"));
    a.cursor = FERRY_LIT("o198;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(0)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "next o297;f0;t0;s0\n");
}
END_TEST

START_TEST(a_page_shorter_than_asked_for_names_where_the_next_one_begins)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"total\":350,\"filtered\":301,\"count\":1,\"entities\":[{\"id\":5,\"title\":\"t\",\"custom_fields\":[{\"id\":3,\"value\":\"x\"},{\"id\":7,\"value\":\" SIGN_001 \"}]}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "item 5 key=SIGN_001 name=t\nnext o1;f0;t0;s0;n1\n");
    a.cursor = FERRY_LIT("o297;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(3)), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "next o299;f0;t0;s0\n"));
    a.cursor = FERRY_LIT("o299;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(2)), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "next "));
}
END_TEST

START_TEST(a_page_begins_with_what_ended_the_one_before)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    ck_assert_int_eq(answer(&a, page_of(100)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.paged), "100 of 301 joins= leads=o99;f0;t0;s0");
    a.cursor = FERRY_LIT("o99;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(3)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "item 2 name=t\nitem 3 name=t\nnext o101;f0;t0;s0\n");
    ck_assert_str_eq(buf_cstr(&bench.paged), "3 of 301 joins=o99;f0;t0;s0 leads=o101;f0;t0;s0");
    a.cursor = FERRY_LIT("o298;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(3)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.paged), "3 of 301 joins=o298;f0;t0;s0 leads=");
    a.cursor = FERRY_LIT("o5;f0;t0;s0;n1"); /* one thing a page: nothing to share */
    ck_assert_int_eq(answer(&a, page_of(1)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "item 1 name=t\nnext o6;f0;t0;s0;n1\n");
    ck_assert_str_eq(buf_cstr(&bench.paged), "1 of 301 joins= leads=");
}
END_TEST

/* There are more, it says, and shows none. */
START_TEST(a_page_that_shows_nothing_leads_to_one_that_cannot_join)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    static const char *const at[] = {"o99;f0;t0;s0", "o300;f0;t0;s0;n1"};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        a.cursor = ferry_cstr(at[i]);
        ck_assert_int_eq(answer(&a, page_of(0)), FERRY_OK);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.paged), "leads=o"));
    }
}
END_TEST

START_TEST(the_number_of_results_is_told_without_reading_them)
{
    static const struct ferry_kv filters[] = {{FERRY_LIT("run"), FERRY_LIT("12")},
                                              {FERRY_LIT("count"), FERRY_LIT("1")}};
    struct ferry_ask a = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RESULT, .filters = filters, .n_filters = 2};
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v1/result/AO?run=12&limit=1&offset=0\n");
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"total\":9,\"filtered\":200000,\"entities\":[{\"hash\":\"h\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact count=200000\n");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"entities\":[]}}"),
                     FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(half_a_page_is_no_page)
{
    static const char whole[] =
        "{\"status\":true,\"result\":{\"total\":1,\"filtered\":1,\"count\":1,\"entities\":[{\"id\":5,\"title\":\"t\"}]}}";
    char part[sizeof whole];
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    for (size_t n = 0; n + 1 < sizeof whole; n++) {
        memcpy(part, whole, n);
        part[n] = '\0';
        ck_assert_int_eq(answer(&a, part), FERRY_E_PROTOCOL);
    }
    ck_assert_int_eq(answer(&a, whole), FERRY_OK);
    ck_assert_int_eq(
        answer(&a,
               "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":[{\"title\":\"t\"}]}}"),
        FERRY_E_PROTOCOL);
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":7}}"),
                     FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(more_results_than_offsets_reach_are_asked_for_by_halves_of_time)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_RESULT};
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"total\":200000,\"filtered\":100101,\"entities\":[{\"hash\":\"h\",\"status\":\"passed\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "next o0;f0;t1073741823;s0\nnext o0;f1073741824;t2147483647;s0\n");
    a.cursor = FERRY_LIT("o0;f5;t6;s0");
    ck_assert_int_eq(
        answer(&a, "{\"status\":true,\"result\":{\"filtered\":100101,\"entities\":[]}}"),
        FERRY_E_TOO_LARGE);
    a.noun = FERRY_CASE;
    a.cursor = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(
        answer(&a, "{\"status\":true,\"result\":{\"filtered\":100101,\"entities\":[]}}"),
        FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(runs_and_results_are_read_back)
{
    struct ferry_ask runs = {.what = FERRY_ASK_LIST, .noun = FERRY_RUN},
                     results = {.what = FERRY_ASK_LIST, .noun = FERRY_RESULT};
    ck_assert_int_eq(
        answer(
            &runs,
            "{\"status\":true,\"result\":{\"filtered\":2,\"entities\":["
            "{\"id\":12,\"title\":\"N\",\"description\":\"of main\\n\\nrun-key=abc\",\"status_text\":\"in_progress\",\"start_time\":\"2023-11-14 22:13:20\"},"
            "{\"id\":13,\"title\":\"M\",\"description\":\"run-key=abc is not the last line\\nhere\",\"status_text\":\"passed\",\"start_time\":\"2023-11-15T00:13:20+02:00\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(
        buf_cstr(&bench.told),
        "item 12 marker=run-key=abc name=N state=1 start=1700000000000 description=of main\n"
        "item 13 name=M state=2 start=1700000000000 description=run-key=abc is not the last line\nhere\n");
    ck_assert_int_eq(
        answer(
            &results,
            "{\"status\":true,\"result\":{\"filtered\":3,\"entities\":["
            "{\"hash\":\"a\",\"status\":\"invalid\",\"case_id\":11,\"run_id\":12,\"time_spent_ms\":1200,\"end_time\":\"2023-11-14T22:13:21.200Z\",\"comment\":\"m\\n\\nferry:" WIRE
            "\"},"
            "{\"hash\":\"b\",\"status\":\"in_progress\",\"comment\":\"ferry:short\"},{\"hash\":\"c\",\"status\":\"failed\",\"comment\":\"xferry:" WIRE
            "\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "item a marker=" WIRE
                     " status=3 took=1200000 start=1700000000000 message=m case=11\n"
                     "item b status=7 took=0 start=0 word=in_progress message=ferry:short\n"
                     "item c status=2 took=0 start=0 message=xferry:" WIRE "\n");
}
END_TEST

START_TEST(the_key_field_is_found_by_title_for_this_project)
{
    struct ferry_ask a = {.what = FERRY_ASK_FACT,
                          .name = FERRY_LIT("custom field \"Automation Key\"")};
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v1/custom_field?entity=case&limit=100&offset=0\n");
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"filtered\":4,\"entities\":["
            "{\"id\":1,\"title\":\"Automation Key\",\"entity\":\"run\",\"type\":\"string\",\"is_enabled_for_all_projects\":true},"
            "{\"id\":2,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":false,\"projects_codes\":[\"DEMO\"]},"
            "{\"id\":3,\"title\":\"automation key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":true},"
            "{\"id\":4,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":false,\"projects_codes\":[\"AO\"]}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact custom field \"Automation Key\"=4\n");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "next o99;f0;t0;s0\n");
    a.cursor = FERRY_LIT("o99;f0;t0;s0");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact custom field \"Automation Key\"=\n");
    a.cursor = FERRY_LIT("o99;f0;t0;s1"); /* the page before had it */
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_uint_eq(bench.told.len, 0);
    a.cursor = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":[{\"id\":4,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"number\",\"is_enabled_for_all_projects\":true}]}}"),
        FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(bench.err.message, "is of type number"));
}
END_TEST

START_TEST(every_request_wears_the_token_by_its_name)
{
    request_reset(&bench.request);
    buf_reset(&bench.shown);
    struct ferry_out out = request_out(&bench.request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
    ck_assert_int_eq(bench.codec->dress(&bench.call, &out, &bench.err), FERRY_OK);
    request_seal(&bench.request, &bench.err);
    request_show(&bench.request, &bench.shown);
    shows("token: ${token}");
}
END_TEST

static void add(TCase *t)
{
    tcase_add_loop_test(t, an_answer_means_what_it_says, 0, sizeof answers / sizeof *answers);
    tcase_add_test(t, lists_are_asked_for_by_pages);
    tcase_add_test(t, the_first_page_names_all_the_others);
    tcase_add_test(t, a_page_shorter_than_asked_for_names_where_the_next_one_begins);
    tcase_add_test(t, a_page_begins_with_what_ended_the_one_before);
    tcase_add_test(t, a_page_that_shows_nothing_leads_to_one_that_cannot_join);
    tcase_add_test(t, the_number_of_results_is_told_without_reading_them);
    tcase_add_test(t, half_a_page_is_no_page);
    tcase_add_test(t, more_results_than_offsets_reach_are_asked_for_by_halves_of_time);
    tcase_add_test(t, runs_and_results_are_read_back);
    tcase_add_test(t, the_key_field_is_found_by_title_for_this_project);
    tcase_add_test(t, every_request_wears_the_token_by_its_name);
}

int main(void)
{
    return run_suite("qase codec, answers", add);
}
