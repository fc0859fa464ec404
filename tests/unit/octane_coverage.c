/* SPDX-License-Identifier: MIT */
/* octane_coverage.c - `ferry octane link` and `unlink`: through runs or their tests, at most 200 at once, and only what was refused goes again. */
#include "octane_script.h"

#define RUNS  "/suite_run?fields=id,name,native_status,test{id,name}&limit=1000&query="
#define PROBE "/metadata/fields?query=\"entity_name EQ 'run_automated';name EQ 'covered_content'\""
#define HAS   "{\"data\":[{\"name\":\"covered_content\",\"editable\":true}]}"
#define FIXED "{\"data\":[{\"name\":\"covered_content\",\"editable\":false}]}"
#define LACKS "{\"total_count\":0,\"data\":[]}"
#define OF_30 "&limit=1000&query=\"parent_suite EQ {id EQ 30}\"&order_by=id"
#define BARE  "/automated_runs?fields=id,name,test{id,name,external_test_id}" OF_30
#define FULL  "/automated_runs?fields=id,name,test{id,name,external_test_id},covered_content" OF_30
#define ITEMS "/work_items?fields=id,name,subtype&limit=1000&query="

static const struct scripted items = {
    "GET", ITEMS "\"id IN 3001,3002\"&order_by=id", NULL, 200,
    "{\"total_count\":2,\"data\":[{\"type\":\"work_item\",\"subtype\":\"story\",\"id\":\"3001\","
    "\"name\":\"Login\"},{\"type\":\"work_item\",\"subtype\":\"defect\",\"id\":\"3002\",\"name\":"
    "\"Bug\"}]}"};
static const struct scripted suite_run = {
    "GET", RUNS "\"name EQ 'N'\"&order_by=id", NULL, 200,
    "{\"total_count\":1,\"data\":[{\"id\":\"30\",\"name\":\"N\"}]}"};
static const struct scripted has = {"GET", PROBE, NULL, 200, HAS};
static const struct scripted lacks = {"GET", PROBE, NULL, 200, LACKS};

#define APPEND "/automated_runs?reference_update_mode=append"
#define COVER                                                                                      \
    "\"covered_content\":{\"data\":[{\"type\":\"story\",\"id\":\"3001\"},{\"type\":\"defect\","    \
    "\"id\":\"3002\"}]}"

/* Runs 1..n, two of each test; the last is of a test of its own. */
static void put_runs(struct buf *b, int n)
{
    buf_init(b, 1 << 22);
    buf_printf(b, "{\"total_count\":%d,\"data\":[", n);
    for (int i = 0; i < n; i++) {
        buf_printf(b,
                   "%s{\"id\":\"%d\",\"test\":{\"id\":\"%d\",\"name\":\"t%d\","
                   "\"external_test_id\":\"KEY_%d\"}}",
                   i ? "," : "", i + 1, 500 + i / 2, i / 2, i / 2);
    }
    buf_puts(b, "]}");
}

static void name_it(const char *story)
{
    script_option("story", story);
    script_option("suite_run", "N");
}

START_TEST(two_hundred_runs_go_at_once)
{
    struct buf runs;
    put_runs(&runs, 450);
    const struct scripted rows[] = {
        items,
        suite_run,
        has,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", APPEND, "{\"data\":[{\"id\":\"1\"," COVER "},{\"id\":\"2\",", 200, "{}"},
        {"PUT", APPEND, "{\"data\":[{\"id\":\"201\"," COVER "},", 200, "{}"},
        {"PUT", APPEND, ",{\"id\":\"450\"," COVER "}]}", 200, "{}"}};
    name_it("3001\n3002");
    ck_assert_int_eq(SCRIPT(rows, "link", NULL, NULL), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "3001  Login  (450 automated runs)\n"
                                            "3002  Bug  (450 automated runs)\n");
    ck_assert_str_eq(buf_cstr(&script.warnings), "");
    buf_finish(&runs);
}
END_TEST

START_TEST(only_what_was_refused_goes_again)
{
    struct buf runs;
    put_runs(&runs, 5);
    const struct scripted rows[] = {
        items,
        suite_run,
        has,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", APPEND, "{\"id\":\"5\"", 409,
         "{\"total_count\":3,\"data\":[{\"id\":\"1\"},{\"id\":\"3\"},{\"id\":\"5\"}],\"errors\":["
         "{\"index\":1,\"error_code\":\"x\",\"description\":\"locked\"},"
         "{\"index\":3,\"error_code\":\"y\"}]}"},
        {"PUT", APPEND, "{\"data\":[{\"id\":\"2\"," COVER "},{\"id\":\"4\"," COVER "}]}", 409,
         "{\"errors\":[{\"index\":1,\"description\":\"it is gone\"}]}"}};
    name_it("3001\n3002");
    script_option("json", "true");
    script_fails(SCRIPT(rows, "link", NULL, NULL), FERRY_E_REFUSED,
                 "Octane refused 1 of 5 automated runs, twice; the first is 4: it is gone");
    script_prints("\"through\":\"automated_runs\",\"linked\":4,\"refused\":[{\"id\":\"4\",\"why\":"
                  "\"it is gone\"}]}");
    script_warns("4: it is gone\n");
    buf_finish(&runs);
}
END_TEST

START_TEST(a_refusal_that_names_nobody_is_one_of_all)
{
    struct buf runs;
    put_runs(&runs, 2);
    const struct scripted rows[] = {
        items,
        suite_run,
        has,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", APPEND, "", 409, "{\"error_code\":\"e\",\"description\":\"no\"}"}};
    name_it("3001\n3002");
    script_fails(SCRIPT(rows, "link", NULL, NULL), FERRY_E_REFUSED, "/automated_runs: 409: no");
    ck_assert_str_eq(buf_cstr(&script.out), "");
    buf_finish(&runs);
}
END_TEST

START_TEST(the_only_one_may_be_refused_as_a_whole)
{
    struct buf runs;
    put_runs(&runs, 3);
    const struct scripted rows[] = {
        items,
        suite_run,
        has,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", APPEND, "\"3\"", 409, "{\"errors\":[{\"index\":2,\"error_code\":\"gone\"}]}"},
        {"PUT", APPEND, "{\"data\":[{\"id\":\"3\"," COVER "}]}", 404,
         "{\"error_code\":\"platform.entity_not_found\",\"description\":\"no run 3\"}"}};
    name_it("3001\n3002");
    script_fails(SCRIPT(rows, "link", NULL, NULL), FERRY_E_REFUSED,
                 "1 of 3 automated runs, twice; the first is 3: no run 3");
    script_prints("(2 automated runs)");
    buf_finish(&runs);
}
END_TEST

START_TEST(without_the_field_on_runs_their_tests_are_covered)
{
    struct buf runs;
    put_runs(&runs, 5);
    const struct scripted rows[] = {items,
                                    suite_run,
                                    lacks,
                                    {"GET", BARE, NULL, 200, buf_cstr(&runs)},
                                    {"PUT", "/automated_tests",
                                     "{\"data\":[{\"id\":\"500\"," COVER "},{\"id\":\"501\"," COVER
                                     "},{\"id\":\"502\"," COVER "}]}",
                                     200, "{}"}};
    name_it("3001\n3002");
    script_option("replace", "true");
    ck_assert_int_eq(SCRIPT(rows, "link", NULL, NULL), FERRY_OK);
    script_prints("(3 automated tests)");
    script_warns("no \"covered_content\" on automated runs, so it is that of their tests");
    buf_finish(&runs);
}
END_TEST

START_TEST(a_field_that_cannot_be_written_is_none)
{
    struct buf runs;
    put_runs(&runs, 2);
    const struct scripted rows[] = {
        items,
        suite_run,
        {"GET", PROBE, NULL, 200, FIXED},
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", "/automated_tests?reference_update_mode=append", "\"500\"", 200, "{}"}};
    name_it("3001\n3002");
    ck_assert_int_eq(SCRIPT(rows, "link", NULL, NULL), FERRY_OK);
    buf_finish(&runs);
}
END_TEST

START_TEST(the_runs_of_some_tests_alone_are_linked)
{
    struct buf runs;
    put_runs(&runs, 6);
    const struct scripted rows[] = {items,
                                    suite_run,
                                    has,
                                    {"GET", BARE, NULL, 200, buf_cstr(&runs)},
                                    {"PUT", APPEND,
                                     "{\"data\":[{\"id\":\"1\"," COVER "},{\"id\":\"2\"," COVER
                                     "},{\"id\":\"5\"," COVER "},{\"id\":\"6\"," COVER "}]}",
                                     200, "{}"}};
    const struct scripted none[] = {
        items, suite_run, has, {"GET", BARE, NULL, 200, buf_cstr(&runs)}};
    name_it("3001\n3002");
    script_option("test", "t0\nKEY_2");
    ck_assert_int_eq(SCRIPT(rows, "link", NULL, NULL), FERRY_OK);
    name_it("3001\n3002");
    script_option("test", "other");
    script_fails(SCRIPT(none, "link", NULL, NULL), FERRY_E_REFUSED, "nothing was linked");
    buf_finish(&runs);
}
END_TEST

START_TEST(an_item_that_is_not_there_changes_nothing)
{
    const struct scripted rows[] = {{"GET", ITEMS "\"id IN 3001,9\"&order_by=id", NULL, 200,
                                     "{\"total_count\":1,\"data\":[{\"id\":\"3001\"}]}"}};
    name_it("3001\n9");
    script_fails(SCRIPT(rows, "link", NULL, NULL), FERRY_E_REFUSED,
                 "no backlog item 9 in this workspace; nothing was changed");
    name_it("AO-1");
    script_fails(script_run(NULL, 0, "link", NULL, NULL), FERRY_E_CONFIG, "go by --jira");
}
END_TEST

#define FIELD "/metadata/fields?query=\"entity_name EQ 'story';name EQ 'jira_key_udf'\""

START_TEST(keys_without_a_story_are_named_with_the_command_for_later)
{
    struct buf runs;
    put_runs(&runs, 1);
    const struct scripted rows[] = {
        {"GET", FIELD, NULL, 200, "{\"data\":[{\"name\":\"jira_key_udf\"}]}"},
        {"GET",
         "/stories?fields=id,name,jira_key_udf&limit=1000&query=\"jira_key_udf IN 'AO-1','AO-2'\""
         "&order_by=id",
         NULL, 200,
         "{\"total_count\":1,\"data\":[{\"type\":\"story\",\"id\":\"3001\",\"name\":\"L\","
         "\"jira_key_udf\":\"AO-1\"}]}"},
        suite_run,
        has,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"PUT", APPEND, "[{\"type\":\"story\",\"id\":\"3001\"}]", 200, "{}"}};
    script_option("jira", "AO-1\nAO-2");
    script_option("suite_run", "N");
    script_fails(SCRIPT(rows, "link", NULL, NULL), FERRY_E_REFUSED, "the others were linked");
    script_prints("3001  L  (1 automated runs)");
    script_warns("AO-2: no story has this key; then: ferry octane link --suite-run 30 --jira AO-2");
    buf_finish(&runs);
}
END_TEST

/* --- unlink ------------------------------------------------------------------------------------------------------ */

static const struct scripted covered = {
    "GET", FULL, NULL, 200,
    "{\"total_count\":3,\"data\":[{\"id\":\"1\",\"covered_content\":{\"data\":[{\"type\":\"story\","
    "\"id\":\"3001\",\"name\":\"Login\"},{\"type\":\"defect\",\"id\":\"3002\"}]}},"
    "{\"id\":\"2\",\"covered_content\":{\"data\":[]}},"
    "{\"id\":\"3\",\"covered_content\":{\"data\":[{\"type\":\"story\",\"id\":\"3001\"}]}}]}"};

START_TEST(one_item_is_taken_away_and_the_others_stay)
{
    const struct scripted rows[] = {
        suite_run,
        has,
        covered,
        {"PUT", "/automated_runs",
         "{\"data\":[{\"id\":\"1\",\"covered_content\":{\"data\":[{\"type\":\"defect\",\"id\":"
         "\"3002\"}]}},{\"id\":\"3\",\"covered_content\":{\"data\":[]}}]}",
         200, "{}"}};
    name_it("3001");
    ck_assert_int_eq(SCRIPT(rows, "unlink", NULL, NULL), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&script.out), "3001  Login  (no more in 2 automated runs)\n");
}
END_TEST

START_TEST(all_is_taken_away_and_named)
{
    const struct scripted rows[] = {
        suite_run,
        has,
        covered,
        {"PUT", "/automated_runs",
         "{\"data\":[{\"id\":\"1\",\"covered_content\":{\"data\":[]}},{\"id\":\"3\","
         "\"covered_content\":{\"data\":[]}}]}",
         200, "{}"}};
    script_option("all", "true");
    script_option("json", "true");
    script_option("suite_run", "N");
    ck_assert_int_eq(SCRIPT(rows, "unlink", NULL, NULL), FERRY_OK);
    script_prints("\"unlinked\":[{\"id\":\"3001\",\"type\":\"story\",\"from\":2},{\"id\":\"3002\","
                  "\"type\":\"defect\",\"from\":1}],\"refused\":[]}");
}
END_TEST

START_TEST(what_is_not_covered_sends_nothing)
{
    const struct scripted rows[] = {suite_run, has, covered};
    name_it("77");
    ck_assert_int_eq(SCRIPT(rows, "unlink", NULL, NULL), FERRY_OK);
    script_prints("nothing was covered");
    script_option("all", "true");
    name_it("77");
    script_fails(script_run(NULL, 0, "unlink", NULL, NULL), FERRY_E_CONFIG, "unlink what?");
}
END_TEST

START_TEST(without_the_field_on_runs_it_is_that_of_their_tests)
{
    struct buf runs;
    put_runs(&runs, 3);
    const struct scripted rows[] = {
        suite_run,
        lacks,
        {"GET", BARE, NULL, 200, buf_cstr(&runs)},
        {"GET",
         "/automated_tests?fields=id,name,covered_content&limit=1000&query=\"id IN 500,501\""
         "&order_by=id",
         NULL, 200,
         "{\"total_count\":2,\"data\":[{\"id\":\"500\"},{\"id\":\"501\",\"covered_content\":{"
         "\"data\":[{\"type\":\"story\",\"id\":\"3001\"}]}}]}"},
        {"PUT", "/automated_tests",
         "{\"data\":[{\"id\":\"501\",\"covered_content\":{\"data\":[]}}]}", 200, "{}"}};
    name_it("3001");
    ck_assert_int_eq(SCRIPT(rows, "unlink", NULL, NULL), FERRY_OK);
    script_prints("(no more in 1 automated tests)");
    buf_finish(&runs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("octane_coverage");
    TCase *c = tcase_create("coverage");
    tcase_add_checked_fixture(c, script_open, script_close);
    tcase_add_test(c, two_hundred_runs_go_at_once);
    tcase_add_test(c, only_what_was_refused_goes_again);
    tcase_add_test(c, a_refusal_that_names_nobody_is_one_of_all);
    tcase_add_test(c, the_only_one_may_be_refused_as_a_whole);
    tcase_add_test(c, without_the_field_on_runs_their_tests_are_covered);
    tcase_add_test(c, a_field_that_cannot_be_written_is_none);
    tcase_add_test(c, the_runs_of_some_tests_alone_are_linked);
    tcase_add_test(c, an_item_that_is_not_there_changes_nothing);
    tcase_add_test(c, keys_without_a_story_are_named_with_the_command_for_later);
    tcase_add_test(c, one_item_is_taken_away_and_the_others_stay);
    tcase_add_test(c, all_is_taken_away_and_named);
    tcase_add_test(c, what_is_not_covered_sends_nothing);
    tcase_add_test(c, without_the_field_on_runs_it_is_that_of_their_tests);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
