/* SPDX-License-Identifier: MIT */
/*
 * `ferry local list` and `ferry local export`: what they print, and what they say when the
 * tracker does not answer well.
 */
#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_local;

static struct lab lab;
static struct buf printed;
static struct ferry_error err;
static const char *forged; /* answered instead of what the service says */
static uint32_t forged_status;
static int32_t out_status;

static int32_t print(void *self, struct ferry_str bytes)
{
    (void)self;
    buf_put(&printed, bytes);
    return out_status;
}

static int32_t carry(void *self, const struct ferry_message *request, ferry_answer_fn *answer,
                     void *data, struct ferry_error *e)
{
    char target[512];
    (void)self;
    (void)e;
    snprintf(target, sizeof target, "%.*s", STR_ARG(request->target));
    lab_send(&lab, "GET", target, NULL);
    struct ferry_message m = lab.x.answer;
    if (forged) {
        m.status = forged_status;
        m.body = ferry_cstr(forged);
    }
    return answer(data, &m);
}

static int32_t run(const char *name, const char *project, const char *option, const char *value)
{
    const struct ferry_commands *commands = ferry_plugin_local.query(FERRY_COMMANDS_1);
    const struct ferry_command_io io = {NULL, print, carry};
    const struct ferry_kv options[] = {{ferry_cstr(option), ferry_cstr(value)}};
    const struct ferry_command_call call = {.size = sizeof call,
                                            .n_options = 1,
                                            .options = options,
                                            .project = ferry_cstr(project),
                                            .io = &io};
    buf_reset(&printed);
    for (int i = 0; commands->list[i]; i++) {
        if (strcmp(commands->list[i]->name, name) == 0) {
            return commands->list[i]->run(&call, &err);
        }
    }
    ck_abort_msg("no command %s", name);
    return FERRY_E_BUG;
}

static void setup(void)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    err = (struct ferry_error){.size = sizeof err};
    forged = NULL;
    forged_status = 200;
    out_status = FERRY_OK;
    buf_init(&printed, 1 << 24);
    lab_open(&lab, ferry_plugin_local.query(FERRY_SERVICE_1), "local", NULL, 0, NULL);
}

static void teardown(void)
{
    buf_finish(&printed);
    lab_close(&lab);
}

static void fill(void)
{
    lab_expect(&lab, 201, "POST", "/v1/AO/runs", "{\"title\":\"Nightly \\u001b[31m\"}");
    lab_expect(&lab, 201, "POST", "/v1/DEMO/runs", "{\"title\":\"Other\"}");
    lab_expect(&lab, 201, "POST", "/v1/AO/cases",
               "{\"cases\":[{\"title\":\"no key\"},"
               "{\"title\":\"one\",\"fields\":[[\"Automation Key\",\"KEY_1\"],[\"Id\",\"7\"]]}]}");
    lab_expect(
        &lab, 200, "POST", "/v1/AO/runs/1/results",
        "{\"results\":["
        "{\"id\":\"11111111-1111-5111-8111-111111111111\",\"case_id\":2,\"status\":\"passed\"},"
        "{\"id\":\"22222222-2222-5222-8222-222222222222\",\"case_id\":1,\"status\":\"failed\"},"
        "{\"id\":\"33333333-3333-5333-8333-333333333333\",\"case_id\":1,\"status\":\"failed\","
        "\"key\":\"OWN\"}]}");
}

START_TEST(the_list_shows_projects_and_runs)
{
    ck_assert_int_eq(run("list", NULL, "json", "false"), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&printed), "nothing here yet"));
    fill();
    ck_assert_int_eq(run("list", NULL, "json", "false"), FERRY_OK);
    ck_assert_str_eq(
        buf_cstr(&printed),
        "AO: 2 cases, 1 runs, 3 results\n"
        "  run 1      open            3 results  Nightly \\x1b[31m  (2 failed, 1 passed)\n"
        "DEMO: 0 cases, 1 runs, 0 results\n"
        "  run 1      open            0 results  Other\n");
    ck_assert_int_eq(run("list", "DEMO", "json", "false"), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&printed), "AO"));
}
END_TEST

START_TEST(the_list_is_json_on_request)
{
    struct json_doc doc = {NULL};
    fill();
    ck_assert_int_eq(run("list", NULL, "json", "true"), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&printed), JSON_STRICT, NULL, &err), FERRY_OK);
    const struct cJSON *ao = json_first(json_get(doc.root, "projects"));
    ck_assert(str_is(json_str(json_get(ao, "project")), "AO"));
    ck_assert_uint_eq(json_count(json_get(ao, "runs")), 1);
    ck_assert(
        str_is(json_str(json_get(json_first(json_get(json_next(ao), "runs")), "title")), "Other"));
    json_finish(&doc);
}
END_TEST

START_TEST(the_export_names_each_results_key)
{
    static const char *const want[] = {"KEY_1", NULL, "OWN"};
    struct json_doc doc = {NULL};
    int i = 0;
    fill();
    ck_assert_int_eq(run("export", "AO", "key_field", "Automation Key"), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&printed), JSON_STRICT, NULL, &err), FERRY_OK);
    ck_assert(str_is(json_str(json_get(doc.root, "project")), "AO"));
    ck_assert_uint_eq(json_count(json_get(doc.root, "cases")), 2);
    ck_assert_uint_eq(json_count(json_get(doc.root, "runs")), 1);
    json_each (r, json_get(doc.root, "results")) {
        ck_assert(ferry_eq(json_str(json_get(r, "automation_key")), ferry_cstr(want[i])));
        ck_assert(json_has(r, "run_id") && json_has(r, "case_id") && json_has(r, "status"));
        i++;
    }
    ck_assert_int_eq(i, 3);
    json_finish(&doc);
    ck_assert_int_eq(run("export", "AO", "key_field", "Id"), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&printed), "{\"automation_key\":\"7\",\"id\":1,"));
}
END_TEST

START_TEST(an_export_of_many_results_is_whole)
{
    struct json_doc doc = {NULL};
    struct buf body;
    fill();
    buf_init(&body, 1 << 20);
    for (int page = 0; page < 3; page++) {
        buf_reset(&body);
        buf_puts(&body, "{\"results\":[");
        for (int i = 0; i < 900; i++) {
            buf_printf(&body,
                       "%s{\"id\":\"00000000-0000-5000-8000-%012d\",\"case_id\":2,"
                       "\"status\":\"passed\"}",
                       i ? "," : "", page * 900 + i);
        }
        buf_puts(&body, "]}");
        lab_expect(&lab, 200, "POST", "/v1/AO/runs/1/results", buf_cstr(&body));
    }
    buf_finish(&body);
    ck_assert_int_eq(run("export", "AO", "key_field", "Automation Key"), FERRY_OK);
    ck_assert_int_eq(json_parse(&doc, buf_str(&printed), JSON_STRICT, NULL, &err), FERRY_OK);
    ck_assert_uint_eq(json_count(json_get(doc.root, "results")), 2703);
    json_finish(&doc);
}
END_TEST

START_TEST(an_export_needs_a_project)
{
    ck_assert_int_eq(run("export", NULL, "key_field", "Automation Key"), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "--project"));
}
END_TEST

static const struct {
    uint32_t status;
    int32_t want;
    const char *body, *says;
} strange[] = {
    {500, FERRY_E_REFUSED, "oops", "answered 500"},
    {401, FERRY_E_REFUSED, "{\"error\":{\"message\":\"wants a token\"}}", "401: wants a token"},
    {200, FERRY_E_PROTOCOL, "<html>", "line 1"},
    {200, FERRY_E_PROTOCOL, "{\"items\":[{\"project\":\"A\"}", "line 1"},
    {200, FERRY_E_PROTOCOL, "{\"items\":[],\"next\":0}", "do not come to an end"},
};

START_TEST(a_strange_answer_is_told)
{
    fill();
    forged = strange[_i].body;
    forged_status = strange[_i].status;
    ck_assert_int_eq(run("list", NULL, "json", "false"), strange[_i].want);
    ck_assert_msg(strstr(err.message, strange[_i].says) != NULL, "%s", err.message);
    ck_assert_int_eq(run("export", "AO", "key_field", "x"), strange[_i].want);
}
END_TEST

START_TEST(a_stdout_that_is_gone_is_told)
{
    fill();
    out_status = FERRY_E_IO;
    ck_assert_int_eq(run("list", NULL, "json", "false"), FERRY_E_IO);
    ck_assert_int_eq(run("export", "AO", "key_field", "x"), FERRY_E_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("local_commands");
    TCase *c = tcase_create("commands");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, the_list_shows_projects_and_runs);
    tcase_add_test(c, the_list_is_json_on_request);
    tcase_add_test(c, the_export_names_each_results_key);
    tcase_add_test(c, an_export_of_many_results_is_whole);
    tcase_add_test(c, an_export_needs_a_project);
    tcase_add_loop_test(c, a_strange_answer_is_told, 0, sizeof strange / sizeof *strange);
    tcase_add_test(c, a_stdout_that_is_gone_is_told);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
