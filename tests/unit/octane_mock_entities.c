/* SPDX-License-Identifier: MIT */
/* The mock of ALM Octane: things made, changed and taken away, one or many in a request, and what is refused of them. */
#include "octane_rig.h"

#define SUITES        W "/test_suites"
#define DATA(members) "{\"data\":[{" members "}]}"

START_TEST(bodies_that_are_none_are_refused)
{
    static const struct rig_row rows[] = {
        {"POST", SUITES, "", 415, "application/json"},
        {"POST", SUITES, "{", 400, "not JSON"},
        {"POST", SUITES, "[]", 400, "must be an object"},
        {"POST", SUITES, "{}", 400, "{\\\"data\\\":[...]}"},
        {"POST", SUITES, "{\"data\":{}}", 400, "{\\\"data\\\":[...]}"},
        {"POST", SUITES, "{\"data\":[]}", 400, "at least one"},
        {"POST", SUITES, "{\"data\":[{\"name\":\"x\"}],\"more\":1}", 400, "nothing else"},
        {"POST", SUITES, "{\"name\":\"x\"}", 400, "{\\\"data\\\":[...]}"},
        {"POST", SUITES, "{\"data\":[5]}", 400, "is an object"},
        {"POST", SUITES "?fields=nothing", DATA("\"name\":\"x\""), 400, "nothing"},
        {"POST", SUITES "?reference_update_mode=append", DATA("\"name\":\"x\""), 400,
         "reference_update_mode"},
        {"POST", SUITES "?is_atomic_creation=1", DATA("\"name\":\"x\""), 400, "true or false"},
        {"PUT", SUITES "?reference_update_mode=remove", DATA("\"id\":\"2001\""), 400,
         "append or replace"},
        {"POST", W "/automated_runs", DATA("\"name\":\"x\""), 405, "GET, PUT, DELETE"},
        {"DELETE", W "/list_nodes/x", NULL, 405, "GET, POST"},
        {"PUT", W "/runs", DATA("\"id\":\"1\""), 405, "GET, POST"},
        {"DELETE", SUITES, NULL, 400, "needs a query"},
        {"DELETE", SUITES "/9", NULL, 404, "9"},
        {"DELETE", W "/stories/2001", NULL, 404, "2001"},
        {"PUT", SUITES "/9", "{\"name\":\"x\"}", 404, "9"},
        {"PUT", SUITES "/2001", "{\"id\":\"2007\",\"name\":\"x\"}", 400, "not the one in the path"},
        {"PUT", SUITES "/2001", DATA("\"name\":\"x\""), 400, "data"},
        {"POST", SUITES "/2001", "{}", 405, "GET, PUT, DELETE"},
    };
    REFUSES(rows);
}
END_TEST

START_TEST(fields_are_as_the_metadata_says)
{
    static char wide[400] = "{\"data\":[{\"name\":\"";
    memset(wide + strlen(wide), 'x', 256);
    memcpy(wide + strlen(wide), "\"}]}", 5);
    const struct rig_row rows[] = {
        {"POST", SUITES, DATA(""), 400, "name is required"},
        {"POST", SUITES, DATA("\"name\":null"), 400, "name is required"},
        {"POST", SUITES, DATA("\"name\":\" \""), 400, "blank"},
        {"POST", SUITES, DATA("\"name\":5"), 400, "takes a text"},
        {"POST", SUITES, wide, 400, "255"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"name\":\"y\""), 400, "twice"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"nothing\":1"), 400, "platform.unknown_field"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"id\":\"5\""), 400, "not yours"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"type\":\"story\""), 400, "test_suite"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"creation_time\":\"2020-01-01T00:00:00Z\""), 400,
         "cannot be written"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"product_areas\":[]"), 400, "{\\\"data\\\":[...]}"},
        {"POST", SUITES, DATA("\"name\":\"x\",\"product_areas\":{\"data\":[{\"id\":\"2006\"}]}"),
         400, "type"},
        {"POST", SUITES,
         DATA("\"name\":\"x\",\"product_areas\":{\"data\":[{\"type\":\"story\",\"id\":\"2004\"}]}"),
         400, "refers to product_area"},
        {"POST", SUITES,
         DATA("\"name\":\"x\",\"product_areas\":{\"data\":[{\"type\":\"product_area\",\"id\":"
              "\"9\"}]}"),
         404, "platform.entity_not_found"},
        {"POST", SUITES,
         DATA("\"name\":\"x\",\"product_areas\":{\"data\":[{\"type\":\"product_area\",\"id\":"
              "\"2006\",\"name\":\"Login\"}]}"),
         400, "nothing else in it"},
        {"POST", SUITES,
         DATA("\"name\":\"x\",\"product_areas\":{\"data\":[]},"
              "\"application_modules\":{\"data\":[]}"),
         400, "are the same"},
        {"POST", W "/application_modules", DATA("\"name\":\"x\""), 400, "required"},
        {"POST", W "/application_modules",
         DATA("\"name\":\"x\",\"parent\":{\"type\":\"product_area\",\"id\":\"1002\"},"
              "\"business_impact\":{\"type\":\"list_node\",\"id\":\"list_node.priority.low\"}"),
         400, "list_node.business_impact"},
        {"POST", W "/stories", DATA("\"name\":\"x\"," NEW("story")), 400, "parent is required"},
        {"POST", W "/stories", DATA("\"name\":\"x\",\"story_points\":\"5\"," ROOT "," NEW("story")),
         400, "whole number"},
        {"POST", W "/stories", DATA("\"name\":\"x\",\"blocked\":1," ROOT "," NEW("story")), 400,
         "true or false"},
        {"POST", W "/stories", DATA("\"name\":\"x\",\"other_udf\":\"1\"," ROOT "," NEW("story")),
         400, "platform.unknown_field"},
        {"POST", W "/releases",
         DATA("\"name\":\"x\",\"start_date\":\"2020-01-01\",\"end_date\":\"2020-02-01T00:00:00Z\""),
         400, "2026-11-20T10:18:33Z"},
        {"POST", W "/releases",
         DATA("\"name\":\"x\",\"start_date\":\"2020-02-30T00:00:00Z\","
              "\"end_date\":\"2020-03-01T00:00:00Z\""),
         400, "start_date"},
        {"POST", W "/suite_run", DATA("\"name\":\"x\""), 400, "is required"},
        {"POST", W "/runs", DATA("\"name\":\"x\""), 400, "subtype"},
        {"POST", W "/runs", DATA("\"name\":\"x\",\"subtype\":\"run_automated\""), 400, "subtype"},
        {"POST", W "/list_nodes", DATA("\"name\":\"x\""), 400, "list_root"},
        {"POST", W "/list_nodes",
         DATA("\"name\":\"selenium\",\"list_root\":{\"type\":\"list_node\",\"id\":"
              "\"list_node.testing_tool_type\"}"),
         409, "platform.duplicate_entity_error"},
        {"PUT", SUITES, DATA("\"name\":\"x\""), 400, "id is required"},
        {"PUT", SUITES, DATA("\"id\":\"9\",\"name\":\"x\""), 404, "9"},
        {"PUT", SUITES, DATA("\"id\":\"2001\",\"name\":null"), 400, "name is required"},
    };
    rig_refuses(rows, sizeof rows / sizeof *rows);
}
END_TEST

START_TEST(modules_and_areas_are_the_same_things)
{
    expect(201, "POST", W "/application_modules?fields=name,parent",
           DATA("\"name\":\"Sub\",\"parent\":{\"type\":\"application_module\",\"id\":\"2006\"},"
                "\"business_impact\":{\"type\":\"list_node\",\"id\":"
                "\"list_node.business_impact.no_impact\"}"));
    ck_assert(str_is(
        lab.body, "{\"total_count\":1,\"data\":[{\"type\":\"application_module\",\"id\":\"2009\","
                  "\"name\":\"Sub\",\"parent\":{\"type\":\"application_module\",\"id\":\"2006\"}}],"
                  "\"exceeds_total_count\":false}"));
    expect(200, "GET", W "/product_areas/2009?fields=parent{name}", NULL);
    expect_words("\"parent\":{\"type\":\"product_area\",\"id\":\"2006\",\"name\":\"Login\"}");
    expect(200, "GET",
           rig_query("application_modules", "name EQ 'Sub';parent EQ {name EQ 'Login'}", NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(200, "GET", rig_query("product_areas", "logical_name EQ 'product_area.root'", NULL),
           NULL);
    expect_words("\"id\":\"1002\"");
    expect(
        200, "PUT", W "/test_suites/2001?fields=product_areas,application_modules",
        "{\"application_modules\":{\"data\":[{\"type\":\"application_module\",\"id\":\"2009\"}]}}");
    expect_words("\"product_areas\":{\"total_count\":1,\"data\":[{\"type\":\"product_area\"");
    expect_words(
        "\"application_modules\":{\"total_count\":1,\"data\":[{\"type\":\"application_module\"");
    expect(200, "GET",
           rig_query("test_suites", "name EQ 'Nightly';product_areas EQ {id EQ 2009}", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
}
END_TEST

START_TEST(two_things_may_have_one_name)
{
    rig_post("test_suites", "\"name\":\"Nightly\"");
    rig_post("application_modules", "\"name\":\"Login\"," AREA);
    expect(200, "GET", rig_query("test_suites", "name EQ 'Nightly'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 2);
    expect(200, "GET", rig_query("product_areas", "name EQ 'Login'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 2);
}
END_TEST

START_TEST(what_can_be_done_of_a_request_is_done)
{
    expect(409, "POST", W "/test_suites?fields=name",
           "{\"data\":[{\"name\":\"a\"},{\"name\":\"\"},{\"name\":\"c\"},{\"x\":1}]}");
    ck_assert_int_eq(lab_number(&lab, "total_count"), 2);
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 1);
    ck_assert_int_eq(lab_number(&lab, "errors.1.index"), 3);
    expect_words("\"name\":\"c\"");
    expect_words("platform.unknown_field");
    expect(409, "PUT", SUITES, "{\"data\":[{\"id\":\"2001\",\"name\":\"new\"},{\"id\":\"5\"}]}");
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 1);
    expect_words("platform.entity_not_found");
    expect(409, "POST", W "/test_suites?is_atomic_creation=true",
           "{\"data\":[{\"name\":\"d\"},{\"name\":\"\"}]}");
    ck_assert_int_eq(lab_number(&lab, "total_count"), 0);
    expect(200, "GET", W "/test_suites?fields=name", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 4);
    expect_words("\"id\":\"2001\",\"name\":\"new\"");
    rig_teardown();
    RIG_WITH(OPT("one_error", "list"));
    expect(409, "PUT", SUITES, "{\"data\":[{\"id\":\"5\"}]}");
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 0);
    rig_teardown();
    rig_setup();
}
END_TEST

static void write_many(int n, uint32_t want)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_puts(&b, "{\"data\":[");
    for (int i = 0; i < n; i++) {
        buf_printf(&b, "%s{\"name\":\"s%d\"}", i ? "," : "", i);
    }
    buf_puts(&b, "]}");
    ck_assert_uint_eq(rig_send("POST", SUITES, buf_str(&b)), want);
    buf_finish(&b);
}

START_TEST(an_item_is_once_in_a_list)
{
#define TOOL "\"list_root\":{\"type\":\"list_node\",\"id\":\"list_node.testing_tool_type\"}"
    expect(409, "POST", W "/list_nodes?fields=name,logical_name",
           "{\"data\":[{\"name\":\"Quartz\"," TOOL "},{\"name\":\"quartz\"," TOOL "}]}");
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 1);
    expect_words("platform.duplicate_entity_error");
    expect_words("\"id\":\"list_node.testing_tool_type.quartz\"");
    expect(200, "GET",
           rig_query("list_nodes",
                     "list_root EQ {id EQ 'list_node.testing_tool_type'};name EQ ^Q*^", NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
}
END_TEST

START_TEST(a_request_has_up_to_200_things)
{
    write_many(201, 400);
    expect_words("200");
    expect(200, "GET", SUITES, NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 2);
    write_many(200, 201);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 200);
}
END_TEST

START_TEST(references_take_the_place_of_others_or_are_added)
{
    static const char one[] = "{\"data\":[{\"id\":2001,\"covered_content\":{\"data\":[{\"type\":"
                              "\"story\",\"id\":2004}]}}]}";
    static const char other[] =
        "{\"data\":[{\"id\":\"2001\",\"covered_content\":{\"data\":[{\"type\":"
        "\"defect\",\"id\":\"2005\"},{\"type\":\"story\",\"id\":\"2004\"}]}}]}";
    static const char none[] = "{\"data\":[{\"id\":\"2001\",\"covered_content\":{\"data\":[]}}]}";
    expect(200, "PUT", SUITES "?fields=covered_content", one);
    ck_assert_int_eq(lab_number(&lab, "data.0.covered_content.total_count"), 1);
    expect(200, "PUT", SUITES "?fields=covered_content&reference_update_mode=append", other);
    ck_assert_int_eq(lab_number(&lab, "data.0.covered_content.total_count"), 2);
    expect(200, "PUT", SUITES "?fields=covered_content&reference_update_mode=append", none);
    ck_assert_int_eq(lab_number(&lab, "data.0.covered_content.total_count"), 2);
    expect(200, "PUT", SUITES "?fields=covered_content,backlog_coverage,name", one);
    ck_assert_int_eq(lab_number(&lab, "data.0.backlog_coverage.total_count"), 1);
    expect_words("\"name\":\"Nightly\""); /* what is not said stays */
    expect(200, "PUT", SUITES "?fields=covered_content", none);
    ck_assert_int_eq(lab_number(&lab, "data.0.covered_content.total_count"), 0);
}
END_TEST

START_TEST(suite_runs_are_planned_and_found_by_what_is_uploaded)
{
#define PLANNED                                                                                    \
    "\"name\":\"night 1\",\"release\":{\"type\":\"release\",\"id\":\"2002\"},\"native_status\":"   \
    "{\"type\":\"list_node\",\"id\":\"list_node.run_native_status.planned\"},"                     \
    "\"test\":{\"type\":\"test_suite\",\"id\":\"2001\"}"
    expect(201, "POST", W "/runs?is_atomic_creation=true&fields=subtype,test",
           DATA("\"subtype\":\"run_suite\"," PLANNED));
    expect_words("\"type\":\"run\",\"id\":\"2009\",\"subtype\":\"run_suite\"");
    type = "application/xml";
    expect(202, "POST", W "/test-results",
           "<test_result><suite_ref id=\"2001\" external_run_id=\"night 1\"/><test_runs>"
           "<test_run name=\"t\" duration=\"1\" status=\"Passed\"/></test_runs></test_result>");
    type = NULL;
    rig_settle();
    expect(200, "GET", W "/suite_run?fields=native_status", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect_words("planned"); /* the worst there is */
    expect(200, "GET", rig_query("runs", "parent_suite EQ {id EQ 2009}", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
}
END_TEST

START_TEST(automated_runs_are_covered_only_where_they_can_be)
{
    static const char put[] =
        "{\"data\":[{\"id\":\"2012\",\"covered_content\":{\"data\":[{\"type\":"
        "\"story\",\"id\":\"2004\"}]}}]}";
    static const char xml[] =
        "<test_result><suite_ref id=\"2001\" external_run_id=\"n\"/><test_runs>"
        "<test_run name=\"t\" duration=\"1\" status=\"Passed\"/></test_runs>"
        "</test_result>";
    for (int there = 0; there < 2; there++) {
        static const struct ferry_kv options[] = {OPT("run_coverage", "true")};
        rig_begin(options, (uint32_t)there);
        rig_sign_in();
        rig_fill();
        type = "application/xml";
        expect(202, "POST", W "/test-results", xml); /* 2009; 2010 test, 2011 suite run, 2012 run */
        type = NULL;
        rig_settle();
        expect(there ? 200 : 400, "PUT", W "/automated_runs", put);
        expect_words(there ? "\"id\":\"2012\"" : "platform.unknown_field");
        expect(200, "GET",
               rig_query("metadata/fields",
                         "entity_name EQ 'run_automated';name EQ 'covered_content'", NULL),
               NULL);
        ck_assert_int_eq(lab_number(&lab, "total_count"), there);
        expect(400, "PUT", W "/automated_runs/2012", "{\"duration\":5}");
        expect_words("cannot be written");
        expect(200, "PUT", W "/automated_runs/2012?fields=name", "{\"name\":\"other\"}");
        expect_words("\"name\":\"other\"");
        rig_teardown();
    }
}
END_TEST

START_TEST(things_are_taken_away_by_id_and_by_query)
{
    expect(200, "DELETE", SUITES "/2001", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(404, "GET", SUITES "/2001", NULL);
    expect(200, "DELETE", rig_query("test_suites", "name EQ 'Week*'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(200, "GET", SUITES, NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 0);
    expect(400, "DELETE", rig_query("test_suites", "nothing EQ 1", NULL), NULL);
    expect(400, "DELETE", SUITES "?query=x&fields=id", NULL);
}
END_TEST

START_TEST(state_is_the_same_whatever_the_order_and_time)
{
    struct buf one, two;
    one = rig_dump();
    rig_teardown();
    static const struct ferry_kv none[1];
    rig_begin(none, 0);
    rig_sign_in();
    rig_advance(5000);
    rig_post("test_suites", "\"name\":\"Weekly\"");
    rig_post("programs", "\"name\":\"P1\"");
    rig_post("application_modules", "\"name\":\"Login\"," AREA);
    rig_post("defects", "\"name\":\"Broken\",\"jira_key_udf\":\"A-2\"," ROOT "," NEW("defect"));
    rig_post("stories", "\"name\":\"As a user\",\"jira_key_udf\":\"A-1\"," ROOT "," NEW("story"));
    rig_post("milestones", "\"name\":\"M1\",\"date\":\"2025-01-01T00:00:00Z\"");
    rig_post("releases", "\"name\":\"R1\",\"start_date\":\"2020-01-01T00:00:00Z\","
                         "\"end_date\":\"2030-01-01T00:00:00Z\"");
    rig_post("test_suites", "\"name\":\"Nightly\"");
    two = rig_dump();
    ck_assert_str_eq(buf_cstr(&one), buf_cstr(&two));
    buf_finish(&one);
    buf_finish(&two);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane_mock_entities");
    TCase *t = rig_case(s, "filled");
    tcase_add_checked_fixture(t, rig_setup, rig_teardown);
    tcase_add_test(t, bodies_that_are_none_are_refused);
    tcase_add_test(t, fields_are_as_the_metadata_says);
    tcase_add_test(t, modules_and_areas_are_the_same_things);
    tcase_add_test(t, two_things_may_have_one_name);
    tcase_add_test(t, what_can_be_done_of_a_request_is_done);
    tcase_add_test(t, an_item_is_once_in_a_list);
    tcase_add_test(t, a_request_has_up_to_200_things);
    tcase_add_test(t, references_take_the_place_of_others_or_are_added);
    tcase_add_test(t, suite_runs_are_planned_and_found_by_what_is_uploaded);
    tcase_add_test(t, things_are_taken_away_by_id_and_by_query);
    tcase_add_test(t, state_is_the_same_whatever_the_order_and_time);
    t = rig_case(s, "options");
    tcase_add_test(t, automated_runs_are_covered_only_where_they_can_be);
    return rig_run_suite(s);
}
