/* SPDX-License-Identifier: MIT */
/*
 * octane_codec.c - the codec of ALM Octane on its own: payloads to the byte, tasks, errors in both shapes, modules and suites, the query
 * language, the session.
 */
#include "codec_bench.h"

extern const struct ferry_plugin ferry_plugin_octane;

enum { OPTIONS = 16 };

static struct ferry_kv options[OPTIONS], facts[4];
static struct ferry_result result;
static struct ferry_item item;
static struct ferry_ref run_ref, case_ref;
static const struct ferry_ref *refs[] = {&run_ref, &case_ref};
static struct ferry_op op;
static const struct ferry_op *const ops[] = {&op, &op, &op};
static const struct ferry_kv place[] = {{FERRY_LIT("suite"), FERRY_LIT("1044")},
                                        {FERRY_LIT("module"), FERRY_LIT("2001")}};

static void option(const char *name, const char *value)
{
    for (uint32_t i = 0; i < bench.call.n_options; i++) {
        if (str_is(options[i].key, name)) {
            options[i].value = ferry_cstr(value);
            return;
        }
    }
    options[bench.call.n_options++] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
}

static void set_up(void)
{
    bench_open(&ferry_plugin_octane);
    bench.call.project = FERRY_LIT("1001.1002");
    bench.call.options = options;
    bench.call.facts = facts;
    option("url", "https://octane.example");
    option("client_id", "cid");
    option("suite", "Nightly");
    option("suite_run", "{title} {key}");
    result = (struct ferry_result){.size = sizeof result,
                                   .status = FERRY_FAILED,
                                   .has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION,
                                   .start_ms = 1700000000003,
                                   .duration_us = 15500,
                                   .suite = FERRY_LIT("api\tlogin"),
                                   .class_name = FERRY_LIT("com.acme.LoginTest"),
                                   .name = FERRY_LIT("bad <1> & \"2\""),
                                   .type = FERRY_LIT("AssertionError"),
                                   .message = FERRY_LIT("a\nb"),
                                   .details = FERRY_LIT("at x\r\nat <y>")};
    run_ref = (struct ferry_ref){.size = sizeof run_ref,
                                 .role = FERRY_RUN,
                                 .noun = FERRY_RUN,
                                 .id = FERRY_LIT("Nightly 1a2b3c4d"),
                                 .extra = place,
                                 .n_extra = 2};
    case_ref = (struct ferry_ref){.size = sizeof case_ref,
                                  .role = FERRY_CASE,
                                  .noun = FERRY_CASE,
                                  .key = FERRY_LIT("key:TC-7"),
                                  .id = FERRY_LIT("key:TC-7")};
    item = (struct ferry_item){.size = sizeof item,
                               .noun = FERRY_RESULT,
                               .key = FERRY_LIT("TC-7"),
                               .result = &result,
                               .refs = refs,
                               .n_refs = 2};
    op = (struct ferry_op){
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT), .item = &item};
}

static void tear_down(void)
{
    bench_close();
    memset(options, 0, sizeof options);
    memset(facts, 0, sizeof facts);
}

static void encode_one(void)
{
    uint32_t taken = 0;
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 1);
}

/* --- payloads ----------------------------------------------------------------------------------------- */

START_TEST(a_payload_has_the_order_of_the_schema)
{
    option("release", "_default_");
    option("milestone", "1301");
    option("environment", "OS=Linux\nBrowser=Chrome");
    option("test_fields", "Framework=JUnit");
    option("build", "server_id=s\njob_id=j\nbuild_id=17");
    encode_one();
    bench_shows("POST https://octane.example/api/shared_spaces/1001/workspaces/1002/test-results"
                "?skip-errors=true\n");
    bench_shows("content-type: application/xml\n");
    bench_shows("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<test_result>"
                "<build server_id=\"s\" job_id=\"j\" build_id=\"17\"/>"
                "<suite_ref id=\"1044\" external_run_id=\"Nightly 1a2b3c4d\"/>"
                "<release name=\"_default_\"/><milestone_ref id=\"1301\"/>"
                "<product_areas><product_area_ref id=\"2001\"/></product_areas>"
                "<test_fields><test_field type=\"Framework\" value=\"JUnit\"/></test_fields>"
                "<environment><taxonomy type=\"OS\" value=\"Linux\"/>"
                "<taxonomy type=\"Browser\" value=\"Chrome\"/></environment><test_runs>\n"
                "<test_run package=\"com.acme\" class=\"LoginTest\" name=\"bad &lt;1&gt; &amp; "
                "&quot;2&quot;\" duration=\"16\" started=\"1700000000003\" status=\"Failed\" "
                "external_test_id=\"TC-7\"><error type=\"AssertionError\" message=\"a&#10;b\">"
                "at x&#13;\nat &lt;y&gt;</error></test_run>\n</test_runs></test_result>\n");
}
END_TEST

START_TEST(another_edition_has_other_bytes)
{
    op.edition = 2;
    encode_one();
    bench_shows("?>\n<!-- edition 2 -->\n<test_result>");
}
END_TEST

START_TEST(each_status_has_its_word_and_what_is_none_is_refused)
{
    static const struct {
        uint32_t status;
        const char *word;
    } all[] = {{FERRY_PASSED, "Passed"},   {FERRY_FAILED, "Failed"},   {FERRY_ERRORED, "Failed"},
               {FERRY_SKIPPED, "Skipped"}, {FERRY_NOT_RUN, "Planned"}, {FERRY_BLOCKED, "Planned"}};
    uint32_t taken = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char want[40];
        result.status = all[i].status;
        encode_one();
        snprintf(want, sizeof want, "status=\"%s\"", all[i].word);
        bench_shows(want);
    }
    result.status = FERRY_OTHER;
    result.status_text = FERRY_LIT("flying");
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(bench.err.message, "\"flying\" is no status of Octane"));
}
END_TEST

START_TEST(what_is_too_long_is_cut_by_its_utf16_units_and_said)
{
    char name[4 * 255 + 1];
    for (int i = 0; i < 255; i++) { /* two units each */
        memcpy(name + 4 * (size_t)i, "\xF0\x9F\x98\x80", 4);
    }
    name[sizeof name - 1] = '\0';
    result.name = ferry_cstr(name);
    encode_one();
    bench_says("note 0 1 name: 255 characters");
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), name + 4 * 127));
    result.name = str_sub(result.name, 0, 4 * 127);
    encode_one();
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "note"));
}
END_TEST

START_TEST(what_xml_has_no_character_for_is_replaced_and_said)
{
    result.name = FERRY_LIT("a\x01"
                            "b\xff"
                            "c\xef\xbf\xbe");
    encode_one();
    bench_shows(" name=\"a_b_c_\"");
    bench_says("note 0 2 name: characters that XML does not have");
}
END_TEST

START_TEST(the_path_says_module_and_package)
{
    option("test_suite_path", "a/b/c");
    encode_one();
    bench_shows("module=\"a\" package=\"b.c\" class=\"com.acme.LoginTest\"");
    option("test_suite_path", "");
    result.class_name = FERRY_LIT("login");
    encode_one();
    bench_shows("<test_run module=\"api\" class=\"login\"");
    result.class_name = FERRY_LIT("Sign In");
    encode_one();
    bench_shows("<test_run module=\"api\" package=\"login\" class=\"Sign In\"");
}
END_TEST

START_TEST(the_test_that_holds_the_key_is_named_as_octane_knows_it)
{
    static const struct ferry_kv known[] = {{FERRY_LIT("package"), FERRY_LIT("old.pack")},
                                            {FERRY_LIT("class"), FERRY_LIT("Old")},
                                            {FERRY_LIT("name"), FERRY_LIT("old name")}};
    case_ref.id = FERRY_LIT("3007");
    case_ref.extra = known;
    case_ref.n_extra = 3;
    encode_one();
    bench_shows("<test_run package=\"old.pack\" class=\"Old\" name=\"old name\" ");
}
END_TEST

START_TEST(a_test_without_a_name_gets_one_and_it_is_said)
{
    result.name = FERRY_LIT("");
    result.class_name = (struct ferry_str){NULL, 0};
    result.suite = (struct ferry_str){NULL, 0};
    item.key = (struct ferry_str){NULL, 0};
    encode_one();
    bench_shows("<test_run name=\"(no name)\" ");
    bench_says("note 0 2 name: a test without one");
}
END_TEST

START_TEST(parameters_and_steps_have_their_places)
{
    static const struct ferry_kv parameters[] = {{FERRY_LIT("browser"), FERRY_LIT("chrome")},
                                                 {FERRY_LIT("user"), FERRY_LIT("7")}};
    static const struct ferry_step inner = {.size = sizeof inner,
                                            .status = FERRY_FAILED,
                                            .action = FERRY_LIT("click"),
                                            .comment = FERRY_LIT("no element"),
                                            .duration_us = 2000};
    static const struct ferry_step *const inners[] = {&inner};
    static const struct ferry_step outer = {.size = sizeof outer,
                                            .status = FERRY_PASSED,
                                            .action = FERRY_LIT("open"),
                                            .steps = inners,
                                            .n_steps = 1};
    static const struct ferry_step *const steps[] = {&outer};
    result.parameters = parameters;
    result.n_parameters = 2;
    result.steps = steps;
    result.n_steps = 1;
    result.type = result.message = result.details = (struct ferry_str){NULL, 0};
    result.name = FERRY_LIT("t");
    encode_one();
    bench_shows("name=\"t\" run_name=\"t [browser=chrome, user=7]\"");
    bench_shows("><steps><step name=\"open\" duration=\"0\" status=\"Passed\"></step>"
                "<step name=\"click\" duration=\"2\" status=\"Failed\"><error_message>no element"
                "</error_message></step></steps></test_run>");
}
END_TEST

START_TEST(only_an_address_that_octane_takes_is_a_report_url)
{
    option("report_url", "https://ci.example/r/1?a=1&b=2");
    encode_one();
    bench_shows("external_report_url=\"https://ci.example/r/1?a=1&amp;b=2\"");
    option("report_url", "ftp://ci.example/r");
    encode_one();
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "external_report_url"));
    bench_says("note 0 3 external_report_url");
}
END_TEST

START_TEST(a_payload_takes_what_fits)
{
    uint32_t taken = 0;
    bench.call.max_items = 2;
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    bench.call.max_items = 0;
    bench.call.max_bytes = bench.shown.len;
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    bench.call.max_bytes = 200;
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(wrong_options_are_named_before_anything_is_sent)
{
    static const struct {
        const char *name, *value, *says;
    } wrong[] = {
        {"test_fields", "Colour=Red", "\"Colour\" is none of Test_Level"},
        {"environment", "Linux", "\"Linux\" is not TYPE=VALUE"},
        {"build", "job_id=7", "wants server_id, job_id and build_id"},
        {"build", "colour=7", "\"colour\": not one of server_id"},
        {"space_id", "x", "does not say which shared space"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint32_t taken = 0, before = bench.call.n_options;
        if (strcmp(wrong[i].name, "space_id") == 0) {
            bench.call.project = FERRY_LIT("DEMO");
        }
        option(wrong[i].name, wrong[i].value);
        ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_CONFIG);
        ck_assert_msg(strstr(bench.err.message, wrong[i].says) != NULL, "%s", bench.err.message);
        bench.call.n_options = before;
    }
}
END_TEST

START_TEST(a_run_that_was_there_before_is_asked_for_its_name)
{
    uint32_t taken = 0;
    run_ref.id = FERRY_LIT("5012");
    run_ref.n_extra = 0;
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_NEED);
    bench_says("need suite run 5012");
    struct ferry_ask ask = {.what = FERRY_ASK_FACT, .name = FERRY_LIT("suite run 5012")};
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("/suite_run?fields=id,name,test&limit=1000&query=%22id%20EQ%205012%22");
    ck_assert_int_eq(bench_answer(&ask, 200,
                                  "{\"total_count\":1,\"data\":[{\"type\":\"run_suite\",\"id\":"
                                  "\"5012\",\"name\":\"N 1\",\"test\":{\"id\":\"1044\"}}]}"),
                     FERRY_OK);
    bench_says("fact suite run 5012=1044\tN 1\n");
    facts[0] = (struct ferry_kv){FERRY_LIT("suite run 5012"), FERRY_LIT("1044\tN 1")};
    bench.call.n_facts = 1;
    encode_one();
    bench_shows("<suite_ref id=\"1044\" external_run_id=\"N 1\"/>");
    facts[0].value = FERRY_LIT("");
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_INPUT);
    /* One of ours that went meanwhile is no place for results either; on paper it is one that is to come. */
    run_ref.id = FERRY_LIT("N 1");
    facts[0] = (struct ferry_kv){FERRY_LIT("suite run N 1"), FERRY_LIT("")};
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_INPUT);
    run_ref.id = FERRY_LIT("<run N>");
    facts[0].key = FERRY_LIT("suite run <run N>");
    option("suite_id", "7");
    encode_one();
    bench_shows("<suite_ref id=\"7\" external_run_id=\"&lt;run N&gt;\"/>");
}
END_TEST

/* --- tasks ------------------------------------------------------------------------------------------------ */

static void polled(const char *token, uint32_t status, const char *body, int32_t rc)
{
    struct ferry_ask ask = {
        .what = FERRY_ASK_POLL, .token = ferry_cstr(token), .ops = ops, .n_ops = 2};
    ck_assert_int_eq(bench_answer(&ask, status, body), rc);
}

START_TEST(a_task_is_asked_for_until_it_has_ended)
{
    struct ferry_ask ask = {.what = FERRY_ASK_POLL, .token = FERRY_LIT("1103")};
    ck_assert_int_eq(bench_decode(ops, 2, 202, "{\"status\":\"queued\",\"id\":1103}"), FERRY_OK);
    bench_says("outcome 0 3 token=1103\noutcome 1 3 token=1103\n");
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows(
        "GET https://octane.example/api/shared_spaces/1001/workspaces/1002/test-results/1103\n");
    polled("1103", 200, "{\"id\":1103,\"status\":\"running\"}", FERRY_OK);
    bench_says("outcome 1 3 token=1103\n");
    polled("1103", 200, "{\"id\":1103,\"status\":\"success\"}", FERRY_OK);
    bench_says("outcome 0 1\noutcome 1 1\n");
    polled("1103", 200, "{\"status\":\"failed\",\"errorDetails\":\"no release R9\"}", FERRY_OK);
    bench_says("outcome 0 4 text=no release R9\noutcome 1 4 text=no release R9\n");
    polled("1103", 200, "{\"status\":\"fromOlderPush\"}", FERRY_OK);
    bench_says("outcome 1 1\nnote 0 4 task");
    polled("1103", 404, "{}", FERRY_OK);
    bench_says("outcome 0 6 text=its task is not known any more\n");
    polled("1103", 200, "{\"status\":", FERRY_E_PROTOCOL);
    polled("x", 200, "{}", FERRY_E_STATE);
    polled("1103 flight", 200, "{}", FERRY_E_STATE);
}
END_TEST

START_TEST(a_warning_says_in_its_log_what_was_left_out)
{
    polled("7", 200, "{\"status\":\"warning\",\"errorDetails\":\"1 of 2\"}", FERRY_OK);
    bench_says("note 0 4 task: 1 of 2\noutcome 0 3 token=7 log\n");
    result.name = FERRY_LIT("t one");
    polled("7 log", 200, "line\nTest 't one': no such release\n", FERRY_OK);
    bench_says("outcome 0 1\nnote 0 4 task: Test 't one': no such release\n");
    option("skip_errors", "false");
    polled("7 log", 200, "line\nTest 't one': no such release\n", FERRY_OK);
    bench_says("outcome 0 4 text=Test 't one': no such release\n");
    polled("7 log", 200, "{\"log\":\"test t onerous left out\"}", FERRY_OK);
    bench_says("outcome 0 1\noutcome 1 1\nnote 0 4 task: test t onerous left out\n");
    polled("7 log", 404, "", FERRY_OK);
    bench_says("outcome 0 1\n");
}
END_TEST

START_TEST(a_full_queue_is_waited_for_in_every_spelling)
{
    static const char *const bodies[] = {
        "{\"error_code\":\"testbox_queue_full\",\"description\":\"full\"}",
        "{\"error_code\":\"testbox.queue_full\"}",
        "{\"error_code\":\"testbox.request_limit\",\"description\":\"full\"}",
        "{\"message\":\"{&quot;error_code&quot;:&quot;testbox.queue_full&quot;}\"}",
        "<html>testbox_queue_full</html>",
    };
    static const uint32_t statuses[] = {429, 503, 400, 200 + 300};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        for (size_t k = 0; k < sizeof statuses / sizeof *statuses; k++) {
            ck_assert_int_eq(bench_decode(ops, 2, statuses[k], bodies[i]), FERRY_OK);
            bench_says("verdict 3 after=10000");
        }
    }
}
END_TEST

START_TEST(both_shapes_of_an_error_are_read)
{
    ck_assert_int_eq(
        bench_decode(ops, 2, 400, "{\"error_code\":\"x\",\"description\":\"not <valid>\"}"),
        FERRY_OK);
    bench_says("verdict 1 text=not <valid>\n");
    ck_assert_int_eq(bench_decode(ops, 2, 400,
                                  "{\"message\":\"{&quot;error_code&quot;:&quot;x&quot;,"
                                  "&quot;description&quot;:&quot;a &amp;lt; b&quot;}\"}"),
                     FERRY_OK);
    bench_says("verdict 1 text=a &lt; b\n");
    ck_assert_int_eq(
        bench_decode(ops, 2, 401, "{\"error_code\":\"VALIDATION_TOKEN_EXPIRED_IDLE_TIME_OUT\"}"),
        FERRY_OK);
    bench_says("verdict 4");
    ck_assert_int_eq(bench_decode(ops, 2, 503, "<html>down</html>"), FERRY_OK);
    ck_assert_uint_eq(bench.told.len, 0); /* by its status */
    ck_assert_int_eq(bench_decode(ops, 2, 202, "<html>"), FERRY_E_PROTOCOL);
    ck_assert_int_eq(bench_decode(ops, 2, 202, "{\"id\":\"x\"}"), FERRY_E_PROTOCOL);
}
END_TEST

/* --- modules, suites, runs ----------------------------------------------------------------------------------- */

static int32_t on_want(void *self, const struct ferry_action *action)
{
    (void)self;
    buf_printf(&bench.told, "want %.*s", STR_ARG(action->key));
    for (uint32_t i = 0; i < action->n_refs; i++) {
        buf_printf(&bench.told, " in %.*s", STR_ARG(action->refs[i]->key));
    }
    return buf_putc(&bench.told, '\n');
}

static int32_t on_refer(void *self, const struct ferry_ref *ref)
{
    (void)self;
    return buf_printf(&bench.told, "refer %.*s\n", STR_ARG(ref->key));
}

static int32_t needs(void)
{
    const struct ferry_needs *table = ferry_plugin_octane.query(FERRY_NEEDS_1);
    const struct ferry_ground ground = {.want = on_want, .refer = on_refer};
    const struct ferry_action action = {.size = sizeof action,
                                        .kind = FERRY_OP(FERRY_CREATE, FERRY_RUN)};
    buf_reset(&bench.told);
    return table->needs(&bench.call, &action, &ground, &bench.err);
}

START_TEST(a_run_needs_its_suite_and_every_level_of_its_module)
{
    ck_assert_int_eq(needs(), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "want suite:Nightly\nrefer suite:Nightly\n");
    option("root_application_module_name", "QZ");
    option("module", "a / b");
    ck_assert_int_eq(needs(), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "want module:QZ\nwant module:QZ/a in module:QZ\n"
                     "want module:QZ/a/b in module:QZ/a\nrefer module:QZ/a/b\n"
                     "want suite:Nightly in module:QZ/a/b\nrefer suite:Nightly\n");
    option("module_id", "2001");
    option("suite_id", "1044");
    ck_assert_int_eq(needs(), FERRY_OK);
    ck_assert_uint_eq(bench.told.len, 0);
}
END_TEST

START_TEST(what_a_run_cannot_do_with_is_said_while_planning)
{
    option("module", "a//b");
    ck_assert_int_eq(needs(), FERRY_E_CONFIG);
    option("module", "a");
    option("suite", " ");
    ck_assert_int_eq(needs(), FERRY_E_CONFIG);
    ck_assert_str_eq(bench.err.where, "suite");
    option("suite", "S");
    option("suite_run", "{title}");
    ck_assert_int_eq(needs(), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(bench.err.message, "has no {key}"));
}
END_TEST

static void a_folder(const char *key, const char *name)
{
    static struct ferry_folder folder;
    folder = (struct ferry_folder){.size = sizeof folder, .name = ferry_cstr(name)};
    item = (struct ferry_item){.size = sizeof item,
                               .noun = FERRY_FOLDER,
                               .key = ferry_cstr(key),
                               .name = ferry_cstr(name),
                               .folder = &folder};
    op.kind = FERRY_OP(FERRY_CREATE, FERRY_FOLDER);
}

START_TEST(a_module_is_made_beneath_the_root_or_its_parent)
{
    uint32_t taken = 0;
    static const struct ferry_ref parent = {.size = sizeof parent,
                                            .role = FERRY_FOLDER,
                                            .noun = FERRY_FOLDER,
                                            .key = {"module:QZ", 9},
                                            .id = {"2001", 4}};
    static const struct ferry_ref *parents[] = {&parent};
    a_folder("module:QZ", "QZ");
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_E_NEED);
    bench_says("need root module");
    facts[0] = (struct ferry_kv){FERRY_LIT("root module"), FERRY_LIT("1000")};
    bench.call.n_facts = 1;
    encode_one();
    bench_shows("POST https://octane.example/api/shared_spaces/1001/workspaces/1002/"
                "application_modules?fields=id,name,parent\n");
    bench_shows("{\"data\":[{\"name\":\"QZ\",\"parent\":{\"type\":\"application_module\",\"id\":"
                "\"1000\"},\"business_impact\":{\"type\":\"list_node\",\"id\":"
                "\"list_node.business_impact.no_impact\"}}]}");
    a_folder("module:QZ/a", "a");
    item.refs = parents;
    item.n_refs = 1;
    encode_one();
    bench_shows("\"id\":\"2001\"");
    a_folder("suite:S", "S");
    item.refs = parents;
    item.n_refs = 1;
    encode_one();
    bench_shows("/test_suites?fields=id,name\n");
    bench_shows("{\"data\":[{\"name\":\"S\",\"product_areas\":{\"data\":[{\"type\":"
                "\"product_area\",\"id\":\"2001\"}]}}]}");
    ck_assert_int_eq(
        bench_decode(ops, 1, 201,
                     "{\"total_count\":1,\"data\":[{\"type\":\"test_suite\",\"id\":\"9\"}]}"),
        FERRY_OK);
    bench_says("outcome 0 1 id=9\n");
    ck_assert_int_eq(bench_decode(ops, 1, 409,
                                  "{\"total_count\":0,\"data\":[],\"errors\":[{\"index\":0,"
                                  "\"error_code\":\"platform.duplicate_entity_error\"}]}"),
                     FERRY_OK);
    bench_says("outcome 0 2");
}
END_TEST

START_TEST(a_folder_that_is_found_is_compared_bytewise_and_by_what_it_lies_in)
{
    static const struct ferry_kv filters[] = {{FERRY_LIT("title"), FERRY_LIT("it's (a)")},
                                              {FERRY_LIT("folder"), FERRY_LIT("1000")},
                                              {FERRY_LIT("of"), FERRY_LIT("module")}};
    struct ferry_ask ask = {.what = FERRY_ASK_LIST,
                            .noun = FERRY_FOLDER,
                            .filters = filters,
                            .n_filters = 3,
                            .ops = ops,
                            .n_ops = 1};
    a_folder("module:it's (a)", "it's (a)");
    facts[0] = (struct ferry_kv){FERRY_LIT("root module"), FERRY_LIT("1000")};
    bench.call.n_facts = 1;
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("application_modules?fields=id,name,parent&limit=1000&query=%22name%20EQ%20%27it"
                "%5C%27s%20%5C%28a%5C%29%27%3Bparent%20EQ%20%7Bid%20EQ%201000%7D%22&order_by=id");
    ck_assert_int_eq(
        bench_answer(&ask, 200,
                     "{\"total_count\":3,\"data\":["
                     "{\"id\":\"5\",\"name\":\"it's (a)\",\"parent\":{\"id\":\"1000\"}},"
                     "{\"id\":\"6\",\"name\":\"IT'S (A)\",\"parent\":{\"id\":\"1000\"}},"
                     "{\"id\":\"7\",\"name\":\"it's (a)\",\"parent\":{\"id\":\"1001\"}}]}"),
        FERRY_OK);
    bench_says("item 5 key=module:it's (a)");
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "item 6"));
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "item 7"));
}
END_TEST

START_TEST(a_list_goes_on_past_a_count_that_is_capped)
{
    static const struct {
        const char *cursor;
        int n, total, is_capped;
        const char *says;
    } all[] = {
        {NULL, 1000, 2500, 0, "next 1000\n"},
        {NULL, 1000, 2000, 1, "next 1000\n"},
        {"2000", 999, 999, 1, "next 999\n"},
        {"3000", 0, 2000, 1, ""},
        {"2000", 500, 500, 0, ""},
        {NULL, 100, 250, 0, "next 100\n"},
    };
    struct buf page;
    buf_init(&page, 1 << 20);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct ferry_ask ask = {
            .what = FERRY_ASK_LIST, .noun = FERRY_CASE, .cursor = ferry_cstr(all[i].cursor)};
        buf_reset(&page);
        buf_puts(&page, "{\"data\":[");
        for (int k = 0; k < all[i].n; k++) {
            buf_printf(&page, "%s{\"id\":\"%d\"}", k ? "," : "", k + 1);
        }
        buf_printf(&page, "],\"total_count\":%d,\"exceeds_total_count\":%s}", all[i].total,
                   all[i].is_capped ? "true" : "false");
        ck_assert_int_eq(bench_answer(&ask, 200, buf_cstr(&page)), FERRY_OK);
        const char *next = strstr(buf_cstr(&bench.told), "next ");
        ck_assert_str_eq(next ? next : "", all[i].says);
    }
    buf_finish(&page);
}
END_TEST

START_TEST(a_page_begins_behind_the_last_id_of_the_one_before)
{
    struct ferry_ask ask = {
        .what = FERRY_ASK_LIST, .noun = FERRY_CASE, .cursor = FERRY_LIT("3007")};
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("&limit=1000&query=%22id%20GT%203007%22&order_by=id\n");
    ask.cursor = FERRY_LIT("x");
    ck_assert_int_eq(bench_ask(&ask), FERRY_E_STATE);
}
END_TEST

START_TEST(how_many_results_there_are_is_one_question)
{
    static const struct ferry_kv filters[] = {{FERRY_LIT("run"), FERRY_LIT("Nightly 1a2b3c4d")},
                                              {FERRY_LIT("count"), FERRY_LIT("1")}};
    struct ferry_ask ask = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RESULT, .filters = filters, .n_filters = 2};
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("automated_runs?fields=id&limit=1&query=%22parent_suite%20EQ%20%7Bname%20EQ%20%27"
                "Nightly%201a2b3c4d%27%7D%22&order_by=id\n");
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"total_count\":2500,\"data\":[{\"id\":\"1\"}]}"),
                     FERRY_OK);
    bench_says("fact count=2500\n");
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "item"));
    ck_assert_ptr_null(strstr(buf_cstr(&bench.told), "next"));
    /* What is only so many at least is no number. */
    ck_assert_int_eq(bench_answer(&ask, 200,
                                  "{\"total_count\":2000,\"data\":[{\"id\":\"1\"}],"
                                  "\"exceeds_total_count\":true}"),
                     FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "");
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"data\":[]}"), FERRY_E_PROTOCOL);
}
END_TEST

/* A gateway's page with 200 is no sign that anything was written. */
START_TEST(a_suite_run_is_described_when_the_answer_names_it)
{
    static const struct ferry_kv extra[] = {{FERRY_LIT("suite_run"), FERRY_LIT("31")}};
    static const char *const others[] = {
        "", "null", "{}", "[]", "<html></html>", "{\"type\":\"run_suite\",\"id\":\"32\"}"};
    uint32_t taken = 0;
    op.kind = FERRY_OP(FERRY_PRIVATE, FERRY_RUN);
    op.extra = extra;
    op.n_extra = 1;
    op.marker = FERRY_LIT("run-key=k");
    ck_assert_int_eq(bench_encode(ops, 1, &taken), FERRY_OK);
    bench_shows("PUT https://octane.example/api/shared_spaces/1001/workspaces/1002/suite_run/31\n");
    ck_assert_int_eq(bench_decode(ops, 1, 200, "{\"type\":\"run_suite\",\"id\":\"31\"}"), FERRY_OK);
    bench_says("outcome 0 1");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_int_eq(bench_decode(ops, 1, 200, others[i]), FERRY_E_PROTOCOL);
    }
}
END_TEST

/* --- the session ------------------------------------------------------------------------------------------------ */

static void sign_in(void)
{
    struct ferry_out out = bench_out();
    ck_assert_int_eq(bench_seal(bench.codec->sign_in(&bench.call, &out, &bench.err)), FERRY_OK);
}

START_TEST(a_session_begins_with_either_kind_of_credentials)
{
    static const char *const urls[] = {
        "https://octane.example",
        "https://octane.example/api",
        "https://octane.example/ui",
        "https://octane.example/api/",
        "https://octane.example/api/shared_spaces/1/workspaces/2",
        "https://octane.example/shared_spaces/1/workspaces/2",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        option("url", urls[i]);
        sign_in();
        bench_shows("POST https://octane.example/authentication/sign_in\n");
    }
    bench_shows("{\"client_id\":\"cid\",\"client_secret\":\"");
    option("client_id", "");
    option("user", "me");
    sign_in();
    bench_shows("{\"user\":\"me\",\"password\":\"");
    option("user", "");
    struct ferry_out out = bench_out();
    ck_assert_int_eq(bench.codec->sign_in(&bench.call, &out, &bench.err), FERRY_E_UNSUPPORTED);
}
END_TEST

START_TEST(any_answer_may_renew_the_cookies)
{
    static const struct ferry_kv headers[] = {
        {FERRY_LIT("set-cookie"), FERRY_LIT("LWSSO_COOKIE_KEY=tok2; Path=/; Secure; HttpOnly")},
        {FERRY_LIT("set-cookie"), FERRY_LIT("")},
        {FERRY_LIT("set-cookie"), FERRY_LIT("LWSSO_COOKIE_KEY=; Max-Age=0")},
        {FERRY_LIT("set-cookie"), FERRY_LIT("OCTANE_USER=dXNlcg==;Version=1")},
        {FERRY_LIT("set-cookie"), FERRY_LIT("XSRF=1")},
    };
    const struct ferry_message m = {
        .size = sizeof m, .status = 200, .headers = headers, .n_headers = 5};
    buf_reset(&bench.told);
    ck_assert_int_eq(bench.codec->keep(&bench.call, &m, &bench_reply, &bench.err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "keep LWSSO_COOKIE_KEY=tok2\nkeep OCTANE_USER=dXNlcg==\n");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane codec");
    TCase *t = tcase_create("octane codec");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_payload_has_the_order_of_the_schema);
    tcase_add_test(t, another_edition_has_other_bytes);
    tcase_add_test(t, each_status_has_its_word_and_what_is_none_is_refused);
    tcase_add_test(t, what_is_too_long_is_cut_by_its_utf16_units_and_said);
    tcase_add_test(t, what_xml_has_no_character_for_is_replaced_and_said);
    tcase_add_test(t, the_path_says_module_and_package);
    tcase_add_test(t, the_test_that_holds_the_key_is_named_as_octane_knows_it);
    tcase_add_test(t, a_test_without_a_name_gets_one_and_it_is_said);
    tcase_add_test(t, parameters_and_steps_have_their_places);
    tcase_add_test(t, only_an_address_that_octane_takes_is_a_report_url);
    tcase_add_test(t, a_payload_takes_what_fits);
    tcase_add_test(t, wrong_options_are_named_before_anything_is_sent);
    tcase_add_test(t, a_run_that_was_there_before_is_asked_for_its_name);
    tcase_add_test(t, a_task_is_asked_for_until_it_has_ended);
    tcase_add_test(t, a_warning_says_in_its_log_what_was_left_out);
    tcase_add_test(t, a_full_queue_is_waited_for_in_every_spelling);
    tcase_add_test(t, both_shapes_of_an_error_are_read);
    tcase_add_test(t, a_run_needs_its_suite_and_every_level_of_its_module);
    tcase_add_test(t, what_a_run_cannot_do_with_is_said_while_planning);
    tcase_add_test(t, a_module_is_made_beneath_the_root_or_its_parent);
    tcase_add_test(t, a_folder_that_is_found_is_compared_bytewise_and_by_what_it_lies_in);
    tcase_add_test(t, a_list_goes_on_past_a_count_that_is_capped);
    tcase_add_test(t, a_page_begins_behind_the_last_id_of_the_one_before);
    tcase_add_test(t, how_many_results_there_are_is_one_question);
    tcase_add_test(t, a_suite_run_is_described_when_the_answer_names_it);
    tcase_add_test(t, a_session_begins_with_either_kind_of_credentials);
    tcase_add_test(t, any_answer_may_renew_the_cookies);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
