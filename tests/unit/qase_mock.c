/* SPDX-License-Identifier: MIT */
/*
 * The mock of Qase: what it refuses, and with which words, as one table a noun; and what it keeps, shows and leaves out. The words are those of a
 * client's reader: the member has to be in them.
 */
#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_qase_mock;

static struct lab lab;
static const char *token = "any";
static const char *type; /* content-type; NULL: JSON where there is a body */

static void begin_with(const struct ferry_kv *options, uint32_t n)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    token = "any";
    type = NULL;
    lab_open(&lab, ferry_plugin_qase_mock.query(FERRY_SERVICE_1), "qase-mock", options, n, NULL);
}

static void header(const struct ferry_out *out, const char *name, const char *value)
{
    if (value) {
        out->header(out->self, ferry_cstr(name));
        out->text(out->self, ferry_cstr(value));
    }
}

static uint32_t send_bytes(const char *method, const char *target, struct ferry_str body)
{
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    header(&out, "token", token);
    header(&out, "host", "mock.test");
    header(&out, "content-type", type ? type : body.len ? "application/json" : NULL);
    out.body(out.self);
    out.text(out.self, body);
    lab_submit(&lab);
    return lab.status;
}

#define expect(want_, method_, target_, body_)                                                     \
    do {                                                                                           \
        uint32_t got_ = send_bytes((method_), (target_), ferry_cstr(body_));                       \
        ck_assert_msg(got_ == (want_), "%s %s: %u, wanted %u: %.*s", (method_), (target_), got_,   \
                      (unsigned)(want_), STR_ARG(lab.body));                                       \
    } while (0)

static struct buf dump(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf out;
    buf_init(&out, (size_t)64 << 20);
    int32_t rc = service_state_dump(transport_inproc_state(&lab.transport), &out, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return out;
}

static char hash[40]; /* of the attachment that is there */

static void upload(const char *parts)
{
    type = "multipart/form-data; boundary=b";
    send_bytes("POST", "/v1/attachment/AO", ferry_cstr(parts));
    type = NULL;
}
#define PART(disposition, bytes)                                                                   \
    "--b\r\ncontent-disposition: form-data; " disposition                                          \
    "\r\ncontent-type: text/plain\r\n\r\n" bytes "\r\n"

/*
 * AO and DEMO; field 1 a text, 2 with choices, 3 a number, 4 a text of DEMO alone; case 1, run 1 from 2020, run 2 complete, milestone 1, an
 * attachment.
 */
static void fill(void)
{
    expect(200, "POST", "/v1/project", "{\"title\":\"A\",\"code\":\"AO\"}");
    expect(200, "POST", "/v1/project", "{\"title\":\"D\",\"code\":\"DEMO\"}");
    expect(
        200, "POST", "/v1/custom_field",
        "{\"title\":\"Automation Key\",\"entity\":0,\"type\":1,\"is_enabled_for_all_projects\":true}");
    expect(
        200, "POST", "/v1/custom_field",
        "{\"title\":\"Colour\",\"entity\":0,\"type\":3,\"value\":[{\"title\":\"red\"},{\"title\":\"blue\"}],"
        "\"is_enabled_for_all_projects\":true}");
    expect(200, "POST", "/v1/custom_field",
           "{\"title\":\"Weight\",\"entity\":0,\"type\":0,\"projects_codes\":[\"AO\"]}");
    expect(200, "POST", "/v1/custom_field",
           "{\"title\":\"Elsewhere\",\"entity\":0,\"type\":1,\"projects_codes\":[\"DEMO\"]}");
    expect(200, "POST", "/v1/milestone/AO", "{\"title\":\"1.0\"}");
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"Login\",\"custom_field\":{\"1\":\"K_1\"}}");
    expect(200, "POST", "/v1/run/AO",
           "{\"title\":\"Nightly\",\"start_time\":\"2020-01-02 03:04:05\"}");
    expect(200, "POST", "/v1/run/AO", "{\"title\":\"Done\"}");
    expect(200, "POST", "/v1/run/AO/2/complete", NULL);
    upload(PART("name=\"file[]\"; filename=\"a.txt\"", "bytes") "--b--\r\n");
    ck_assert_uint_eq(lab.status, 200);
    const char *at = memmem(lab.body.ptr, (size_t)lab.body.len, "\"hash\":\"", 8);
    ck_assert_ptr_nonnull(at);
    snprintf(hash, sizeof hash, "%.32s", at + 8);
}

static void setup(void)
{
    begin_with(NULL, 0);
    fill();
}

static void teardown(void)
{
    lab_close(&lab);
}

/* --- tables ------------------------------------------------------------------------------------------- */

struct row {
    const char *method, *target, *body;
    uint32_t status;
    const char *words;
};

/* All of them are refused with these words, and change nothing. */
static void refuses(const struct row *rows, size_t n)
{
    struct buf before = dump();
    for (size_t i = 0; i < n; i++) {
        expect(rows[i].status, rows[i].method, rows[i].target, rows[i].body);
        ck_assert_msg(lab_has(&lab, rows[i].words), "%s %s %s: wanted \"%s\" in: %.*s",
                      rows[i].method, rows[i].target, rows[i].body ? rows[i].body : "",
                      rows[i].words, STR_ARG(lab.body));
        ck_assert_msg(lab_has(&lab, "\"status\":false") || lab_has(&lab, "\"message\":"),
                      "an error in one of the two shapes: %.*s", STR_ARG(lab.body));
    }
    struct buf after = dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    buf_finish(&before);
    buf_finish(&after);
}
#define REFUSES(rows) refuses(rows, sizeof(rows) / sizeof *(rows))

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
#define GOOD "\"title\":\"t\",\"execution\":{\"status\":\"passed\"}"

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

/* `n` times `one` between head and tail. */
static struct buf many(const char *head, const char *one, unsigned n, const char *tail)
{
    struct buf text;
    buf_init(&text, (size_t)64 << 20);
    buf_puts(&text, head);
    for (unsigned i = 0; i < n; i++) {
        buf_puts(&text, i ? "," : "");
        buf_puts(&text, one);
    }
    buf_puts(&text, tail);
    return text;
}

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

/* --- what it keeps ------------------------------------------------------------------------------------------- */

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

/* --- options ---------------------------------------------------------------------------------------------------- */

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

int main(void)
{
    Suite *s = suite_create("qase_mock");
    TCase *t = tcase_create("filled");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, requests_that_are_none_are_refused);
    tcase_add_test(t, projects_and_fields_are_as_they_have_to_be);
    tcase_add_test(t, cases_are_as_they_have_to_be);
    tcase_add_test(t, runs_are_as_they_have_to_be);
    tcase_add_test(t, results_of_v2_are_as_they_have_to_be);
    tcase_add_test(t, results_of_v1_are_as_they_have_to_be);
    tcase_add_test(t, too_much_at_once_is_413_and_nothing_of_it_is_kept);
    tcase_add_test(t, uploads_that_are_no_files_are_refused);
    tcase_add_test(t, an_id_is_kept_once_a_run_whatever_comes_after);
    tcase_add_test(t, results_without_an_id_are_there_as_often_as_they_are_sent);
    tcase_add_test(t, v1_reads_back_what_v2_was_told_and_no_more);
    tcase_add_test(t, a_result_goes_to_the_case_of_its_signature_or_makes_one);
    tcase_add_test(t, a_file_is_given_back_as_it_came_under_a_hash_of_its_own);
    tcase_add_test(t, completing_computes_the_status_and_locks_nothing);
    tcase_add_test(t, fields_and_cases_can_be_changed);
    tcase_add_test(t, webhooks_wait_to_be_delivered);
    tcase_add_test(t, served_requests_are_counted_by_route_and_status);
    suite_add_tcase(s, t);
    t = tcase_create("options");
    tcase_add_test(t, the_right_token_is_wanted_in_the_shape_of_each_version);
    tcase_add_test(t, what_v2_took_is_seen_when_it_is_time);
    tcase_add_test(t, a_window_has_so_many_requests_and_says_so);
    tcase_add_test(t, both_shapes_with_and_without_the_item);
    tcase_add_test(t, a_workspace_may_have_less_room_and_more_statuses);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
