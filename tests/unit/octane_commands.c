/* SPDX-License-Identifier: MIT */
/*
 * octane_commands.c - `ferry octane rest`, `module`, `suite`, `suite-run`, `runs` and `story`: what they ask, what they print, and what they make of answers
 * that are not as they wished.
 */
#include "octane_script.h"

#define MODULES "/application_modules?fields=id,name,parent{id,name}&limit=1000&query="
#define SUITES  "/test_suites?fields=id,name,product_areas{id,name}&limit=1000&query="
#define RUNS    "/suite_run?fields=id,name,native_status,test{id,name}&limit=1000&query="
#define ROOTS                                                                                      \
    "/application_modules?fields=id,name&limit=1000&query=\"parent EQ {null}\"&order_by=id"
#define NONE "{\"total_count\":0,\"data\":[]}"
#define ONE_MODULE                                                                                 \
    "{\"total_count\":1,\"data\":[{\"type\":\"application_module\",\"id\":\"7\",\"name\":\"A\","   \
    "\"parent\":{\"type\":\"application_module\",\"id\":\"1\",\"name\":\"Root\"}}]}"
#define TWO_MODULES                                                                                \
    "{\"total_count\":2,\"data\":[{\"id\":\"7\",\"name\":\"A\",\"parent\":{\"id\":\"1\"}},"        \
    "{\"id\":\"9\",\"name\":\"A\",\"parent\":{\"id\":\"2\"}}]}"
#define MADE "{\"total_count\":1,\"data\":[{\"id\":\"7\",\"name\":\"A\"}]}"

/* --- modules and suites ---------------------------------------------------------------------------------- */

START_TEST(a_name_means_itself)
{
    const struct scripted rows[] = {
        {"GET", MODULES "\"name EQ 'a\\'b\\\"\\(\\*\\)\\\\ %'\"&order_by=id", NULL, 200,
         "{\"total_count\":1,\"data\":[{\"id\":\"7\",\"name\":\"a'b\\\"(*)\\\\ %\"}]}"}};
    ck_assert_int_eq(SCRIPT(rows, "module", "get", "a'b\"(*)\\ %"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "7  a'b\"(*)\\ %\n");
}
END_TEST

START_TEST(a_module_is_shown_with_what_it_lies_in)
{
    const struct scripted rows[] = {
        {"GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, ONE_MODULE}};
    script_option("parent", "1");
    script_option("json", "true");
    ck_assert_int_eq(SCRIPT(rows, "module", "get", "A"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out),
                     "{\"schema_version\":1,\"id\":\"7\",\"name\":\"A\",\"parent\":{\"id\":\"1\","
                     "\"name\":\"Root\"},\"made\":false}\n");
}
END_TEST

START_TEST(a_parent_may_be_named)
{
    const struct scripted rows[] = {
        {"GET", MODULES "\"name EQ 'A'\"&order_by=id", NULL, 200, ONE_MODULE},
        {"GET", MODULES "\"name EQ 'B';parent EQ {id EQ 7}\"&order_by=id", NULL, 200,
         "{\"total_count\":1,\"data\":[{\"id\":\"8\",\"name\":\"B\"}]}"}};
    script_option("parent", "A");
    ck_assert_int_eq(SCRIPT(rows, "module", "get", "B"), FERRY_OK);
}
END_TEST

START_TEST(what_is_there_twice_is_named_with_its_ids_and_the_cure)
{
    const struct scripted rows[] = {
        {"GET", MODULES "\"name EQ 'A'\"&order_by=id", NULL, 200, TWO_MODULES}};
    script_fails(SCRIPT(rows, "module", "get", "A"), FERRY_E_REFUSED,
                 "application module \"A\" is there 2 times, with the ids 7 (in 1), 9 (in 2); say "
                 "which by --parent, or clean up by hand in Octane: keep one and set "
                 "\"module_id\" to it");
    ck_assert_str_eq(buf_cstr(&script.out), "");
}
END_TEST

START_TEST(only_the_very_name_counts)
{
    const struct scripted rows[] = {
        {"GET", MODULES "\"name EQ 'a'\"&order_by=id", NULL, 200, TWO_MODULES}};
    script_fails(SCRIPT(rows, "module", "get", "a"), FERRY_E_REFUSED,
                 "there is no application module \"a\"; `ferry octane module create NAME`");
}
END_TEST

START_TEST(what_is_there_is_not_made_again)
{
    const struct scripted rows[] = {
        {"GET", ROOTS, NULL, 200, "{\"total_count\":1,\"data\":[{\"id\":\"1\",\"name\":\"R\"}]}"},
        {"GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, ONE_MODULE}};
    ck_assert_int_eq(SCRIPT(rows, "module", "create", "A"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "7  A\n");
    ck_assert_int_eq(SCRIPT(rows, "module", "root", "A"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "7  A\n");
}
END_TEST

#define BEGIN_MAKING                                                                               \
    {                                                                                              \
        "GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, NONE          \
    }
#define POSTED "/application_modules?fields=id,name"
#define PARENT "\"parent\":{\"type\":\"application_module\",\"id\":\"1\"}"

START_TEST(what_is_missing_is_made_and_looked_at)
{
    const struct scripted rows[] = {
        BEGIN_MAKING,
        {"POST", POSTED, PARENT, 201, MADE},
        {"GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, ONE_MODULE}};
    script_option("parent", "1");
    ck_assert_int_eq(SCRIPT(rows, "module", "create", "A"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "7  A  (made)\n");
}
END_TEST

START_TEST(one_that_another_made_meanwhile_is_taken)
{
    const struct scripted rows[] = {
        BEGIN_MAKING,
        {"POST", POSTED, PARENT, 409,
         "{\"error_code\":\"platform.duplicate_entity_error\",\"description\":\"twice\"}"},
        {"GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, ONE_MODULE}};
    script_option("parent", "1");
    ck_assert_int_eq(SCRIPT(rows, "module", "create", "A"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "7  A\n");
}
END_TEST

START_TEST(two_that_were_made_at_once_are_named)
{
    const struct scripted rows[] = {
        BEGIN_MAKING,
        {"POST", POSTED, PARENT, 201, MADE},
        {"GET", MODULES "\"name EQ 'A';parent EQ {id EQ 1}\"&order_by=id", NULL, 200, TWO_MODULES}};
    script_option("parent", "1");
    script_fails(SCRIPT(rows, "module", "create", "A"), FERRY_E_REFUSED, "the ids 7 (in 1), 9");
}
END_TEST

START_TEST(a_refusal_is_told_in_the_servers_words)
{
    const struct scripted rows[] = {
        BEGIN_MAKING,
        {"POST", POSTED, PARENT, 400,
         "{\"message\":\"{&quot;error_code&quot;:&quot;x&quot;,&quot;description&quot;:&quot;no "
         "more modules.&quot;}\"}"},
        BEGIN_MAKING};
    script_option("parent", "1");
    script_fails(SCRIPT(rows, "module", "create", "A"), FERRY_E_REFUSED,
                 "POST /api/shared_spaces/1001/workspaces/1002/application_modules: 400: no more "
                 "modules");
}
END_TEST

START_TEST(a_workspace_has_one_root)
{
    const struct scripted none[] = {{"GET", ROOTS, NULL, 200, NONE}};
    const struct scripted two[] = {
        {"GET", ROOTS, NULL, 200,
         "{\"total_count\":2,\"data\":[{\"id\":\"1\",\"name\":\"R\"},{\"id\":\"4\"}]}"}};
    script_fails(SCRIPT(none, "module", "root", NULL), FERRY_E_REFUSED, "shows no root");
    script_fails(SCRIPT(two, "module", "create", "A"), FERRY_E_REFUSED, "2 roots of modules");
}
END_TEST

START_TEST(a_suite_is_made_in_its_module)
{
    const struct scripted rows[] = {
        {"GET", SUITES "\"name EQ 'S';product_areas EQ {id EQ 7}\"&order_by=id", NULL, 200, NONE},
        {"POST", "/test_suites?fields=id,name",
         "{\"data\":[{\"name\":\"S\",\"product_areas\":{\"data\":[{\"type\":\"product_area\","
         "\"id\":\"7\"}]}}]}",
         201, MADE},
        {"GET", SUITES "\"name EQ 'S';product_areas EQ {id EQ 7}\"&order_by=id", NULL, 200,
         "{\"total_count\":1,\"data\":[{\"id\":\"8\",\"name\":\"S\",\"product_areas\":{\"data\":["
         "{\"id\":\"7\",\"name\":\"A\"}]}}]}"}};
    script_option("module", "7");
    script_option("json", "true");
    ck_assert_int_eq(SCRIPT(rows, "suite", "create", "S"), FERRY_OK);
    script_prints(
        "\"id\":\"8\",\"name\":\"S\",\"module\":{\"id\":\"7\",\"name\":\"A\"},\"made\":true}");
}
END_TEST

/* --- runs ----------------------------------------------------------------------------------------------------- */

#define ONE_RUN                                                                                    \
    "{\"total_count\":1,\"data\":[{\"id\":\"30\",\"name\":\"N 1\",\"native_status\":{\"id\":"      \
    "\"list_node.run_native_status.failed\"},\"test\":{\"id\":\"8\",\"name\":\"S\"}}]}"
#define OF_30     "&query=\"parent_suite EQ {id EQ 30}\"&order_by=id"
#define AUTOMATED "/automated_runs?fields=id,name,native_status,test{id,name}&limit=1000"

/* `n` runs from `first` on, of `total`. */
static const char *page(struct buf *b, int first, int n, int total)
{
    buf_reset(b);
    buf_printf(b, "{\"total_count\":%d,\"data\":[", total);
    for (int i = 0; i < n; i++) {
        buf_printf(b, "%s{\"id\":\"%d\",\"name\":\"r\",\"test\":{\"id\":\"5\",\"name\":\"t%d\"}}",
                   i ? "," : "", first + i, first + i);
    }
    buf_puts(b, "]}");
    return buf_cstr(b);
}

START_TEST(a_list_goes_to_its_end_whatever_a_page_holds)
{
    struct buf a, b;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    const struct scripted rows[] = {
        {"GET", RUNS "\"id EQ 30\"&order_by=id", NULL, 200, ONE_RUN},
        {"GET", AUTOMATED OF_30, NULL, 200, page(&a, 100, 600, 1100)},
        {"GET", AUTOMATED "&offset=600" OF_30, NULL, 200, page(&b, 700, 500, 1100)}};
    ck_assert_int_eq(SCRIPT(rows, "runs", "list", "30"), FERRY_OK);
    script_prints("100                ");
    script_prints("1199  ");
    buf_finish(&a);
    buf_finish(&b);
}
END_TEST

START_TEST(known_runs_are_left_out)
{
    const struct scripted rows[] = {
        {"GET", RUNS "\"name EQ 'N 1'\"&order_by=id", NULL, 200, ONE_RUN},
        {"GET", AUTOMATED "&offset=2" OF_30, NULL, 200,
         "{\"total_count\":3,\"data\":[{\"id\":\"44\",\"name\":\"r\",\"native_status\":{\"id\":"
         "\"list_node.run_native_status.passed\"},\"test\":{\"id\":\"5\",\"name\":\"t\"}}]}"}};
    script_option("skip", "2");
    script_option("json", "true");
    ck_assert_int_eq(SCRIPT(rows, "runs", "list", "N 1"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out),
                     "{\"schema_version\":1,\"suite_run\":{\"id\":\"30\",\"name\":\"N 1\"},"
                     "\"total\":3,\"skipped\":2,\"runs\":[{\"id\":\"44\",\"name\":\"r\","
                     "\"status\":\"passed\",\"test\":{\"id\":\"5\",\"name\":\"t\"}}]}\n");
}
END_TEST

START_TEST(a_suite_run_is_looked_for_in_its_suite)
{
    const struct scripted rows[] = {
        {"GET", RUNS "\"name EQ 'N 1';test EQ {id EQ 8}\"&order_by=id", NULL, 200, ONE_RUN}};
    const struct scripted gone[] = {{"GET", RUNS "\"id EQ 31\"&order_by=id", NULL, 200, NONE}};
    script_option("suite", "8");
    script_option("json", "true");
    ck_assert_int_eq(SCRIPT(rows, "suite-run", "get", "N 1"), FERRY_OK);
    script_prints("\"suite\":{\"id\":\"8\",\"name\":\"S\"},\"status\":\"failed\"}");
    script_fails(SCRIPT(gone, "suite-run", "get", "31"), FERRY_E_REFUSED,
                 "there is no suite run with the id 31");
}
END_TEST

/* --- stories ------------------------------------------------------------------------------------------------------ */

#define PROBE     "/metadata/fields?query=\"entity_name EQ 'story';name EQ 'jira_key_udf'\""
#define HAS_FIELD "{\"total_count\":1,\"data\":[{\"name\":\"jira_key_udf\",\"editable\":true}]}"
#define STORIES   "/stories?fields=id,name,jira_key_udf&limit=1000&query=\"jira_key_udf IN "

START_TEST(stories_are_found_and_the_others_named)
{
    const struct scripted rows[] = {
        {"GET", PROBE, NULL, 200, HAS_FIELD},
        {"GET", STORIES "'AO-1','AO-2','AO-3'\"&order_by=id", NULL, 200,
         "{\"total_count\":3,\"data\":[{\"id\":\"1\",\"name\":\"a\",\"jira_key_udf\":\"AO-1\"},"
         "{\"id\":\"2\",\"jira_key_udf\":\"AO-3\"},{\"id\":\"3\",\"jira_key_udf\":\"AO-3\"}]}"}};
    script_option("jira", "AO-1\nAO-2\nAO-1\nAO-3");
    script_option("json", "true");
    script_fails(SCRIPT(rows, "story", "find", NULL), FERRY_E_REFUSED, "2 of the keys");
    ck_assert_str_eq(buf_cstr(&script.out),
                     "{\"schema_version\":1,\"stories\":[{\"key\":\"AO-1\",\"id\":\"1\","
                     "\"name\":\"a\"}],\"missing\":[{\"key\":\"AO-2\"}],"
                     "\"ambiguous\":[{\"key\":\"AO-3\",\"ids\":[\"2\",\"3\"]}]}\n");
    script_warns("AO-2: no story has this key\n");
    script_warns("AO-3: several stories have this key: 2, 3;");
}
END_TEST

START_TEST(a_hundred_keys_go_in_one_question)
{
    struct buf keys, targets[3];
    buf_init(&keys, 1 << 16);
    for (int q = 0, key = 1; q < 3; q++) {
        buf_init(&targets[q], 1 << 16);
        buf_puts(&targets[q], STORIES);
        for (int i = 0; i < (q < 2 ? 100 : 50); i++, key++) {
            buf_printf(&keys, "%sAO-%d", key > 1 ? "\n" : "", key);
            buf_printf(&targets[q], "%s'AO-%d'", i ? "," : "", key);
        }
        buf_puts(&targets[q], "\"&order_by=id");
    }
    const struct scripted rows[] = {{"GET", PROBE, NULL, 200, HAS_FIELD},
                                    {"GET", buf_cstr(&targets[0]), NULL, 200, NONE},
                                    {"GET", buf_cstr(&targets[1]), NULL, 200, NONE},
                                    {"GET", buf_cstr(&targets[2]), NULL, 200, NONE}};
    script_option("jira", buf_cstr(&keys));
    script_fails(SCRIPT(rows, "story", "find", NULL), FERRY_E_REFUSED, "250 of the keys");
    buf_finish(&keys);
    for (int q = 0; q < 3; q++) {
        buf_finish(&targets[q]);
    }
}
END_TEST

START_TEST(a_field_that_stories_do_not_have_is_named)
{
    const struct scripted rows[] = {{"GET", PROBE, NULL, 200, NONE}};
    script_option("jira", "AO-1");
    script_fails(SCRIPT(rows, "story", "find", NULL), FERRY_E_CONFIG,
                 "no field \"jira_key_udf\"; set \"jira_field\"");
}
END_TEST

/* --- requests of one's own ------------------------------------------------------------------------------------------ */

START_TEST(what_is_answered_is_printed)
{
    const struct scripted get[] = {
        {"GET", "/stories?query=\"id EQ 1\"&limit=1", NULL, 200, "{\"data\":[]}"}};
    const struct scripted put[] = {
        {"PUT", "https://octane.example/api/shared_spaces/1001/users", "<x/>", 200, "plain"}};
    ck_assert_int_eq(SCRIPT(get, "rest", "GET", "stories?query=\"id EQ 1\"&limit=1"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "{\"data\":[]}\n");
    ck_assert_int_eq(SCRIPT(get, "rest", "get", "/stories?query=%22id%20EQ%201%22&limit=1"),
                     FERRY_OK);
    script_option("data", "<x/>");
    script_option("type", "xml");
    script_option("json", "true");
    ck_assert_int_eq(SCRIPT(put, "rest", "PUT", "/api/shared_spaces/1001/users"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out),
                     "{\"schema_version\":1,\"status\":200,\"body\":\"plain\"}\n");
}
END_TEST

static const struct {
    uint32_t status;
    int32_t want;
    const char *where, *body, *says;
} answers[] = {
    {400, FERRY_E_REFUSED, "", "{\"error_code\":\"e\",\"description\":\"bad field\"}",
     "400: bad field"},
    {401, FERRY_E_REFUSED, "credentials", "", "401; check client_id"},
    {403, FERRY_E_REFUSED, "credentials", "{\"error_code\":\"platform.not_authorized\"}",
     "403: platform.not_authorized; the account has no right"},
    {404, FERRY_E_REFUSED, "", "{\"message\":\"{&quot;description&quot;:&quot;not here.&quot;}\"}",
     "404: not here; check the path"},
    {409, FERRY_E_REFUSED, "", "{\"error\":{\"description\":\"stale\"}}", "409: stale"},
    {429, FERRY_E_UNREACHABLE, "", "", "429"},
    {503, FERRY_E_UNREACHABLE, "", "<html>\x1b[31mdown</html>", "503: <html>\\x1b[31mdown"},
};

START_TEST(a_failure_is_told_by_kind)
{
    const struct scripted rows[] = {{"GET", "/x", NULL, answers[_i].status, answers[_i].body}};
    script_fails(SCRIPT(rows, "rest", "GET", "x"), answers[_i].want, answers[_i].says);
    ck_assert_str_eq(script.err.where, answers[_i].where);
    ck_assert_str_eq(buf_cstr(&script.out), "");
}
END_TEST

START_TEST(an_answer_that_is_none_is_told)
{
    static const char *const bodies[] = {"<html>", "{\"data\":[]}",
                                         "{\"total_count\":1,\"data\":[{}]}",
                                         "{\"total_count\":0,\"data\":{}}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const struct scripted rows[] = {
            {"GET", MODULES "\"name EQ 'A'\"&order_by=id", NULL, 200, bodies[i]}};
        script_fails(SCRIPT(rows, "module", "get", "A"), FERRY_E_PROTOCOL, "Octane's answer: ");
    }
}
END_TEST

/* --- words that mean nothing --------------------------------------------------------------------------------------- */

static const struct {
    const char *command, *first, *second, *option, *value, *says;
} wrong[] = {
    {"module", "make", "A", NULL, NULL, "say `module get NAME`"},
    {"module", "get", NULL, NULL, NULL, "say `module get NAME`"},
    {"module", "get", "", NULL, NULL, "is empty or over 255"},
    {"suite", "root", "A", NULL, NULL, "say `suite get NAME`"},
    {"suite-run", "create", "A", NULL, NULL, "say `suite-run get NAME`"},
    {"runs", "get", "A", NULL, NULL, "say `runs list SUITE-RUN`"},
    {"runs", "list", "A", "skip", "-1", "from 0 on"},
    {"story", "find", NULL, NULL, NULL, "say `story find --jira KEY"},
    {"story", "find", NULL, "jira", "17", "\"17\" is no key of Jira"},
    {"story", "find", NULL, "jira", "AO-1 x", "\"x\" is no key of Jira"},
    {"rest", "DELETE", "stories", NULL, NULL, "none of GET, POST, PUT"},
    {"rest", "GET", "stories", "data", "x", "a GET has no --data"},
    {"rest", "GET", "", NULL, NULL, "is no path"},
    {"rest", "GET", "/api/../authentication/sign_out", NULL, NULL, "is no path"},
    {"rest", "GET", "a/%2E%2e/b", NULL, NULL, "is no path"},
    {"rest", "GET", "https://evil.example/x", NULL, NULL, "another site"},
    {"rest", "GET", "https://octane.example.evil/x", NULL, NULL, "another site"},
    {"link", NULL, NULL, "suite_run", "N", "link to what?"},
    {"unlink", NULL, NULL, "suite_run", "N", "unlink what?"},
};

START_TEST(a_wrong_word_sends_nothing)
{
    if (wrong[_i].option) {
        script_option(wrong[_i].option, wrong[_i].value);
    }
    script_fails(script_run(NULL, 0, wrong[_i].command, wrong[_i].first, wrong[_i].second),
                 FERRY_E_CONFIG, wrong[_i].says);
}
END_TEST

START_TEST(another_place_wins_over_the_destinations)
{
    const struct scripted rows[] = {
        {"GET", "https://octane.example/api/shared_spaces/5/workspaces/6/x", NULL, 200, ""}};
    script_option("space", "5");
    script_option("workspace", "6");
    ck_assert_int_eq(SCRIPT(rows, "rest", "GET", "x"), FERRY_OK);
    script_option("space", "zero");
    script_fails(script_run(NULL, 0, "rest", "GET", "x"), FERRY_E_CONFIG, "SPACE.WORKSPACE");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("octane_commands");
    TCase *c = tcase_create("commands");
    tcase_add_checked_fixture(c, script_open, script_close);
    tcase_add_test(c, a_name_means_itself);
    tcase_add_test(c, a_module_is_shown_with_what_it_lies_in);
    tcase_add_test(c, a_parent_may_be_named);
    tcase_add_test(c, what_is_there_twice_is_named_with_its_ids_and_the_cure);
    tcase_add_test(c, only_the_very_name_counts);
    tcase_add_test(c, what_is_there_is_not_made_again);
    tcase_add_test(c, what_is_missing_is_made_and_looked_at);
    tcase_add_test(c, one_that_another_made_meanwhile_is_taken);
    tcase_add_test(c, two_that_were_made_at_once_are_named);
    tcase_add_test(c, a_refusal_is_told_in_the_servers_words);
    tcase_add_test(c, a_workspace_has_one_root);
    tcase_add_test(c, a_suite_is_made_in_its_module);
    tcase_add_test(c, a_list_goes_to_its_end_whatever_a_page_holds);
    tcase_add_test(c, known_runs_are_left_out);
    tcase_add_test(c, a_suite_run_is_looked_for_in_its_suite);
    tcase_add_test(c, stories_are_found_and_the_others_named);
    tcase_add_test(c, a_hundred_keys_go_in_one_question);
    tcase_add_test(c, a_field_that_stories_do_not_have_is_named);
    tcase_add_test(c, what_is_answered_is_printed);
    tcase_add_loop_test(c, a_failure_is_told_by_kind, 0, sizeof answers / sizeof *answers);
    tcase_add_test(c, an_answer_that_is_none_is_told);
    tcase_add_loop_test(c, a_wrong_word_sends_nothing, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(c, another_place_wins_over_the_destinations);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
