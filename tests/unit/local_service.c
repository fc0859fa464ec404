/* SPDX-License-Identifier: MIT */
/*
 * The local tracker's server: every route, what it refuses, and that a repeat leaves nothing
 * twice.
 */
#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_local;

#define ID_1 "11111111-1111-5111-8111-111111111111"
#define ID_2 "22222222-2222-5222-8222-222222222222"
#define ID_3 "33333333-3333-5333-8333-333333333333"
/* of "abc" */
#define PNG "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct lab lab;
static struct ferry_kv token_option[] = {{FERRY_LIT("token"), FERRY_LIT("t0ken")}};

static void begin(const struct ferry_kv *options, uint32_t n)
{
    const struct ferry_service *service = ferry_plugin_local.query(FERRY_SERVICE_1);
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    lab_open(&lab, service, "local", options, n, NULL);
}

static void setup(void)
{
    begin(NULL, 0);
}

static void teardown(void)
{
    lab_close(&lab);
}

/* The whole state; to be finished by the caller. */
static struct buf dump(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf out;
    buf_init(&out, (size_t)64 << 20);
    int32_t rc = service_state_dump(transport_inproc_state(&lab.transport), &out, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return out;
}

#define expect_same(before_, what_)                                                                \
    do {                                                                                           \
        struct buf after_ = dump();                                                                \
        ck_assert_msg(strcmp(buf_cstr(&(before_)), buf_cstr(&after_)) == 0,                        \
                      "%s changed the state:\n%s\n%s", what_, buf_cstr(&(before_)),                \
                      buf_cstr(&after_));                                                          \
        buf_finish(&after_);                                                                       \
    } while (0)

static void make_run(void)
{
    lab_expect(&lab, 201, "POST", "/v1/AO/runs",
               "{\"title\":\"Nightly\",\"marker\":\"run-key=K\"}");
}

static void make_case(const char *title, const char *key)
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"cases\":[{\"title\":\"%s\",\"fields\":[[\"Automation Key\",\"%s\"]]}]}", title,
             key);
    lab_expect(&lab, 201, "POST", "/v1/AO/cases", body);
}

/* --- projects, fields ------------------------------------------------------------------ */

START_TEST(reading_makes_no_project_and_the_first_post_does)
{
    lab_expect(&lab, 200, "GET", "/v1/projects", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 0);
    lab_expect(&lab, 404, "GET", "/v1/AO", NULL);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 0);
    lab_expect(&lab, 400, "POST", "/v1/AO/runs", "{}");
    lab_expect(&lab, 404, "GET", "/v1/AO", NULL);
    make_run();
    lab_expect(&lab, 200, "GET", "/v1/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "runs"), 1);
    lab_expect(&lab, 200, "GET", "/v1/projects", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
}
END_TEST

START_TEST(projects_do_not_see_each_other)
{
    make_run();
    lab_expect(&lab, 201, "POST", "/v1/caf%C3%A9%20x/runs", "{\"title\":\"Other\"}");
    ck_assert_int_eq(lab_number(&lab, "id"), 1); /* each counts from 1 */
    lab_expect(&lab, 200, "GET", "/v1/AO/runs", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    ck_assert(!lab_has(&lab, "Other"));
    lab_expect(&lab, 200, "GET", "/v1/projects", NULL);
    ck_assert(lab_has(&lab, "caf\xC3\xA9 x"));
}
END_TEST

START_TEST(the_automation_key_field_is_there_from_the_start)
{
    make_run();
    lab_expect(&lab, 200, "GET", "/v1/AO/fields", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    ck_assert(lab_has(&lab, "\"title\":\"Automation Key\",\"entity\":\"case\""));
}
END_TEST

START_TEST(a_field_posted_twice_is_one)
{
    const char *body =
        "{\"title\":\"Owner\",\"entity\":\"case\",\"type\":\"text\",\"required\":false}";
    lab_expect(&lab, 201, "POST", "/v1/AO/fields", body);
    int64_t id = lab_number(&lab, "id");
    struct buf before = dump();
    lab_expect(&lab, 200, "POST", "/v1/AO/fields", body);
    ck_assert_int_eq(lab_number(&lab, "id"), id);
    expect_same(before, "a repeated field");
    buf_finish(&before);
    lab_expect(&lab, 200, "GET", "/v1/AO/fields?title=Owner", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    lab_expect(&lab, 400, "POST", "/v1/AO/fields", "{\"title\":\"Owner\",\"entity\":\"suite\"}");
    lab_expect(&lab, 400, "POST", "/v1/AO/fields", "{\"title\":\"  \",\"entity\":\"case\"}");
}
END_TEST

/* --- cases ---------------------------------------------------------------------------- */

START_TEST(two_posts_make_two_cases_and_equal_keys_are_permitted)
{
    make_case("one", "KEY_1");
    make_case("one", "KEY_1");
    make_case("three", " KEY_3 ");
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?key=KEY_1", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 2);
    ck_assert_int_eq(lab_number(&lab, "items.0.id"), 1);
    ck_assert_int_eq(lab_number(&lab, "items.1.id"), 2);
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?key=KEY_3", NULL); /* kept trimmed */
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?key=key_1", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 0);
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?key=KEY_1&key_field=Other", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 0);
}
END_TEST

START_TEST(a_case_comes_back_as_it_went)
{
    lab_expect(&lab, 201, "POST", "/v1/AO/cases",
               "{\"cases\":[{\"title\":\"T\",\"description\":\"D\",\"precondition\":\"P\","
               "\"signature\":\"s::t\",\"marker\":\"m\",\"tags\":[\"a\",\"b\"],"
               "\"fields\":[[\"Automation Key\",\"K\"],[\"Owner\",\"me\"]],"
               "\"steps\":[{\"action\":\"do\",\"expected\":\"done\","
               "\"steps\":[{\"action\":\"inner\"}]}]}]}");
    lab_expect(&lab, 200, "GET", "/v1/AO/cases/1", NULL);
    static const char *const parts[] = {
        "\"title\":\"T\"",
        "\"description\":\"D\"",
        "\"precondition\":\"P\"",
        "\"signature\":\"s::t\"",
        "\"marker\":\"m\"",
        "\"tags\":[\"a\",\"b\"]",
        "[\"Automation Key\",\"K\"],[\"Owner\",\"me\"]",
        "\"steps\":[{\"action\":\"do\",\"expected\":\"done\",\"steps\":[{\"action\":\"inner\"}]}]"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ck_assert_msg(lab_has(&lab, parts[i]), "%s in %.*s", parts[i], STR_ARG(lab.body));
    }
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?signature=s%3A%3At", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?marker=m&title=T&id=1", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    lab_expect(&lab, 404, "GET", "/v1/AO/cases/2", NULL);
}
END_TEST

START_TEST(one_bad_case_refuses_all_and_each_is_named)
{
    make_run();
    struct buf before = dump();
    lab_expect(&lab, 400, "POST", "/v1/AO/cases",
               "{\"cases\":[{\"title\":\"fine\"},{\"title\":\"\"},{\"title\":\"x\",\"steps\":[{"
               "\"action\":7}]},{\"title\":\"x\",\"fields\":[[\"a\",\"1\"],[\" a\",\"2\"]]}]}");
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 1);
    ck_assert_int_eq(lab_number(&lab, "errors.1.index"), 2);
    ck_assert(lab_has(&lab, "\"member\":\"steps[0].action\""));
    ck_assert_int_eq(lab_number(&lab, "errors.2.index"), 3);
    expect_same(before, "a refused request");
    buf_finish(&before);
}
END_TEST

/* --- runs ----------------------------------------------------------------------------- */

START_TEST(a_run_is_found_by_its_marker_and_by_its_title)
{
    make_run();
    lab_expect(&lab, 201, "POST", "/v1/AO/runs",
               "{\"title\":\"Nightly\",\"description\":\"d\",\"tags\":[\"x\"],\"start_ms\":1,"
               "\"end_ms\":2,\"fields\":[[\"a\",\"b\"]]}");
    ck_assert_int_eq(lab_number(&lab, "id"), 2);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs?marker=run-key%3DK", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 1);
    ck_assert_int_eq(lab_number(&lab, "items.0.id"), 1);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs?title=Nightly", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 2);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/2", NULL);
    ck_assert(lab_has(&lab, "\"start_ms\":1,\"end_ms\":2"));
    ck_assert(lab_has(&lab, "\"tags\":[\"x\"],\"fields\":[[\"a\",\"b\"]]"));
    ck_assert(lab_has(&lab, "\"state\":\"open\""));
}
END_TEST

START_TEST(completing_twice_changes_nothing_and_a_note_stands_once)
{
    lab_expect(&lab, 201, "POST", "/v1/AO/runs", "{\"title\":\"N\",\"description\":\"old\"}");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete",
               "{\"note\":\"rejected: a\",\"end_ms\":9}");
    ck_assert(lab_has(&lab, "\"already\":false"));
    struct buf before = dump();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete",
               "{\"note\":\"rejected: a\",\"end_ms\":9}");
    ck_assert(lab_has(&lab, "\"already\":true"));
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete", "{}");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete", "{\"note\":\"old\"}");
    expect_same(before, "a repeated complete");
    buf_finish(&before);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"description\":\"old\\n\\nrejected: a\""));
    ck_assert(lab_has(&lab, "\"state\":\"complete\""));
    ck_assert_int_eq(lab_number(&lab, "end_ms"), 9);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete",
               "{\"note\":\"old\\n\\nrejected: a\\nrejected: b\"}");
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"description\":\"old\\n\\nrejected: a\\nrejected: b\""));
    lab_expect(&lab, 404, "POST", "/v1/AO/runs/7/complete", "{}");
}
END_TEST

/* --- results --------------------------------------------------------------------------- */

START_TEST(the_same_result_again_changes_nothing)
{
    const char *body = "{\"results\":[{\"id\":\"" ID_1 "\",\"case_id\":1,\"status\":\"passed\"},"
                       "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"failed\"}]}";
    make_run();
    make_case("one", "K");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", body);
    ck_assert(
        lab_has(&lab, "{\"id\":1,\"client_id\":\"" ID_1 "\",\"case_id\":1,\"existed\":false"));
    ck_assert(
        lab_has(&lab, "{\"id\":2,\"client_id\":\"" ID_2 "\",\"case_id\":1,\"existed\":false"));
    struct buf before = dump();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", body);
    ck_assert(lab_has(&lab, "{\"id\":1,\"client_id\":\"" ID_1 "\",\"case_id\":1,\"existed\":true"));
    /* also with other words under the same id */
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results",
               "{\"results\":[{\"id\":\"" ID_1 "\",\"case_id\":1,\"status\":\"skipped\"}]}");
    expect_same(before, "a repeated result");
    buf_finish(&before);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"counts\":{\"failed\":1,\"passed\":1}"));
}
END_TEST

START_TEST(twins_in_one_request_are_one_result)
{
    make_run();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results",
               "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"passed\"},"
               "{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"failed\"},"
               "{\"id\":\"" ID_2 "\",\"signature\":\"s\",\"status\":\"passed\"}]}");
    ck_assert_int_eq(lab_number(&lab, "results.0.id"), 1);
    ck_assert_int_eq(lab_number(&lab, "results.1.id"), 1);
    ck_assert_int_eq(lab_number(&lab, "results.2.id"), 2);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"counts\":{\"passed\":2}"));
}
END_TEST

START_TEST(one_id_may_be_in_two_runs)
{
    const char *body =
        "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"passed\"}]}";
    make_run();
    make_run();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", body);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/2/results", body);
    ck_assert(lab_has(&lab, "\"existed\":false"));
    lab_expect(&lab, 200, "GET", "/v1/AO/results?case=1", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 2);
}
END_TEST

START_TEST(a_signature_finds_the_case_or_makes_it_with_its_key)
{
    make_run();
    lab_expect(&lab, 201, "POST", "/v1/AO/cases",
               "{\"cases\":[{\"title\":\"T\",\"signature\":\"known\"},"
               "{\"title\":\"T2\",\"signature\":\"known\"}]}");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results",
               "{\"key_field\":\"My Key\",\"results\":["
               "{\"id\":\"" ID_1 "\",\"signature\":\"known\",\"status\":\"passed\"},"
               "{\"id\":\"" ID_2 "\",\"signature\":\"new\",\"name\":\"n\",\"key\":\"K9\","
               "\"status\":\"passed\"},"
               "{\"id\":\"" ID_3
               "\",\"signature\":\"new\",\"name\":\"other\",\"status\":\"passed\"}]}");
    ck_assert_int_eq(lab_number(&lab, "results.0.case_id"), 1); /* the lowest of equal ones */
    ck_assert_int_eq(lab_number(&lab, "results.1.case_id"), 3);
    ck_assert_int_eq(lab_number(&lab, "results.2.case_id"), 3);
    ck_assert(lab_has(&lab, "\"case_id\":3,\"existed\":false,\"case_created\":true"));
    lab_expect(&lab, 200, "GET", "/v1/AO/cases?key=K9&key_field=My%20Key", NULL);
    ck_assert_int_eq(lab_number(&lab, "items.0.id"), 3);
    ck_assert(lab_has(&lab, "\"title\":\"n\""));
}
END_TEST

static const struct {
    uint32_t status;
    const char *item, *says;
} bad_items[] = {
    {400, "{}", "\"member\":\"id\",\"message\":\"is missing\""},
    {400, "7", "wanted an object, found number"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1}", "\"member\":\"status\""},
    {400, "{\"id\":\"not-a-uuid\",\"case_id\":1,\"status\":\"passed\"}", "not a UUID"},
    {400, "{\"id\":7,\"case_id\":1,\"status\":\"passed\"}", "wanted a text, found number"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"great\"}", "unknown; wanted passed"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":\"1\",\"status\":\"passed\"}", "wanted a whole number"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1.5,\"status\":\"passed\"}", "wanted a whole number"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":0,\"status\":\"passed\"}", "is 0; wanted 1"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"colour\":1}",
     "unknown member \\\"colour\\\""},
    {400, "{\"id\":\"" ID_2 "\",\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\"}",
     "stands there twice"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"start_ms\":1e30}",
     "\"member\":\"start_ms\""},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"duration_us\":-1}",
     "\"member\":\"duration_us\""},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"flaky\":\"yes\"}",
     "wanted true or false, found text"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"message\":null}",
     "wanted a text, found null"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"tags\":\"a\"}",
     "wanted an array"},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"tags\":[\"a\",2]}",
     "\"member\":\"tags[1]\""},
    {400, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"parameters\":[[\"a\"]]}",
     "wanted [name, value]"},
    {400,
     "{\"id\":\"" ID_2
     "\",\"case_id\":1,\"status\":\"passed\",\"steps\":[{\"steps\":[{\"x\":1}]}]}",
     "\"member\":\"steps[0].steps[0]\""},
    {400,
     "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"attachments\":[{\"digest\":"
     "\"sha256:xyz\"}]}",
     "64 hex digits"},
    {422, "{\"id\":\"" ID_2 "\",\"case_id\":99,\"status\":\"passed\"}", "no case 99"},
    {422, "{\"id\":\"" ID_2 "\",\"status\":\"passed\"}", "names no case"},
    {422, "{\"id\":\"" ID_2 "\",\"signature\":\"  \",\"status\":\"passed\"}", "names no case"},
    {422,
     "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"steps\":[{\"attachments\":[{"
     "\"digest\":\"" PNG "\"}]}]}",
     "was not put into this project"},
    {422, "{\"id\":\"" ID_2 "\",\"case_id\":1,\"status\":\"passed\",\"stdout_blob\":\"" PNG "\"}",
     "was not put into this project"},
};

START_TEST(a_bad_item_is_named_by_index_and_nothing_is_stored)
{
    char body[1024];
    make_run();
    make_case("one", "K");
    struct buf before = dump();
    snprintf(body, sizeof body,
             "{\"results\":[{\"id\":\"" ID_1 "\",\"case_id\":1,\"status\":\"passed\"},%s,"
             "{\"id\":\"" ID_3 "\",\"signature\":\"makes a case\",\"status\":\"passed\"}]}",
             bad_items[_i].item);
    lab_expect(&lab, bad_items[_i].status, "POST", "/v1/AO/runs/1/results", body);
    ck_assert_int_eq(lab_number(&lab, "errors.0.index"), 1);
    ck_assert_msg(lab_has(&lab, bad_items[_i].says), "%.*s", STR_ARG(lab.body));
    expect_same(before, "a refused result");
    buf_finish(&before);
}
END_TEST

START_TEST(deep_steps_are_taken_up_to_a_level)
{
    struct buf body;
    make_run();
    for (int levels = 16; levels <= 17; levels++) {
        buf_init(&body, 10000);
        buf_puts(&body,
                 "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"passed\"");
        for (int i = 0; i < levels; i++) {
            buf_puts(&body, ",\"steps\":[{\"action\":\"a\"");
        }
        for (int i = 0; i < levels; i++) {
            buf_puts(&body, "}]");
        }
        buf_puts(&body, "}]}");
        lab_expect(&lab, levels == 16 ? 200 : 400, "POST", "/v1/AO/runs/1/results",
                   buf_cstr(&body));
        buf_finish(&body);
    }
}
END_TEST

static const struct {
    uint32_t status;
    const char *body, *says;
} bad_bodies[] = {
    {400, "", "line 1"},
    {400, "[]", "wanted"},
    {400, "{}", "wanted {"},
    {400, "{\"results\":[]}", "no results"},
    {400, "{\"results\":{}}", "bad_json"},
    {400, "{\"results\":[{]}", "line 1"},
    {400, "{\"results\":[]} x", "line 1"},
    {400, "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"passed\"}],\"x\":1}",
     "unknown member"},
    {400,
     "{\"results\":[{\"id\":\"" ID_1
     "\",\"signature\":\"s\",\"status\":\"passed\"}],\"key_field\":\" \"}",
     "key_field"},
    {400, "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\\u0000\",\"status\":\"passed\"}]}",
     "line 1"},
    {400, "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"\xff\",\"status\":\"passed\"}]}",
     "line 1"},
};

START_TEST(a_body_that_is_none_is_refused_and_nothing_is_stored)
{
    make_run();
    struct buf before = dump();
    lab_expect(&lab, bad_bodies[_i].status, "POST", "/v1/AO/runs/1/results", bad_bodies[_i].body);
    ck_assert_msg(lab_has(&lab, bad_bodies[_i].says), "%.*s", STR_ARG(lab.body));
    expect_same(before, "a refused body");
    buf_finish(&before);
}
END_TEST

/* n results with ids of their own, the first number `from`. */
static void put_results(struct buf *body, int from, int n)
{
    buf_puts(body, "{\"results\":[");
    for (int i = 0; i < n; i++) {
        buf_printf(body,
                   "%s{\"id\":\"00000000-0000-5000-8000-%012d\",\"signature\":\"s%d\","
                   "\"name\":\"n\",\"status\":\"passed\"}",
                   i ? "," : "", from + i, (from + i) % 50);
    }
    buf_puts(body, "]}");
}

START_TEST(two_thousand_results_are_taken_and_no_more)
{
    struct buf body;
    make_run();
    buf_init(&body, 1 << 20);
    put_results(&body, 0, 2000);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    ck_assert_int_eq(lab_number(&lab, "results.1999.id"), 2000);
    buf_reset(&body);
    put_results(&body, 5000, 2001);
    lab_expect(&lab, 413, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    buf_finish(&body);
    lab_expect(&lab, 200, "GET", "/v1/AO", NULL);
    ck_assert_int_eq(lab_number(&lab, "results"), 2000);
    ck_assert_int_eq(lab_number(&lab, "cases"), 50);
}
END_TEST

START_TEST(a_run_that_is_not_there_takes_no_results)
{
    make_run();
    lab_expect(&lab, 404, "POST", "/v1/AO/runs/2/results", "{\"results\":[]}");
    ck_assert(lab_has(&lab, "\"code\":\"no_run\""));
    lab_expect(&lab, 404, "GET", "/v1/AO/runs/2/results", NULL);
    lab_expect(&lab, 404, "GET", "/v1/ZZ/runs/1/results", NULL);
}
END_TEST

START_TEST(new_results_open_a_complete_run_again_and_known_ones_do_not)
{
    const char *one =
        "{\"results\":[{\"id\":\"" ID_1 "\",\"signature\":\"s\",\"status\":\"passed\"}]}";
    const char *two =
        "{\"results\":[{\"id\":\"" ID_2 "\",\"signature\":\"s\",\"status\":\"passed\"}]}";
    make_run();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", one);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/complete", "{}");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", one);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"state\":\"complete\""));
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", two);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1", NULL);
    ck_assert(lab_has(&lab, "\"state\":\"open\""));
}
END_TEST

START_TEST(a_result_comes_back_as_it_went)
{
    const char *parts =
        "\"status\":\"other\",\"status_text\":\"flunked\",\"suite\":[\"a\",\"b\"],\"class\":\"c\","
        "\"name\":\"n\",\"file\":\"f.c\",\"line\":12,\"start_ms\":1700000000000,"
        "\"duration_us\":1234,\"attempt\":2,\"flaky\":true,\"message\":\"m\",\"type\":\"t\","
        "\"details\":\"d\\n\\u0001\",\"stdout\":\"o\",\"stderr\":\"e\","
        "\"parameters\":[[\"p\",\"1\"],[\"p\",\"2\"]],\"properties\":[[\"q\",\"\"]],"
        "\"fields\":[[\"x\",\"y\"]],\"tags\":[\"g\"],\"case_ids\":[\"C1\"],"
        "\"failures\":[{\"status\":\"failed\",\"message\":\"m\"}],"
        "\"attachments\":[{\"digest\":\"" PNG "\",\"name\":\"a.png\",\"bytes\":3}],"
        "\"steps\":[{\"status\":\"failed\",\"action\":\"s\",\"duration_us\":5,"
        "\"attachments\":[{\"digest\":\"" PNG "\"}]}],\"signature\":\"sig\",\"key\":\"K\"";
    char body[2048];
    make_run();
    lab_expect(&lab, 201, "PUT", "/v1/AO/attachments/" PNG, "abc");
    snprintf(body, sizeof body, "{\"results\":[{\"id\":\"" ID_1 "\",%s}]}", parts);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", body);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results", NULL);
    ck_assert_msg(lab_has(&lab, parts), "%.*s", STR_ARG(lab.body));
    ck_assert_int_eq(lab_number(&lab, "items.0.run_id"), 1);
    ck_assert_int_eq(lab_number(&lab, "items.0.case_id"), 1);
    ck_assert(lab_has(&lab, "\"client_id\":\"" ID_1 "\""));
}
END_TEST

START_TEST(history_is_the_newest_first)
{
    make_run();
    make_run();
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results",
               "{\"results\":[{\"id\":\"" ID_1
               "\",\"signature\":\"s\",\"status\":\"passed\",\"start_ms\":5}]}");
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/2/results",
               "{\"results\":[{\"id\":\"" ID_2 "\",\"signature\":\"s\",\"status\":\"failed\"}]}");
    lab_expect(&lab, 200, "GET", "/v1/AO/cases/1/history", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), 2);
    ck_assert_int_eq(lab_number(&lab, "items.0.run_id"), 2);
    ck_assert_int_eq(lab_number(&lab, "items.1.start_ms"), 5);
    lab_expect(&lab, 404, "GET", "/v1/AO/cases/9/history", NULL);
}
END_TEST

/* --- attachments ------------------------------------------------------------------------ */

START_TEST(bytes_are_stored_once_under_their_digest)
{
    lab_expect(&lab, 201, "PUT", "/v1/AO/attachments/" PNG "?name=a.png&mime=image%2Fpng", "abc");
    struct buf before = dump();
    lab_expect(&lab, 200, "PUT", "/v1/AO/attachments/" PNG "?name=b.png", "abc");
    ck_assert(lab_has(&lab, "\"existed\":true"));
    expect_same(before, "a repeated attachment");
    buf_finish(&before);
    lab_expect(&lab, 200, "GET", "/v1/AO/attachments/" PNG, NULL);
    ck_assert(str_is(lab.body, "abc"));
    lab_expect(&lab, 200, "GET", "/v1/AO/attachments", NULL);
    ck_assert(lab_has(&lab, "\"name\":\"a.png\",\"mime\":\"image/png\""));
    lab_expect(&lab, 404, "GET", "/v1/ZZ/attachments/" PNG, NULL);
}
END_TEST

START_TEST(other_bytes_than_the_path_says_are_refused)
{
    lab_expect(&lab, 422, "PUT", "/v1/AO/attachments/" PNG, "abd");
    lab_expect(&lab, 400, "PUT", "/v1/AO/attachments/sha256:ABC", "abc");
    lab_expect(&lab, 400, "PUT", "/v1/AO/attachments/..%2F..%2Fetc", "abc");
    lab_expect(&lab, 404, "GET", "/v1/AO/attachments/" PNG, NULL);
    lab_expect(&lab, 404, "GET", "/v1/AO", NULL);
}
END_TEST

START_TEST(an_empty_attachment_is_one)
{
#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    lab_expect(&lab, 201, "PUT", "/v1/AO/attachments/" EMPTY, "");
    lab_expect(&lab, 200, "GET", "/v1/AO/attachments/" EMPTY, NULL);
    ck_assert_uint_eq(lab.body.len, 0);
}
END_TEST

/* --- lists ------------------------------------------------------------------------------ */

START_TEST(pages_walk_the_whole_list_without_a_gap)
{
    struct buf body;
    char target[128];
    int64_t seen = 0, next = 0;
    make_run();
    buf_init(&body, 1 << 20);
    put_results(&body, 0, 250);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    buf_finish(&body);
    while (next >= 0) {
        snprintf(target, sizeof target, "/v1/AO/runs/1/results?limit=100&offset=%lld",
                 (long long)next);
        lab_expect(&lab, 200, "GET", target, NULL);
        ck_assert_int_eq(lab_number(&lab, "total"), 250);
        ck_assert_int_eq(lab_number(&lab, "items.0.id"), seen + 1);
        seen += next + 100 < 250 ? 100 : 50;
        next = lab_number(&lab, "next");
        ck_assert_int_eq(next, seen < 250 ? seen : -1);
    }
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results?offset=1000", NULL);
    ck_assert(lab_has(&lab, "\"items\":[],\"next\":null"));
}
END_TEST

START_TEST(pages_behind_an_id_walk_the_whole_list_without_a_gap)
{
    struct buf body;
    char target[128];
    int64_t seen = 0, after = 0;
    make_run();
    buf_init(&body, 1 << 20);
    put_results(&body, 0, 200);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    buf_finish(&body);
    while (after >= 0) {
        snprintf(target, sizeof target, "/v1/AO/runs/1/results?limit=100&after=%lld",
                 (long long)after);
        lab_expect(&lab, 200, "GET", target, NULL);
        ck_assert_int_eq(lab_number(&lab, "after"), after);
        ck_assert_int_eq(lab_number(&lab, "items.0.id"), seen + 1);
        ck_assert_int_eq(lab_number(&lab, "items.99.id"), seen + 100);
        seen += 100;
        after = lab_number(&lab, "next"); /* none after the last, though that page is full */
        ck_assert_int_eq(after, seen < 200 ? seen : -1);
    }
    ck_assert_int_eq(seen, 200);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results?after=200", NULL);
    ck_assert(lab_has(&lab, "\"items\":[],\"next\":null"));
    lab_expect(&lab, 400, "GET", "/v1/AO/runs/1/results?after=5&offset=5", NULL);
    lab_expect(&lab, 400, "GET", "/v1/AO/runs/1/results?after=-1", NULL);
    lab_expect(&lab, 400, "GET", "/v1/AO/results?after=1", NULL); /* not in the order of ids */
}
END_TEST

START_TEST(a_page_of_ids_holds_nothing_else)
{
    struct buf body;
    make_run();
    buf_init(&body, 1 << 20);
    put_results(&body, 0, 3);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    buf_finish(&body);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results?fields=id&limit=10000", NULL);
    ck_assert(str_is(lab.body, "{\"total\":3,\"offset\":0,\"items\":["
                               "{\"id\":1,\"client_id\":\"00000000-0000-5000-8000-000000000000\"},"
                               "{\"id\":2,\"client_id\":\"00000000-0000-5000-8000-000000000001\"},"
                               "{\"id\":3,\"client_id\":\"00000000-0000-5000-8000-000000000002\"}"
                               "],\"next\":null}\n"));
    lab_expect(&lab, 400, "GET", "/v1/AO/runs/1/results?fields=name", NULL);
    lab_expect(&lab, 400, "GET", "/v1/AO/runs/1/results?limit=10000", NULL);
}
END_TEST

START_TEST(a_page_is_ended_by_its_bytes_too)
{
    struct buf body;
    make_run();
    for (int i = 0; i < 8; i++) {
        buf_init(&body, 4 << 20);
        buf_printf(&body,
                   "{\"results\":[{\"id\":\"00000000-0000-5000-8000-%012d\",\"signature\":\"s\","
                   "\"status\":\"passed\",\"stdout\":\"",
                   i);
        memset(buf_room(&body, 1 << 20), 'x', 1 << 20);
        buf_grow(&body, 1 << 20);
        buf_puts(&body, "\"}]}");
        lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
        buf_finish(&body);
    }
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results?limit=1000", NULL);
    ck_assert_int_eq(lab_number(&lab, "next"), 4);
    lab_expect(&lab, 200, "GET", "/v1/AO/runs/1/results?limit=1000&offset=4", NULL);
    ck_assert_int_eq(lab_number(&lab, "items.0.id"), 5);
    ck_assert_int_eq(lab_number(&lab, "next"), -1);
}
END_TEST

/* --- the outside -------------------------------------------------------------------------- */

static const struct {
    uint32_t status;
    const char *method, *target, *says;
} wrong[] = {
    {404, "GET", "/", "no_such_route"},
    {404, "GET", "/v2/AO/runs", "no_such_route"},
    {404, "GET", "/v1/AO/suites", "no_such_route"},
    {404, "GET", "/v1/AO/runs/abc", "no_such_route"},
    {404, "GET", "/v1/AO/runs/01", "no_such_route"},
    {404, "GET", "/v1/AO/runs/-1", "no_such_route"},
    {404, "GET", "/v1/AO/runs/99999999999999999999", "no_such_route"},
    {404, "GET", "/v1/AO/runs/1/results/2/3/4/5/6/7", "no_such_route"},
    {404, "GET", "/v1/AO/runs/", "no_such_route"},
    {405, "DELETE", "/v1/AO/runs", "it takes GET, POST"},
    {405, "PUT", "/v1/AO/runs/1/complete", "it takes POST"},
    {405, "POST", "/v1/AO/attachments", "it takes GET"},
    {405, "POST", "/v1/projects", "it takes GET"},
    {400, "GET", "/v1/A%0AO/runs", "bad_project"},
    {400, "GET", "/v1/../runs", "bad_project"},
    {400, "GET", "/v1/%20AO/runs", "bad_project"},
    {400, "GET", "/v1/a%2Fb/runs", "bad_project"},
    {400, "GET", "/v1//runs", "bad_project"},
    {400, "GET", "/v1/A%ZZ/runs", "bad_target"},
    {400, "GET", "/v1/A%4/runs", "bad_target"},
    {400, "GET", "/v1/A%FF/runs", "bad_target"},
    {400, "GET", "/v1/A%00/runs", "bad_target"},
    {400, "GET", "/v1/AO/runs?title=%FF", "bad_target"},
    {400, "GET", "/v1/AO/runs?colour=red", "unknown parameter"},
    {400, "GET", "/v1/AO/runs?limit=0", "wanted a number from 1"},
    {400, "GET", "/v1/AO/runs?limit=1001", "wanted a number from 1"},
    {400, "GET", "/v1/AO/runs?limit=ten", "wanted a number"},
    {400, "GET", "/v1/AO/runs?offset=-1", "wanted a number from 0"},
    {400, "GET", "/v1/AO/runs?id=x", "wanted a number"},
    {400, "GET", "/v1/AO/runs?limit=1&limit=2", "given twice"},
    {400, "POST", "/v1/AO/runs?x=1", "unknown parameter"},
};

START_TEST(a_wrong_target_is_told_what_is_wrong)
{
    lab_expect(&lab, wrong[_i].status, wrong[_i].method, wrong[_i].target, NULL);
    ck_assert_msg(lab_has(&lab, wrong[_i].says), "%.*s", STR_ARG(lab.body));
    if (wrong[_i].status == 405) {
        ck_assert(ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, FERRY_LIT("allow")).len);
    }
}
END_TEST

static const struct {
    const char *target, *body, *says;
} bad_things[] = {
    {"/v1/AO/runs", "{\"title\":7}", "title: wanted a text, found number"},
    {"/v1/AO/runs", "{\"title\":\"x\",\"state\":\"open\"}", "unknown member"},
    {"/v1/AO/runs", "{\"title\":\"x\",\"start_ms\":\"now\"}", "start_ms: wanted a whole number"},
    {"/v1/AO/runs", "[1]", "wanted an object, found array"},
    {"/v1/AO/runs", "{\"title\":\"x\"", "line 1"},
    {"/v1/AO/cases", "{\"cases\":[]}", "0 cases"},
    {"/v1/AO/cases", "{\"case\":[]}", "wanted {"},
    {"/v1/AO/cases", "{\"cases\":[{\"title\":\"x\"}],\"more\":1}", "wanted {"},
};

START_TEST(a_wrong_thing_is_told_what_is_wrong)
{
    lab_expect(&lab, 400, "POST", bad_things[_i].target, bad_things[_i].body);
    ck_assert_msg(lab_has(&lab, bad_things[_i].says), "%.*s", STR_ARG(lab.body));
    lab_expect(&lab, 404, "GET", "/v1/AO", NULL);
}
END_TEST

START_TEST(lengths_have_limits)
{
    struct buf body;
    buf_init(&body, 4 << 20);
    buf_puts(&body, "{\"title\":\"");
    for (int i = 0; i < 3001; i++) {
        buf_putc(&body, 'x');
    }
    buf_puts(&body, "\"}");
    lab_expect(&lab, 400, "POST", "/v1/AO/runs", buf_cstr(&body));
    ck_assert(lab_has(&lab, "3001 bytes long; at most 3000"));
    buf_reset(&body);
    buf_puts(&body, "{\"cases\":[");
    for (int i = 0; i < 201; i++) {
        buf_puts(&body, i ? ",{\"title\":\"x\"}" : "{\"title\":\"x\"}");
    }
    buf_puts(&body, "]}");
    lab_expect(&lab, 400, "POST", "/v1/AO/cases", buf_cstr(&body));
    ck_assert(lab_has(&lab, "201 cases; wanted 1 to 200"));
    buf_finish(&body);
}
END_TEST

START_TEST(of_many_bad_items_a_hundred_are_named)
{
    struct buf body;
    make_run();
    buf_init(&body, 1 << 20);
    buf_puts(&body, "{\"results\":[");
    for (int i = 0; i < 300; i++) {
        buf_puts(&body, i ? ",{}" : "{}");
    }
    buf_puts(&body, "]}");
    lab_expect(&lab, 400, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    ck_assert_int_eq(lab_number(&lab, "errors.99.index"), 99);
    ck_assert_int_eq(lab_number(&lab, "errors.100.index"), -1);
    buf_finish(&body);
}
END_TEST

static uint32_t send_with(const char *authorization)
{
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/v1/projects"));
    out.header(out.self, FERRY_LIT("authorization"));
    out.text(out.self, ferry_cstr(authorization));
    lab_submit(&lab);
    return lab.status;
}

START_TEST(with_a_token_only_who_knows_it_comes_in)
{
    lab_close(&lab);
    begin(token_option, 1);
    lab_expect(&lab, 401, "GET", "/v1/projects", NULL);
    ck_assert_uint_eq(send_with("Bearer wrong"), 401);
    ck_assert_uint_eq(send_with("Bearer t0ke"), 401);
    ck_assert_uint_eq(send_with("Bearer t0ken1"), 401);
    ck_assert_uint_eq(send_with("t0ken"), 401);
    ck_assert_uint_eq(send_with("Bearer t0ken"), 200);
}
END_TEST

START_TEST(the_dump_has_no_times_and_is_sorted)
{
    make_run();
    make_case("one", "K");
    lab.clock.wait_ms(&lab.clock, 5000, NULL);
    lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results",
               "{\"results\":[{\"id\":\"" ID_1 "\",\"case_id\":1,\"status\":\"passed\"}]}");
    struct buf out = dump();
    struct ferry_str rest = buf_str(&out), line, before = {NULL, 0};
    int lines = 0;
    while (str_split(&rest, '\n', &line) && line.len > 0) {
        ck_assert_int_lt(str_cmp(before, line), 0);
        before = line;
        lines++;
    }
    ck_assert_int_eq(lines, 6);
    ck_assert_ptr_null(strstr(buf_cstr(&out), "20"));
    buf_finish(&out);
}
END_TEST

static void add_outside(TCase *c)
{
    tcase_add_loop_test(c, a_wrong_target_is_told_what_is_wrong, 0, sizeof wrong / sizeof *wrong);
    tcase_add_loop_test(c, a_wrong_thing_is_told_what_is_wrong, 0,
                        sizeof bad_things / sizeof *bad_things);
    tcase_add_test(c, lengths_have_limits);
    tcase_add_test(c, of_many_bad_items_a_hundred_are_named);
    tcase_add_test(c, with_a_token_only_who_knows_it_comes_in);
    tcase_add_test(c, the_dump_has_no_times_and_is_sorted);
}

static void add_results(TCase *c)
{
    tcase_add_test(c, the_same_result_again_changes_nothing);
    tcase_add_test(c, twins_in_one_request_are_one_result);
    tcase_add_test(c, one_id_may_be_in_two_runs);
    tcase_add_test(c, a_signature_finds_the_case_or_makes_it_with_its_key);
    tcase_add_loop_test(c, a_bad_item_is_named_by_index_and_nothing_is_stored, 0,
                        sizeof bad_items / sizeof *bad_items);
    tcase_add_test(c, deep_steps_are_taken_up_to_a_level);
    tcase_add_loop_test(c, a_body_that_is_none_is_refused_and_nothing_is_stored, 0,
                        sizeof bad_bodies / sizeof *bad_bodies);
    tcase_add_test(c, two_thousand_results_are_taken_and_no_more);
    tcase_add_test(c, a_run_that_is_not_there_takes_no_results);
    tcase_add_test(c, new_results_open_a_complete_run_again_and_known_ones_do_not);
    tcase_add_test(c, a_result_comes_back_as_it_went);
    tcase_add_test(c, history_is_the_newest_first);
}

int main(void)
{
    Suite *suite = suite_create("local_service");
    TCase *c = tcase_create("routes");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 30);
    tcase_add_test(c, reading_makes_no_project_and_the_first_post_does);
    tcase_add_test(c, projects_do_not_see_each_other);
    tcase_add_test(c, the_automation_key_field_is_there_from_the_start);
    tcase_add_test(c, a_field_posted_twice_is_one);
    tcase_add_test(c, two_posts_make_two_cases_and_equal_keys_are_permitted);
    tcase_add_test(c, a_case_comes_back_as_it_went);
    tcase_add_test(c, one_bad_case_refuses_all_and_each_is_named);
    tcase_add_test(c, a_run_is_found_by_its_marker_and_by_its_title);
    tcase_add_test(c, completing_twice_changes_nothing_and_a_note_stands_once);
    add_results(c);
    tcase_add_test(c, bytes_are_stored_once_under_their_digest);
    tcase_add_test(c, other_bytes_than_the_path_says_are_refused);
    tcase_add_test(c, an_empty_attachment_is_one);
    tcase_add_test(c, pages_walk_the_whole_list_without_a_gap);
    tcase_add_test(c, pages_behind_an_id_walk_the_whole_list_without_a_gap);
    tcase_add_test(c, a_page_of_ids_holds_nothing_else);
    tcase_add_test(c, a_page_is_ended_by_its_bytes_too);
    add_outside(c);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
