/* SPDX-License-Identifier: MIT */
/* The mock of ALM Octane: payloads and the tasks they become, what a task makes, and what is refused before there is one. */
#include "octane_rig.h"

#include <zlib.h>

#define XML(inner)                                                                                 \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                   \
    "<test_result>" inner "</test_result>"
#define SUITE   "<suite_ref id=\"2001\" external_run_id=\"night 1\"/>"
#define RUNS(x) "<test_runs>" x "</test_runs>"
#define RUN(name, status, inner)                                                                   \
    "<test_run module=\"m\" package=\"p\" class=\"c\" name=\"" name                                \
    "\" duration=\"12\" status=\"" status "\" started=\"1700000000000\">" inner "</test_run>"

/* The task's number, or 0. */
static int64_t post(uint32_t want, const char *flag, const char *xml)
{
    char target[120];
    snprintf(target, sizeof target, W "/test-results%s", flag);
    type = "application/xml";
    expect(want, "POST", target, xml);
    type = NULL;
    return want == 202 ? lab_number(&lab, "id") : 0;
}

static void expect_task(int64_t id, const char *status)
{
    char target[100], words[60];
    snprintf(target, sizeof target, W "/test-results/%lld", (long long)id);
    expect(200, "GET", target, NULL);
    snprintf(words, sizeof words, "\"status\":\"%s\"", status);
    expect_words(words);
}

static void expect_log(int64_t id, const char *words)
{
    char target[100];
    snprintf(target, sizeof target, W "/test-results/%lld/log", (long long)id);
    expect(200, "GET", target, NULL);
    expect_words(words);
}

START_TEST(bytes_that_are_no_payload_are_refused)
{
    static const struct {
        const char *type, *target, *body;
        uint32_t status;
        const char *words;
    } rows[] = {
        {"application/xml", "", "", 400, "not valid"},
        {"application/xml", "", "<test_result>", 400, "line 1"},
        {"application/xml", "", XML(""), 400, "Missing child"},
        {"application/xml", "", "<testsuite/>", 400, "testsuite"},
        {"application/xml", "", XML(RUNS(RUN("", "Passed", ""))), 400, "name"},
        {"application/xml", "", XML(RUNS(RUN("t", "Blocked", ""))), 400, "Blocked"},
        {"application/xml", "",
         XML(RUNS("<test_run name=\"t\" status=\"Passed\" duration=\"1.5\"/>")), 400, "1.5"},
        {"application/xml", "", "<!DOCTYPE x [<!ENTITY y \"z\">]>" XML(RUNS("")), 400,
         "document type"},
        {"application/xml", "",
         "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
         "<test_result><test_runs/></test_result>",
         400, "UTF-8"},
        {"application/xml", "", XML("<test_runs/><release_ref id=\"1\"/>"), 400, "release_ref"},
        {"text/xml", "", XML(RUNS("")), 415, "application/xml"},
        {"application/json", "", "{}", 415, "application/xml"},
        {"application/xml; charset=ISO-8859-1", "", XML(RUNS("")), 415, "ISO-8859-1"},
        {"application/xml", "?skip-errors=yes", XML(RUNS("")), 400, "yes"},
        {"application/xml", "?skip_errors=true", XML(RUNS("")), 400, "skip_errors"},
    };
    struct buf before = rig_dump();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[120];
        snprintf(target, sizeof target, W "/test-results%s", rows[i].target);
        type = rows[i].type;
        expect(rows[i].status, "POST", target, rows[i].body);
        expect_words(rows[i].words);
        expect_words("\"description\":");
    }
    struct buf after = rig_dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    buf_finish(&before);
    buf_finish(&after);
}
END_TEST

START_TEST(a_name_of_more_than_255_utf16_units_is_refused_though_the_schema_has_it)
{
    char body[2000], name[600] = "";
    for (size_t i = 0; i < 128; i++) {
        memcpy(name + 4 * i, "\xF0\x9F\x98\x80", 5); /* two units each */
    }
    snprintf(body, sizeof body, XML(RUNS(RUN("%s", "Passed", ""))), name);
    post(400, "", body);
    expect_words("UTF-16");
    name[4 * 127] = '\0';
    snprintf(body, sizeof body, XML(RUNS(RUN("%s", "Passed", ""))), name);
    post(202, "", body);
}
END_TEST

START_TEST(a_task_is_queued_then_runs_then_has_ended)
{
    int64_t id = post(202, "?skip-errors=false", XML(SUITE RUNS(RUN("t", "Passed", ""))));
    expect_words("\"status\":\"queued\"");
    expect_task(id, "queued");
    ck_assert_int_eq(rig_count("[\"task\""), 1);
    rig_advance(61000);
    expect_task(id, "running");
    expect_words("\"until\":\"");
    ck_assert(!lab_has(&lab, "errorDetails"));
    expect(200, "GET", W "/automated_runs", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 0);
    rig_advance(61000);
    expect_task(id, "success");
    expect_log(id, "1 of 1 test runs");
    expect(200, "GET", W "/automated_runs", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(404, "GET", W "/test-results/999", NULL);
    expect(405, "DELETE", W "/test-results/999", NULL);
    expect(404, "GET", W "/test-results/abc", NULL);
}
END_TEST

START_TEST(a_payload_makes_the_test_the_suite_run_and_the_run)
{
    post(202, "",
         XML(SUITE
             "<release name=\"_default_\"/><milestone_ref id=\"2003\"/>"
             "<backlog_items><backlog_item_ref id=\"2004\"/></backlog_items>"
             "<product_areas><product_area_ref id=\"2006\"/></product_areas>"
             "<test_fields><test_field type=\"Framework\" value=\"JUnit\"/>"
             "<test_field type=\"Test_Type\" value=\"End to End\"/></test_fields>"
             "<environment><taxonomy type=\"OS\" value=\"Linux\"/></environment>" RUNS(
                 "<test_run module=\"m\" package=\"p\" class=\"c\" name=\"t1\" run_name=\"r\" "
                 "duration=\"12\" status=\"Failed\" external_test_id=\"K-1\" "
                 "external_run_id=\"x\" external_report_url=\"http://r/1\" "
                 "started=\"1700000000000\">"
                 "<backlog_items><backlog_item_ref id=\"2005\"/></backlog_items>"
                 "<error type=\"T\" message=\"M\">a stack</error><description>d</description>"
                 "<steps><step name=\"s\" duration=\"1\" status=\"passed\"/></steps>"
                 "</test_run>" RUN("t2", "Passed", ""))));
    rig_settle();
    expect(200, "GET",
           rig_query("automated_runs", "test EQ {external_test_id EQ 'K-1'}",
                     "fields=name,test_name,component,package,class_name,duration,started,"
                     "native_status,error_type,error_message,error_details,description,steps_num,"
                     "external_report_url,external_test_id,external_run_id,release{name},"
                     "milestone{name},taxonomies{name},parent_suite{name},test_framework"),
           NULL);
    static const char *const shown[] = {"\"name\":\"r\"",
                                        "\"test_name\":\"t1\"",
                                        "\"component\":\"m\"",
                                        "\"package\":\"p\"",
                                        "\"class_name\":\"c\"",
                                        "\"duration\":12",
                                        "\"started\":\"2023-11-14T22:13:20Z\"",
                                        "list_node.run_native_status.failed",
                                        "\"error_type\":\"T\"",
                                        "\"error_message\":\"M\"",
                                        "\"error_details\":\"a stack\"",
                                        "\"description\":\"d\"",
                                        "\"steps_num\":1",
                                        "\"external_report_url\":\"http://r/1\"",
                                        "\"external_test_id\":\"K-1\"",
                                        "\"external_run_id\":\"x\"",
                                        "\"name\":\"R1\"",
                                        "\"name\":\"M1\"",
                                        "\"name\":\"Linux\"",
                                        "\"name\":\"night 1\"",
                                        "list_node.je.framework.junit"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        expect_words(shown[i]);
    }
    expect(200, "GET",
           rig_query("automated_tests", "name EQ 't1'",
                     "fields=covered_content{jira_key_udf},product_areas{name},test_type{name}"),
           NULL);
    expect_words("\"A-1\"");
    expect_words("\"A-2\"");
    expect_words("\"Login\"");
    expect_words("\"End to End\"");
    expect(200, "GET", rig_query("automated_tests", "covered_content EQ {id EQ 2005}", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(200, "GET",
           rig_query("suite_run", "name EQ 'night 1';test EQ {id EQ 2001}", "fields=native_status"),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect_words("run_native_status.failed");
}
END_TEST

START_TEST(one_suite_run_for_each_name_and_suite_and_one_test_for_each_identity)
{
    post(202, "", XML(SUITE RUNS(RUN("t", "Passed", ""))));
    post(202, "", XML(SUITE RUNS(RUN("t", "Failed", "") RUN("u", "Skipped", ""))));
    post(202, "",
         XML("<suite_ref id=\"2007\" external_run_id=\"night 1\"/>" RUNS(RUN("t", "Passed", ""))));
    post(202, "",
         XML("<suite_ref id=\"2001\" external_run_id=\"night 2\"/>" RUNS(
             RUN("t", "Planned",
                 "") "<test_run module=\"m2\" name=\"t\" duration=\"0\" status=\"Passed\"/>")));
    rig_settle();
    expect(200, "GET", W "/suite_run?fields=name,test,native_status", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 3);
    expect(200, "GET", W "/automated_tests", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 3);
    expect(200, "GET", W "/automated_runs", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 6);
    expect(200, "GET",
           rig_query("automated_runs", "parent_suite EQ {name EQ 'night 1';test EQ {id EQ 2001}}",
                     NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 3);
    ck_assert_int_eq(rig_count("[\"suite run\",\"Nightly\",\"night 1\",null,null,"
                               "\"list_node.run_native_status.failed\",0]"),
                     1);
}
END_TEST

START_TEST(what_is_not_there_fails_a_task_or_a_run_or_is_left_out)
{
    static const char all[] = XML("<release_ref id=\"9\"/>" RUNS(RUN("t", "Passed", "")));
    static const char one[] =
        XML(RUNS(RUN("t", "Passed", "") RUN("u", "Passed", "<milestone_ref id=\"77\"/>")));
    int64_t id = post(202, "?skip-errors=false", all);
    rig_settle();
    expect_task(id, "failed");
    expect_words("\"errorDetails\":\"release 9 is not found");
    expect_log(id, "0 of 0");
    ck_assert_int_eq(rig_count("[\"run\""), 0);
    id = post(202, "", one);
    rig_settle();
    expect_task(id, "warning");
    expect_words("test run 2 \\\"u\\\" [m/p/c]: milestone 77 is not found");
    ck_assert_int_eq(rig_count("[\"run\""), 1);
    id = post(202, "?skip-errors=true",
              XML("<suite_ref id=\"8\"/><release name=\"none\"/>"
                  "<backlog_items><backlog_item_ref id=\"2006\"/></backlog_items>"
                  "<product_areas><product_area_ref id=\"2004\"/></product_areas>"
                  "<test_fields><test_field type=\"Testing_Tool_Type\" value=\"Quartz\"/>"
                  "</test_fields>" RUNS(RUN("v", "Passed", ""))));
    rig_settle();
    expect_task(id, "warning");
    static const char *const missing[] = {"test suite 8", "release none", "backlog item 2006",
                                          "product area 2004",
                                          "list value of Testing_Tool_Type Quartz"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        expect_words(missing[i]);
    }
    expect_log(id, "warning: 1 of 1");
    rig_post("list_nodes", "\"name\":\"Quartz\",\"list_root\":{\"type\":\"list_node\","
                           "\"id\":\"list_node.testing_tool_type\"}");
    id = post(202, "",
              XML("<test_fields><test_field type=\"Testing_Tool_Type\" value=\"Quartz\"/>"
                  "</test_fields>" RUNS(RUN("v", "Passed", ""))));
    rig_settle();
    expect_task(id, "success");
}
END_TEST

START_TEST(the_same_payload_is_told_of_its_task_and_makes_nothing)
{
    static const char bad[] = XML("<release_ref id=\"9\"/>" RUNS(RUN("t", "Passed", "")));
    int64_t id = post(202, "", bad);
    ck_assert(!lab_has(&lab, "fromOlderPush"));
    ck_assert_int_eq(post(202, "", bad), id);
    expect_words("\"fromOlderPush\":\"true\"");
    expect_words("\"status\":\"queued\"");
    rig_settle();
    ck_assert_int_eq(post(202, "?skip-errors=true", bad), id);
    expect_words("\"status\":\"failed\"");
    ck_assert_int_eq(rig_count("[\"task\""), 1);
    ck_assert_int_ne(post(202, "", XML("<release_ref id=\"9\"/>" RUNS(RUN("t2", "Passed", "")))),
                     id);
    rig_advance(86400000); /* forgotten: the session, too */
    rig_sign_in();
    ck_assert_int_ne(post(202, "", bad), id);
    expect_words("queued");
}
END_TEST

START_TEST(the_flag_may_be_part_of_what_is_the_same)
{
    RIG_WITH(OPT("dedupe", "payload_and_flag"), OPT("older_push", "plain"));
    static const char xml[] = XML(RUNS(RUN("t", "Passed", "")));
    int64_t id = post(202, "", xml);
    ck_assert_int_ne(post(202, "?skip-errors=true", xml), id);
    ck_assert_int_eq(post(202, "?skip-errors=false", xml), id);
    ck_assert(!lab_has(&lab, "fromOlderPush"));
    rig_teardown();
}
END_TEST

static struct buf packed(const char *text)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text)};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)buf_room(&out, 1 << 16);
    z.avail_out = 1 << 16;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_grow(&out, (1 << 16) - z.avail_out);
    deflateEnd(&z);
    return out;
}

START_TEST(a_packed_payload_is_the_same_as_the_plain_one)
{
    static const char xml[] = XML(RUNS(RUN("t", "Passed", "")));
    struct buf gz = packed(xml);
    type = "application/xml; charset=UTF-8";
    coding = "gzip";
    ck_assert_uint_eq(rig_send("POST", W "/test-results", buf_str(&gz)), 202);
    int64_t id = lab_number(&lab, "id");
    coding = NULL;
    ck_assert_int_eq(post(202, "", xml), id);
    rig_settle();
    expect_task(id, "success");
    type = "application/xml";
    coding = "gzip";
    ck_assert_uint_eq(rig_send("POST", W "/test-results", str_sub(buf_str(&gz), 0, gz.len - 5)),
                      400);
    expect_words("cut off");
    ck_assert_uint_eq(rig_send("POST", W "/test-results", ferry_cstr(xml)), 400);
    coding = "br";
    ck_assert_uint_eq(rig_send("POST", W "/test-results", ferry_cstr(xml)), 415);
    coding = NULL;
    buf_finish(&gz);
}
END_TEST

START_TEST(a_payload_that_unpacks_to_too_much_is_refused)
{
    RIG_WITH(OPT("max_payload", "2000"));
    static char long_text[20000];
    memset(long_text, ' ', sizeof long_text - 1);
    struct buf gz = packed(long_text);
    type = "application/xml";
    expect(413, "POST", W "/test-results", long_text);
    coding = "gzip";
    ck_assert_uint_eq(rig_send("POST", W "/test-results", buf_str(&gz)), 413);
    buf_finish(&gz);
    rig_teardown();
}
END_TEST

static void fill_queue(int n)
{
    for (int i = 0; i < n; i++) {
        char xml[400];
        snprintf(xml, sizeof xml, XML(RUNS(RUN("t%d", "Passed", ""))), i);
        post(202, "", xml);
    }
}

START_TEST(a_full_queue_takes_nothing_until_a_task_has_ended)
{
    fill_queue(50);
    post(429, "", XML(RUNS(RUN("one more", "Passed", ""))));
    expect_words("\"error_code\":\"testbox_queue_full\"");
    rig_advance(121000); /* five have ended */
    post(202, "", XML(RUNS(RUN("one more", "Passed", ""))));
}
END_TEST

START_TEST(a_full_queue_is_said_in_other_ways)
{
    RIG_WITH(OPT("queue", "1"), OPT("queue_status", "503"), OPT("queue_code", "testbox.queue_full"),
             OPT("queue_body", "servlet"), OPT("queue_retry_after", "7"));
    fill_queue(1);
    post(503, "", XML(RUNS("")));
    expect_words("{\"message\":\"{&quot;error_code&quot;:&quot;testbox.queue_full&quot;");
    ck_assert_str_eq(rig_answer_header("retry-after"), "7");
    rig_teardown();
}
END_TEST

START_TEST(a_full_queue_may_be_but_a_description)
{
    RIG_WITH(OPT("queue", "1"), OPT("queue_status", "400"),
             OPT("queue_code", "testbox.request_limit"), OPT("queue_body", "description"));
    fill_queue(1);
    post(400, "", XML(RUNS("")));
    expect_words("{\"description\":\"testbox.request_limit: ");
    rig_teardown();
}
END_TEST

START_TEST(workers_run_so_many_at_once)
{
    RIG_WITH(OPT("task_workers", "2"), OPT("task_queued", "0"), OPT("task_duration", "60000"));
    int64_t ids[4];
    for (int i = 0; i < 4; i++) {
        char xml[400];
        snprintf(xml, sizeof xml, XML(RUNS(RUN("t%d", "Passed", ""))), i);
        ids[i] = post(202, "", xml);
    }
    expect_task(ids[1], "running");
    expect_task(ids[2], "queued");
    rig_advance(60000);
    expect_task(ids[1], "success");
    expect_task(ids[3], "running");
    rig_advance(60000);
    expect_task(ids[3], "success");
    rig_teardown();
}
END_TEST

START_TEST(what_this_mock_does_not_keep_is_named)
{
    int64_t id = post(202, "",
                      XML(RUNS("<gherkin_test_run name=\"g\" duration=\"1\" status=\"Passed\">"
                               "<feature name=\"f\" path=\"p\" started=\"1\" tag=\"t\"><file/>"
                               "</feature></gherkin_test_run>")));
    rig_settle();
    expect_task(id, "failed");
    expect_words("gherkin runs are not kept");
}
END_TEST

START_TEST(the_schema_is_there_to_be_read)
{
    expect(200, "GET", W "/test-results/xsd", NULL);
    expect_words("<xs:element name=\"test_result\">");
    ck_assert_str_eq(rig_answer_header("content-type"), "application/xml");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane_mock_results");
    TCase *t = rig_case(s, "filled");
    tcase_add_checked_fixture(t, rig_setup, rig_teardown);
    tcase_add_test(t, bytes_that_are_no_payload_are_refused);
    tcase_add_test(t, a_name_of_more_than_255_utf16_units_is_refused_though_the_schema_has_it);
    tcase_add_test(t, a_task_is_queued_then_runs_then_has_ended);
    tcase_add_test(t, a_payload_makes_the_test_the_suite_run_and_the_run);
    tcase_add_test(t, one_suite_run_for_each_name_and_suite_and_one_test_for_each_identity);
    tcase_add_test(t, what_is_not_there_fails_a_task_or_a_run_or_is_left_out);
    tcase_add_test(t, the_same_payload_is_told_of_its_task_and_makes_nothing);
    tcase_add_test(t, a_packed_payload_is_the_same_as_the_plain_one);
    tcase_add_test(t, a_full_queue_takes_nothing_until_a_task_has_ended);
    tcase_add_test(t, what_this_mock_does_not_keep_is_named);
    tcase_add_test(t, the_schema_is_there_to_be_read);
    t = rig_case(s, "options");
    tcase_add_test(t, the_flag_may_be_part_of_what_is_the_same);
    tcase_add_test(t, a_payload_that_unpacks_to_too_much_is_refused);
    tcase_add_test(t, a_full_queue_is_said_in_other_ways);
    tcase_add_test(t, a_full_queue_may_be_but_a_description);
    tcase_add_test(t, workers_run_so_many_at_once);
    return rig_run_suite(s);
}
