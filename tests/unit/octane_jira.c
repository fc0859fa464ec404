/* SPDX-License-Identifier: MIT */
/*
 * octane_jira.c - which stories a result covers: where keys of Jira stand, how many questions they cost, what is written, and what is told of those that have no
 * story, or several.
 */
#include "codec_bench.h"

#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_octane;

enum { MANY = 1000, FACTS = 1200, OPTIONS = 16 };

static struct ferry_kv options[OPTIONS], facts[FACTS], property[MANY][2];
static struct ferry_result result[MANY];
static struct ferry_item item[MANY];
static struct ferry_ref run_ref;
static const struct ferry_kv place[] = {{FERRY_LIT("suite"), FERRY_LIT("1044")}};
static const struct ferry_ref *const refs[] = {&run_ref};
static struct ferry_op op[MANY];
static const struct ferry_op *ops[MANY];
static char texts[FACTS][40];

static void option(const char *name, const char *value)
{
    options[bench.call.n_options++] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
}

static void fact(const char *name, const char *value)
{
    facts[bench.call.n_facts++] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
}

static void set_up(void)
{
    bench_open(&ferry_plugin_octane);
    bench.call.project = FERRY_LIT("1001.1002");
    bench.call.options = options;
    bench.call.facts = facts;
    option("url", "https://octane.example");
    option("client_id", "cid");
    option("suite", "S");
    option("suite_run", "{title} {key}");
    option("jira_properties", "jira\nissue\nstory");
    run_ref = (struct ferry_ref){.size = sizeof run_ref,
                                 .role = FERRY_RUN,
                                 .noun = FERRY_RUN,
                                 .id = FERRY_LIT("Bob's 1a2b3c4d"),
                                 .extra = place,
                                 .n_extra = 1};
    for (int i = 0; i < MANY; i++) {
        result[i] = (struct ferry_result){.size = sizeof *result,
                                          .status = FERRY_PASSED,
                                          .name = FERRY_LIT("t"),
                                          .properties = property[i]};
        item[i] = (struct ferry_item){.size = sizeof *item,
                                      .noun = FERRY_RESULT,
                                      .result = &result[i],
                                      .refs = refs,
                                      .n_refs = 1};
        op[i] = (struct ferry_op){
            .size = sizeof *op, .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT), .item = &item[i]};
        ops[i] = &op[i];
    }
}

static void tear_down(void)
{
    bench_close();
    memset(options, 0, sizeof options);
    memset(facts, 0, sizeof facts);
    memset(property, 0, sizeof property);
}

static void says(int i, const char *name, const char *value)
{
    property[i][result[i].n_properties++] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
}

static int32_t encode(uint32_t n)
{
    uint32_t taken = 0;
    int32_t rc = bench_encode(ops, n, &taken);
    if (rc == FERRY_OK) {
        ck_assert_uint_eq(taken, n);
    }
    return rc;
}

/* --- where keys stand ---------------------------------------------------------------------------------- */

static const struct {
    const char *property, *value, *tag, *name, *pattern, *all, *need;
} places[] = {
    {"jira", "AO-1", NULL, "t", NULL, NULL, "AO-1"},
    {"JIRA", "AO-1, AO-2;AO-3\nAO-1", NULL, "t", NULL, NULL, "AO-1,AO-2,AO-3"},
    {"issue", "https://jira.example/browse/AO_X9-17?focus=1", NULL, "t", NULL, NULL, "AO_X9-17"},
    {"story", "AO-1", "jira:AO-2", "t", NULL, NULL, "AO-1,AO-2"},
    {"other", "AO-1", "JIRA:AO-2", "t", NULL, NULL, "AO-2"},
    {"other", "AO-1", "slow", "t [AO-7] (x)", "[{key}]", NULL, "AO-7"},
    {"other", "AO-1", "slow", "AO-7: AO-8 works, 9AO-9, AO-10x", "{key}", NULL, "AO-7,AO-8"},
    {"other", "AO-1", "slow", "AO-7: AO-8 works", "{key}:", NULL, "AO-7"},
    {"jira", "AO-1", "slow", "t", NULL, "AO-5\nAO-6", "AO-5,AO-6,AO-1"},
};

START_TEST(keys_stand_in_many_places)
{
    char want[80];
    struct ferry_str tag = ferry_cstr(places[_i].tag);
    says(0, places[_i].property, places[_i].value);
    result[0].tags = &tag;
    result[0].n_tags = tag.len ? 1 : 0;
    result[0].name = ferry_cstr(places[_i].name);
    if (places[_i].pattern) {
        option("jira_pattern", places[_i].pattern);
    }
    if (places[_i].all) {
        option("jira", places[_i].all);
    }
    ck_assert_int_eq(encode(1), FERRY_E_NEED);
    ck_assert_str_eq(buf_cstr(&bench.told), "need jira field jira_key_udf\n");
    fact("jira field jira_key_udf", "1");
    ck_assert_int_eq(encode(1), FERRY_E_NEED);
    snprintf(want, sizeof want, "need stories %s\n", places[_i].need);
    ck_assert_str_eq(buf_cstr(&bench.told), want);
}
END_TEST

START_TEST(where_nothing_is_said_nothing_is_asked)
{
    says(0, "owner", "AO-1");
    ck_assert_int_eq(encode(1), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "backlog_items"));
    option("link", "none");
    option("jira", "AO-1");
    says(0, "jira", "AO-1");
    ck_assert_int_eq(encode(1), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "");
}
END_TEST

/* --- questions -------------------------------------------------------------------------------------------- */

/* Answers a question about many keys: each has the story 1000 and its number. */
static void learn(struct ferry_str question)
{
    struct ferry_str rest = question, key, number;
    while (str_split(&rest, ',', &key)) {
        uint32_t n = bench.call.n_facts;
        ck_assert_uint_lt(n, FACTS);
        number = key;
        str_split(&number, '-', &key);
        snprintf(texts[n], sizeof texts[n], "story %.*s-%.*s", STR_ARG(key), STR_ARG(number));
        fact(texts[n], "1000");
    }
}

START_TEST(three_hundred_keys_of_a_thousand_results_are_three_questions)
{
    static char keys[MANY][16];
    struct buf asked;
    int questions = 0;
    int32_t rc;
    buf_init(&asked, 1 << 16);
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "AO-%d", i % 300);
        says(i, "jira", keys[i]);
    }
    fact("jira field jira_key_udf", "1");
    while ((rc = encode(MANY)) == FERRY_E_NEED) {
        static const char before[] = "need stories ";
        struct ferry_str told = str_trim(buf_str(&bench.told));
        ck_assert(str_starts(told, before));
        buf_reset(&asked);
        buf_put(&asked, str_sub(told, sizeof before - 1, told.len));
        learn(buf_str(&asked));
        questions++;
        ck_assert_int_lt(questions, 10);
    }
    ck_assert_int_eq(rc, FERRY_OK);
    ck_assert_int_eq(questions, 3);
    buf_finish(&asked);
}
END_TEST

START_TEST(a_question_is_one_request_and_tells_of_each_key)
{
    struct ferry_ask ask = {.what = FERRY_ASK_FACT, .name = FERRY_LIT("stories AO-1,AO-2,AO-3")};
    option("jira_field", "my_udf");
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("GET https://octane.example/api/shared_spaces/1001/workspaces/1002/stories"
                "?fields=id,my_udf&limit=1000&query=%22my_udf%20IN%20%27AO-1%27%2C%27AO-2%27%2C"
                "%27AO-3%27%22&order_by=id");
    ck_assert_int_eq(
        bench_answer(&ask, 200,
                     "{\"total_count\":3,\"data\":[{\"id\":\"7\",\"my_udf\":\"AO-1\"},"
                     "{\"id\":8,\"my_udf\":\"ao-3\"},{\"id\":\"9\",\"my_udf\":\"AO-3\"}]}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact story AO-1=7\nfact story AO-2=\n"
                                            "fact story AO-3=8,9\nfact stories AO-1,AO-2,AO-3=\n");
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"total_count\":3}"), FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(the_field_is_looked_for_before_it_is_used)
{
    struct ferry_ask ask = {.what = FERRY_ASK_FACT, .name = FERRY_LIT("jira field my_udf")};
    ck_assert_int_eq(bench_ask(&ask), FERRY_OK);
    bench_shows("/metadata/fields?query=%22entity_name%20EQ%20%27story%27%3Bname%20EQ%20%27my_udf"
                "%27%22\n");
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"total_count\":0,\"data\":[]}"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact jira field my_udf=\n");
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"data\":[{\"name\":\"my_udf\"}]}"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told), "fact jira field my_udf=1\n");
}
END_TEST

/* --- what is written ------------------------------------------------------------------------------------------ */

START_TEST(stories_stand_before_the_error)
{
    says(0, "jira", "AO-1 AO-2 AO-1");
    result[0].status = FERRY_FAILED;
    result[0].message = FERRY_LIT("m");
    fact("jira field jira_key_udf", "1");
    fact("story AO-1", "7");
    fact("story AO-2", "8");
    ck_assert_int_eq(encode(1), FERRY_OK);
    bench_shows("><backlog_items><backlog_item_ref id=\"7\"/><backlog_item_ref id=\"8\"/>"
                "</backlog_items><error message=\"m\">");
    ck_assert_str_eq(buf_cstr(&bench.told), "");
}
END_TEST

START_TEST(what_cannot_be_linked_is_told_once_with_the_command)
{
    says(0, "jira", "AO-1 AO-2 AO-3");
    says(0, "issue", "#12");
    item[0].key = FERRY_LIT("TC_1");
    fact("jira field jira_key_udf", "1");
    fact("story AO-1", "7");
    fact("story AO-2", "");
    fact("story AO-3", "8,9");
    ck_assert_int_eq(encode(1), FERRY_OK);
    bench_shows("<backlog_items><backlog_item_ref id=\"7\"/></backlog_items>");
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "note 0 3 jira: AO-2 has no story, AO-3 has several stories, #12 is no key of "
                     "Jira; once mended: ferry octane link --jira AO-2 --suite-run "
                     "'Bob'\\''s 1a2b3c4d' --test 'TC_1'\n");
}
END_TEST

START_TEST(a_workspace_without_the_field_costs_the_links_alone)
{
    says(0, "jira", "AO-1");
    fact("jira field jira_key_udf", "");
    ck_assert_int_eq(encode(1), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bench.told),
                     "note 0 3 jira: stories have no field \"jira_key_udf\"; set \"jira_field\"\n");
}
END_TEST

/* --- afterwards ---------------------------------------------------------------------------------------------------- */

static void task_ended(uint32_t n)
{
    struct ferry_ask ask = {
        .what = FERRY_ASK_POLL, .token = FERRY_LIT("1103"), .ops = ops, .n_ops = n};
    ck_assert_int_eq(bench_answer(&ask, 200, "{\"id\":1103,\"status\":\"success\"}"), FERRY_OK);
}

START_TEST(what_is_linked_afterwards_is_not_in_the_payload_and_goes_on_when_its_task_has_ended)
{
    says(0, "jira", "AO-1");
    says(1, "jira", "AO-9"); /* has no story */
    fact("jira field jira_key_udf", "1");
    fact("story AO-1", "3001");
    fact("story AO-9", "");
    task_ended(3);
    bench_says("outcome 0 1\noutcome 1 1\noutcome 2 1\n");
    option("link", "both");
    ck_assert_int_eq(encode(3), FERRY_OK);
    bench_shows("<backlog_item_ref id=\"3001\"/>");
    task_ended(3);
    bench_says("outcome 0 1\nfollow 0 1000007\noutcome 1 1\noutcome 2 1\n");
    options[bench.call.n_options - 1].value = FERRY_LIT("after");
    ck_assert_int_eq(encode(3), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "backlog_item"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "AO-9 has no story"));
    task_ended(3);
    bench_says("outcome 0 1\nfollow 0 1000007\noutcome 1 1\noutcome 2 1\n");
}
END_TEST

static const struct ferry_kv found[3][2] = {
    {{FERRY_LIT("automated_run"), FERRY_LIT("41")}, {FERRY_LIT("test"), FERRY_LIT("7")}},
    {{FERRY_LIT("automated_run"), FERRY_LIT("42")}, {FERRY_LIT("test"), FERRY_LIT("8")}},
    {{FERRY_LIT("automated_run"), FERRY_LIT("43")}, {FERRY_LIT("test"), FERRY_LIT("7")}}};

START_TEST(an_automated_run_is_found_by_the_id_in_its_description)
{
    op[0].kind = op[1].kind = FERRY_OP(FERRY_PRIVATE, FERRY_RESULT);
    op[0].wire_id = FERRY_LIT("aaaa-1");
    op[1].wire_id = FERRY_LIT("bbbb-2");
    ck_assert_int_eq(encode(2), FERRY_OK);
    bench_shows("GET https://octane.example/api/shared_spaces/1001/workspaces/1002/automated_runs?"
                "fields=id,description,test&limit=1000&query=%22parent_suite%20EQ%20%7Bname%20EQ%20"
                "%27Bob%5C%27s%201a2b3c4d%27%7D%3B%28description%20EQ%20%27%2Aferry%20aaaa-1%2A%27"
                "%7C%7Cdescription%20EQ%20%27%2Aferry%20bbbb-2%2A%27%29%22&order_by=id\n");
    ck_assert_int_eq(
        bench_decode(ops, 2, 200,
                     "{\"total_count\":1,\"data\":[{\"id\":\"42\",\"description\":"
                     "\"<p>ferry bbbb-2</p>\",\"test\":{\"type\":\"test\",\"id\":\"8\"}}]}"),
        FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "note 0 3 jira: its automated run is not"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "follow 1 1010007\n"));
    ck_assert_int_eq(bench_decode(ops, 2, 200, "<html>"), FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(a_link_is_appended_and_believed_when_the_answer_names_it)
{
    uint32_t taken = 0;
    option("link", "after");
    for (int i = 0; i < 3; i++) {
        says(i, "jira", "AO-1");
        op[i].kind = FERRY_OP(FERRY_PRIVATE + 1, FERRY_RESULT);
        op[i].extra = found[i];
        op[i].n_extra = 2;
    }
    fact("story AO-1", "3001");
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_E_NEED);
    bench_says("need coverage of runs\n");
    fact("coverage of runs", "1");
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 3);
    bench_shows("PUT https://octane.example/api/shared_spaces/1001/workspaces/1002/automated_runs?"
                "reference_update_mode=append\n");
    bench_shows(
        "{\"id\":\"41\",\"covered_content\":{\"data\":[{\"type\":\"story\",\"id\":\"3001\"}]}}");
    ck_assert_int_eq(
        bench_decode(ops, 3, 200, "{\"total_count\":2,\"data\":[{\"id\":\"43\"},{\"id\":\"41\"}]}"),
        FERRY_OK);
    bench_says("outcome 0 1\noutcome 2 1\n");
    ck_assert_int_eq(bench_decode(ops, 3, 409,
                                  "{\"data\":[{\"id\":\"41\"},{\"id\":\"43\"}],\"errors\":[{"
                                  "\"index\":1,\"description\":\"no\"}]}"),
                     FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "outcome 1 4"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&bench.told), "outcome 2 1"));
    ck_assert_int_eq(bench_decode(ops, 3, 200, "null"), FERRY_E_PROTOCOL);
    /* Through tests: two results of one test go one after the other. */
    facts[bench.call.n_facts - 1].value = FERRY_LIT("");
    ck_assert_int_eq(bench_encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    bench_shows("/automated_tests?reference_update_mode=append\n");
}
END_TEST

/* --- the configuration -------------------------------------------------------------------------------------------- */

static const struct {
    const char *option, *value, *says;
} wrong[] = {
    {"jira", "AO-1\n17", "\"17\" is no key of Jira"},
    {"jira_pattern", "[key]", "has no {key}"},
    {"jira_field", "x y", "is no name of a field"},
};

static int32_t want_none(void *self, const struct ferry_action *action)
{
    (void)self;
    (void)action;
    return FERRY_OK;
}
static int32_t refer_none(void *self, const struct ferry_ref *ref)
{
    (void)self;
    (void)ref;
    return FERRY_OK;
}

START_TEST(a_wrong_setting_is_named_before_anything_is_sent)
{
    const struct ferry_needs *needs = ferry_plugin_octane.query(FERRY_NEEDS_1);
    const struct ferry_ground ground = {.want = want_none, .refer = refer_none};
    const struct ferry_action action = {.size = sizeof action,
                                        .kind = FERRY_OP(FERRY_CREATE, FERRY_RUN)};
    ck_assert_int_eq(needs->needs(&bench.call, &action, &ground, &bench.err), FERRY_OK);
    option(wrong[_i].option, wrong[_i].value);
    ck_assert_int_eq(needs->needs(&bench.call, &action, &ground, &bench.err), FERRY_E_CONFIG);
    ck_assert_str_eq(bench.err.where, wrong[_i].option);
    ck_assert_ptr_nonnull(strstr(bench.err.message, wrong[_i].says));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("octane_jira");
    TCase *c = tcase_create("jira");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, keys_stand_in_many_places, 0, sizeof places / sizeof *places);
    tcase_add_test(c, where_nothing_is_said_nothing_is_asked);
    tcase_add_test(c, three_hundred_keys_of_a_thousand_results_are_three_questions);
    tcase_add_test(c, a_question_is_one_request_and_tells_of_each_key);
    tcase_add_test(c, the_field_is_looked_for_before_it_is_used);
    tcase_add_test(c, stories_stand_before_the_error);
    tcase_add_test(c, what_cannot_be_linked_is_told_once_with_the_command);
    tcase_add_test(
        c, what_is_linked_afterwards_is_not_in_the_payload_and_goes_on_when_its_task_has_ended);
    tcase_add_test(c, an_automated_run_is_found_by_the_id_in_its_description);
    tcase_add_test(c, a_link_is_appended_and_believed_when_the_answer_names_it);
    tcase_add_test(c, a_workspace_without_the_field_costs_the_links_alone);
    tcase_add_loop_test(c, a_wrong_setting_is_named_before_anything_is_sent, 0,
                        sizeof wrong / sizeof *wrong);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
