/* SPDX-License-Identifier: MIT */
/*
 * qase_mock.c - what the mock of Qase refuses, and with which words, as one table a noun. The words are those of a client's reader: the member has to be in
 * them.
 */
#include "qase_mock_lab.h"

START_TEST(requests_that_are_none_are_refused)
{
    static const struct row rows[] = {
        {"GET", "/v1/nothing", NULL, 404, "Not Found"},
        {"GET", "/", NULL, 404, "Not Found"},
        {"GET", "/v1/run/AO/1/2/3/4/5/6/7/8/9", NULL, 404, "Not Found"},
        {"PUT", "/v1/project", NULL, 405, "GET, POST"},
        {"GET", "/v2/AO/run/1/results", NULL, 405, "POST"},
        {"GET", "/v1/run/NONE", NULL, 404, "NONE"},
        {"GET", "/v1/run/A", NULL, 400, "2 to 10"},
        {"GET", "/v1/run/ABCDEFGHIJK", NULL, 400, "2 to 10"},
        {"GET", "/v1/run/AO/999", NULL, 404, "999"},
        {"GET", "/v1/run/%zz", NULL, 400, "percent-encoded"},
        {"GET", "/v1/run/AO?limit=101", NULL, 400, "limit"},
        {"GET", "/v1/run/AO?limit=0", NULL, 400, "limit"},
        {"GET", "/v1/run/AO?limit=ten", NULL, 400, "limit"},
        {"GET", "/v1/run/AO?offset=-1", NULL, 400, "offset"},
        {"GET", "/v1/run/AO?offset=100001", NULL, 400, "offset"},
        {"GET", "/v1/run/AO?page=2", NULL, 400, "page"},
        {"GET", "/v1/run/AO?limit=5&limit=6", NULL, 400, "twice"},
        {"GET", "/v1/case/AO?custom_field=K_1", NULL, 400, "custom_field"},
        {"GET", "/v1/case/AO?severity=awful", NULL, 400, "awful"},
        {"GET", "/v1/run/AO?status=done", NULL, 400, "done"},
        {"GET", "/v1/run/AO?include=results", NULL, 400, "results"},
        {"GET", "/v1/result/AO?run=1,x", NULL, 400, "run"},
        {"GET", "/v1/result/AO?status=untested", NULL, 400, "untested"},
        {"GET", "/v1/result/AO?from_end_time=2020-01-01T00:00:00", NULL, 400, "Y-m-d H:i:s"},
        {"GET", "/v1/result/AO?to_end_time=2020-02-30%2000:00:00", NULL, 400, "to_end_time"},
        {"GET", "/v1/custom_field?entity=suite", NULL, 400, "suite"},
        {"POST", "/v1/run/AO", "{\"title\":", 400, "not JSON"},
        {"POST", "/v1/run/AO", "", 400, "not JSON"},
        {"POST", "/v1/run/AO", "[]", 422, "must be an object"},
        {"POST", "/v1/run/AO", "{\"title\":\"a\",\"title\":\"b\"}", 422, "twice"},
    };
    REFUSES(rows);
    type = "text/plain";
    expect(400, "POST", "/v1/run/AO", "{\"title\":\"x\"}");
    ck_assert(lab_has(&lab, "application/json"));
}
END_TEST

START_TEST(projects_and_fields_are_as_they_have_to_be)
{
    static const struct row rows[] = {
        {"POST", "/v1/project", "{\"code\":\"NEW\"}", 422, "title field is required"},
        {"POST", "/v1/project", "{\"title\":\"x\",\"code\":\"N1\"}", 422, "code"},
        {"POST", "/v1/project", "{\"title\":\"x\",\"code\":\"ao\"}", 422, "already exists"},
        {"POST", "/v1/project", "{\"title\":\"x\",\"code\":\"NEW\",\"access\":\"some\"}", 422,
         "access"},
        {"POST", "/v1/project", "{\"title\":\"x\",\"code\":\"NEW\",\"access\":\"group\"}", 422,
         "group"},
        {"POST", "/v1/custom_field", "{\"title\":\"x\",\"entity\":\"case\",\"type\":1}", 422,
         "entity"},
        {"POST", "/v1/custom_field", "{\"title\":\"x\",\"entity\":0,\"type\":10}", 422, "type"},
        {"POST", "/v1/custom_field", "{\"title\":\"x\",\"entity\":0,\"type\":3}", 422, "value"},
        {"POST", "/v1/custom_field",
         "{\"title\":\"x\",\"entity\":0,\"type\":1,\"value\":[{\"title\":\"y\"}]}", 422, "value"},
        {"POST", "/v1/custom_field",
         "{\"title\":\"x\",\"entity\":0,\"type\":1,\"projects_codes\":[\"NO\"]}", 422, "NO"},
        {"PATCH", "/v1/custom_field/1", "{\"is_required\":true}", 422, "title"},
        {"PATCH", "/v1/custom_field/9", "{\"title\":\"x\"}", 404, "9"},
        {"GET", "/v2/custom_field/9", NULL, 404, "9"},
        {"DELETE", "/v1/custom_field/9", NULL, 404, "9"},
    };
    REFUSES(rows);
}
END_TEST

START_TEST(cases_are_as_they_have_to_be)
{
    static const struct row rows[] = {
        {"POST", "/v1/case/AO", "{}", 422, "title field is required"},
        {"POST", "/v1/case/AO", "{\"title\":\"  \"}", 422, "blank"},
        {"POST", "/v1/case/AO", "{\"title\":7}", 422, "title must be a string"},
        /* the wrong form of an older script: what is silently left out there is refused here */
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_fields\":[{\"id\":1,\"value\":\"K\"}]}",
         422, "custom_fields"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":[{\"id\":1}]}", 422,
         "custom_field must be an object"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"1\":5}}", 422,
         "custom_field.1"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"9\":\"K\"}}", 422,
         "custom_field.9"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"Automation Key\":\"K\"}}",
         422, "Automation Key"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"2\":\"red\"}}", 422,
         "Colour"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"3\":\"much\"}}", 422,
         "Weight"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"custom_field\":{\"4\":\"K\"}}", 422,
         "custom_field.4"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"severity\":\"major\"}", 422, "severity"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"severity\":7}", 422, "severity"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"is_flaky\":true}", 422, "is_flaky"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"isManual\":1}", 422, "isManual"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"suite_id\":5}", 422, "suite_id"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"milestone_id\":5}", 422, "milestone_id"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"steps_type\":\"prose\"}", 422, "steps_type"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"tags\":[\"\"]}", 422, "tags.0"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"attachments\":[\"none\"]}", 422, "attachments"},
        {"POST", "/v1/case/AO",
         "{\"title\":\"x\",\"steps\":[{\"steps\":[{\"attachments\":[\"none\"]}]}]}", 422,
         "steps.0.steps.0.attachments"},
        {"POST", "/v1/case/AO", "{\"title\":\"x\",\"steps\":[{\"do\":\"x\"}]}", 422, "steps.0.do"},
        {"POST", "/v1/case/AO/bulk", "{}", 422, "cases field is required"},
        {"POST", "/v1/case/AO/bulk", "{\"cases\":[]}", 422, "cases"},
        /* one bad one, and none is made */
        {"POST", "/v1/case/AO/bulk",
         "{\"cases\":[{\"title\":\"x\"},{\"title\":\"\"},{\"title\":\"y\"}]}", 422,
         "cases.1.title"},
        {"PATCH", "/v1/case/AO/1", "{\"title\":\"\"}", 422, "title"},
        {"PATCH", "/v1/case/AO/7", "{\"title\":\"x\"}", 404, "7"},
        {"DELETE", "/v1/case/AO/7", NULL, 404, "7"},
        {"POST", "/v1/suite/AO", "{\"title\":\"x\",\"parent_id\":4}", 422, "parent_id"},
        {"PATCH", "/v1/suite/AO/4", "{}", 404, "4"},
        {"POST", "/v1/plan/AO", "{\"title\":\"x\",\"cases\":[5]}", 422, "cases.0"},
        {"POST", "/v1/environment/AO", "{\"title\":\"x\"}", 422, "slug"},
        {"POST", "/v1/configuration/AO", "{\"title\":\"x\",\"group_id\":2}", 422, "group_id"},
        {"POST", "/v1/milestone/AO", "{\"title\":\"x\",\"status\":\"late\"}", 422, "status"},
    };
    REFUSES(rows);
}
END_TEST

START_TEST(runs_are_as_they_have_to_be)
{
    static const struct row rows[] = {
        {"POST", "/v1/run/AO", "{\"description\":\"x\"}", 422, "title field is required"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"start_time\":\"2020-01-02T03:04:05Z\"}", 422,
         "start_time"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"start_time\":1577934245}", 422, "start_time"},
        {"POST", "/v1/run/AO",
         "{\"title\":\"x\",\"start_time\":\"2020-01-02 00:00:00\",\"end_time\":\"2020-01-01 00:00:00\"}",
         422, "end_time"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"cases\":[1,77]}", 422, "cases.1"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"milestone_id\":9}", 422, "milestone_id"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"plan_id\":9}", 422, "plan_id"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"environment_slug\":\"stage\"}", 422,
         "environment_slug"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"configurations\":[9]}", 422, "configurations.0"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"is_autotest\":\"yes\"}", 422, "is_autotest"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"custom_field\":{\"1\":\"K\"}}", 422,
         "custom_field.1"},
        {"POST", "/v1/run/AO", "{\"title\":\"x\",\"cloud_run_config\":{\"browser\":\"lynx\"}}", 422,
         "cloud_run_config.browser"},
        {"PATCH", "/v1/run/AO/1", "{\"cases\":[1]}", 422, "cases"},
        {"PATCH", "/v1/run/AO/9", "{\"title\":\"x\"}", 404, "9"},
        {"POST", "/v1/run/AO/2/complete", NULL, 400, "not active"},
        {"POST", "/v1/run/AO/9/complete", NULL, 404, "9"},
        {"DELETE", "/v1/run/AO/9", NULL, 404, "9"},
    };
    REFUSES(rows);
}
END_TEST

#define V2(members)                                                                                \
    "POST", "/v2/AO/run/1/results",                                                                \
        "{\"results\":[{\"title\":\"ok\",\"execution\":{\"status\":\"passed\"}},"                  \
        "{" members "}]}"

START_TEST(results_of_v2_are_as_they_have_to_be)
{
    static const struct row rows[] = {
        {V2("\"execution\":{\"status\":\"passed\"}"), 422, "results.1.title"},
        {V2("\"title\":\"t\""), 422, "results.1.execution"},
        {V2("\"title\":\" \",\"execution\":{\"status\":\"passed\"}"), 422, "blank"},
        {V2("\"title\":\"t\",\"execution\":{}"), 422, "results.1.execution.status"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"untested\"}"), 422, "untested"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":1}"), 422, "must be a string"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"duration\":5.5}"), 422,
         "execution.duration"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"duration\":\"5\"}"), 422,
         "not text"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"duration\":-1}"), 422,
         "execution.duration"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"start_time\":\"2020-01-03\"}"),
         422, "start_time must be a number"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"start_time\":1577934244.9}"),
         422, "must be at least 1577934245"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"end_time\":1577934244}"), 422,
         "execution.end_time"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"start_time\":4000000000}"), 422,
         "must be at most"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"start_time\":1577934300,\"end_time\":1577934299}"),
         422, "before"},
        {V2("\"title\":\"t\",\"execution\":{\"status\":\"passed\",\"message\":\"x\"}"), 422,
         "execution.message"},
        {V2(GOOD ",\"id\":\"\""), 422, "results.1.id"},
        {V2(GOOD ",\"id\":7"), 422, "results.1.id"},
        {V2(GOOD ",\"testops_id\":0"), 422, "testops_id"},
        {V2(GOOD ",\"testops_id\":-3"), 422, "testops_id"},
        {V2(GOOD ",\"testops_id\":\"1\""), 422, "testops_id"},
        {V2(GOOD ",\"testops_id\":77"), 422, "no case 77"},
        {V2(GOOD ",\"testops_ids\":[]"), 422, "testops_ids"},
        {V2(GOOD ",\"testops_ids\":[1,0]"), 422, "testops_ids.1"},
        {V2(GOOD ",\"testops_ids\":[1,77]"), 422, "no case 77"},
        {V2(GOOD ",\"testops_id\":1,\"testops_ids\":[1]"), 422, "excludes"},
        {V2(GOOD ",\"params\":{\"browser\":\"\"}"), 422, "params.browser"},
        {V2(GOOD ",\"params\":{\" \":\"x\"}"), 422, "blank name"},
        {V2(GOOD ",\"params\":{\"n\":5}"), 422, "params.n"},
        {V2(GOOD ",\"params\":null"), 422, "params must not be null"},
        {V2(GOOD ",\"params\":{\"a\":\"x\"},\"param_groups\":[[\"b\"]]"), 422, "param_groups"},
        {V2(GOOD ",\"defect\":null"), 422, "defect"},
        {V2(GOOD ",\"signature\":null"), 422, "signature"},
        {V2(GOOD ",\"fields\":{\"layer\":null}"), 422, "fields.layer"},
        {V2(GOOD ",\"muted\":true"), 422, "muted"},
        {V2(GOOD ",\"attachments\":[\"none\"]"), 422, "results.1.attachments"},
        {V2(GOOD ",\"attachments\":null"), 422, "attachments"},
        {V2(GOOD ",\"steps_type\":\"prose\""), 422, "steps_type"},
        {V2(GOOD ",\"steps\":[{\"data\":{},\"execution\":{\"status\":\"passed\"}}]"), 422,
         "steps.0.data.action"},
        {V2(GOOD
            ",\"steps\":[{\"data\":{\"action\":\"a\"},\"execution\":{\"status\":\"invalid\"}}]"),
         422, "steps.0.execution.status"},
        {V2(GOOD
            ",\"steps\":[{\"data\":{\"action\":\"a\"},\"execution\":{\"status\":\"passed\",\"attachments\":[\"none\"]}}]"),
         422, "steps.0.execution.attachments"},
        {V2(GOOD ",\"relations\":{\"suite\":{}}"), 422, "relations.suite.data"},
        {V2(GOOD ",\"relations\":{\"suite\":{\"data\":[{\"title\":\"\"}]}}"), 422,
         "relations.suite.data.0.title"},
        {"POST", "/v2/AO/run/1/results", "{}", 422, "results field is required"},
        {"POST", "/v2/AO/run/1/results", "{\"results\":[]}", 422, "results"},
        {"POST", "/v2/AO/run/9/results", "{\"results\":[{" GOOD "}]}", 404, "9"},
        {"POST", "/v2/NONE/run/1/results", "{\"results\":[{" GOOD "}]}", 404, "NONE"},
        {"POST", "/v2/AO/run/1/result", "{\"title\":\"t\"}", 422, "execution"},
    };
    REFUSES(rows);
}
END_TEST

#define V1(members)                                                                                \
    "POST", "/v1/result/AO/1/bulk",                                                                \
        "{\"results\":[{\"case_id\":1,\"status\":\"passed\"},{" members "}]}"

START_TEST(results_of_v1_are_as_they_have_to_be)
{
    static const struct row rows[] = {
        {V1("\"case_id\":1"), 422, "results.1.status"},
        {V1("\"case_id\":1,\"status\":\"great\""), 422, "great"},
        {V1("\"status\":\"passed\""), 422, "case_id"},
        {V1("\"case_id\":1,\"case\":{\"title\":\"t\"},\"status\":\"passed\""), 422, "excludes"},
        {V1("\"case\":{},\"status\":\"passed\""), 422, "case.title"},
        {V1("\"case_id\":77,\"status\":\"passed\""), 422, "77"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"time\":1.5"), 422, "time"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"time_ms\":-1"), 422, "time_ms"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"time_spent_ms\":1"), 422, "time_spent_ms"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"start_time\":1577934244"), 422, "at least"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"start_time\":1577934244.5"), 422, "integer"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"param\":{\"a\":\"\"}"), 422, "param.a"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"attachments\":[\"none\"]"), 422, "attachments"},
        {V1("\"case_id\":1,\"status\":\"passed\",\"steps\":[{\"status\":\"skipped\"}]"), 422,
         "steps.0.status"},
        {"POST", "/v1/result/AO/1/bulk", "{}", 422, "results"},
        {"POST", "/v1/result/AO/9", "{\"case_id\":1,\"status\":\"passed\"}", 404, "9"},
        {"GET", "/v1/result/AO/0000", NULL, 404, "0000"},
        {"DELETE", "/v1/result/AO/1/0000", NULL, 404, "0000"},
        {"PATCH", "/v1/result/AO/1/0000", "{}", 404, "0000"},
        {"PATCH", "/v1/result/AO/1/0000", "{\"status\":\"invalid\"}", 422, "status"},
    };
    REFUSES(rows);
}
END_TEST

START_TEST(too_much_at_once_is_413_and_nothing_of_it_is_kept)
{
    static const struct {
        const char *target, *head, *one;
        unsigned fits;
        uint32_t taken;
    } limits[] = {
        {"/v2/AO/run/1/results", "{\"results\":[", "{" GOOD "}", 200, 202},
        {"/v1/result/AO/1/bulk", "{\"results\":[", "{\"case_id\":1,\"status\":\"passed\"}", 200,
         200},
        {"/v1/case/AO/bulk", "{\"cases\":[", "{\"title\":\"x\"}", 100, 200},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct buf before = dump();
        struct buf text = many(limits[i].head, limits[i].one, limits[i].fits + 1, "]}");
        ck_assert_uint_eq(send_bytes("POST", limits[i].target, buf_str(&text)), 413);
        struct buf after = dump();
        ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
        buf_finish(&text);
        text = many(limits[i].head, limits[i].one, limits[i].fits, "]}");
        ck_assert_uint_eq(send_bytes("POST", limits[i].target, buf_str(&text)), limits[i].taken);
        buf_finish(&text);
        buf_finish(&before);
        buf_finish(&after);
    }
    /* the error_context of all together, in characters; of one alone it may be as long as it likes */
    struct buf long_text = many(
        "{\"results\":[{\"title\":\"t\",\"execution\":{\"status\":\"failed\",\"error_context\":\"",
        "0123456789abcde", 4194304 / 16 + 1, "\"}}]}");
    ck_assert_uint_eq(send_bytes("POST", "/v2/AO/run/1/results", buf_str(&long_text)), 413);
    ck_assert(lab_has(&lab, "error_context"));
    buf_finish(&long_text);
}
END_TEST

START_TEST(uploads_that_are_no_files_are_refused)
{
    static const struct {
        const char *parts;
        uint32_t status;
        const char *words;
    } rows[] = {
        {"", 400, "boundary"},
        {"--b--\r\n", 400, "no part"},
        {PART("name=\"file\"; filename=\"a\"", "x") "--b--\r\n", 400, "file[]"},
        {PART("name=\"file[]\"", "x") "--b--\r\n", 400, "filename"},
        {PART("name=\"file[]\"; filename=\"a\"", "") "--b--\r\n", 400, "empty"},
        {PART("name=\"file[]\"; filename=\"a\"", "x"), 400, "no end"},
        {"--b\r\ncontent-disposition: form-data; name=\"file[]\"; filename=\"a\"\r\n\r\nx", 400,
         "no end"},
        {"--b\r\n\r\nx\r\n--b--\r\n", 400, "content-disposition"},
        {PART("name=\"file[]\"; filename=\"a\"", "x") "--b--\r\nmore", 400, "after the end"},
    };
    struct buf before = dump();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        upload(rows[i].parts);
        ck_assert_msg(lab.status == rows[i].status && lab_has(&lab, rows[i].words),
                      "%zu: %u, wanted %u and \"%s\": %.*s", i, lab.status, rows[i].status,
                      rows[i].words, STR_ARG(lab.body));
    }
    struct buf parts = many("", "", 0, "");
    for (int i = 0; i < 21; i++) {
        buf_puts(&parts, PART("name=\"file[]\"; filename=\"a\"", "x"));
    }
    buf_puts(&parts, "--b--\r\n");
    upload(buf_cstr(&parts));
    ck_assert_uint_eq(lab.status, 413);
    buf_finish(&parts);
    expect(400, "POST", "/v1/attachment/AO", "{}");
    struct buf after = dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    buf_finish(&before);
    buf_finish(&after);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, requests_that_are_none_are_refused);
    tcase_add_test(t, projects_and_fields_are_as_they_have_to_be);
    tcase_add_test(t, cases_are_as_they_have_to_be);
    tcase_add_test(t, runs_are_as_they_have_to_be);
    tcase_add_test(t, results_of_v2_are_as_they_have_to_be);
    tcase_add_test(t, results_of_v1_are_as_they_have_to_be);
    tcase_add_test(t, too_much_at_once_is_413_and_nothing_of_it_is_kept);
    tcase_add_test(t, uploads_that_are_no_files_are_refused);
}

int main(void)
{
    return run_suite("qase_mock", add, 1);
}
