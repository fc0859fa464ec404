/* SPDX-License-Identifier: MIT */
/* The mock of ALM Octane: the language of queries, and what a list or a thing is asked for with. */
#include "octane_rig.h"

/* Stories "a" to "f": points 1 to 6, the first three blocked; "d" with another parent; keys K-1 ... of all but "f". */
static void setup(void)
{
    rig_begin(&(const struct ferry_kv){FERRY_LIT("task_workers"), FERRY_LIT("5")}, 1);
    rig_sign_in();
    rig_fill();
    rig_post("features", "\"name\":\"F\"," ROOT "," NEW("feature")); /* 2009 */
    for (int i = 0; i < 6; i++) {
        char body[600];
        snprintf(body, sizeof body,
                 "\"name\":\"%c\",\"story_points\":%d,\"blocked\":%s,%s%.*d%s\"parent\":{\"type\":"
                 "\"%s\",\"id\":\"%d\"}," NEW("story"),
                 'a' + i, i + 1, i < 3 ? "true" : "false", i < 5 ? "\"jira_key_udf\":\"K-" : "",
                 i < 5, i < 5 ? i + 1 : 0, i < 5 ? "\"," : "",
                 i == 3 ? "feature" : "work_item_root", i == 3 ? 2009 : 1001);
        rig_post("stories", body);
    }
}

/* The names of the stories that the statement finds, one letter each; "A" is the one of the rig. */
static void finds(const char *statement, const char *want)
{
    char names[40] = "";
    size_t n = 0;
    expect(200, "GET", rig_query("stories", statement, "fields=name&order_by=id"), NULL);
    struct json_doc doc = {NULL};
    ck_assert_int_eq(json_parse(&doc, lab.body, JSON_STRICT, NULL, NULL), FERRY_OK);
    json_each (one, json_get(doc.root, "data")) {
        names[n++] = json_str(json_get(one, "name")).ptr[0];
    }
    names[n] = '\0';
    json_finish(&doc);
    ck_assert_msg(strcmp(names, want) == 0, "%s: found \"%s\", wanted \"%s\"", statement, names,
                  want);
    ck_assert_int_eq(lab_number(&lab, "total_count"), (int64_t)n);
}

START_TEST(a_query_finds_what_it_says)
{
    static const struct {
        const char *statement, *names;
    } rows[] = {
        {"name EQ 'a'", "a"},
        {"name EQ ^a^", "a"},
        {"name='a'", "a"},
        {"story_points EQ 3", "c"},
        {"story_points LT 3", "ab"},
        {"story_points<3", "ab"},
        {"story_points LE 3", "abc"},
        {"story_points<=3", "abc"},
        {"story_points GT 4", "ef"},
        {"story_points>4", "ef"},
        {"story_points GE 4", "def"},
        {"story_points >= 4", "def"},
        {"story_points BTW 2...4", "bcd"},
        {"name BTW ^b^...^d^", "bcd"},
        {"name IN 'a','c','zz'", "ac"},
        {"name IN ^a^,^c^", "ac"},
        {"story_points IN 1, 6", "af"},
        {"jira_key_udf IN 'K-1','K-5'", "ae"},
        {"jira_key_udf EQ 'K-*'", "abcde"},
        {"jira_key_udf EQ 'K-\\*'", ""},
        {"name EQ ^*s a u*^", "A"},
        {"name EQ '?'", ""},
        {"name EQ '[a]'", ""},
        {"jira_key_udf EQ null", "f"},
        {"!jira_key_udf EQ null", "Aabcde"},
        {"!name EQ 'a'", "Abcdef"},
        {"!story_points GT 2", "Aab"}, /* what has no points has not more than 2 */
        {"blocked EQ true", "abc"},
        {"blocked EQ false;!name EQ 'e'", "df"},
        {"name EQ 'a'||name EQ 'b';story_points EQ 2", "ab"}, /* ; before || */
        {"(name EQ 'a'||name EQ 'b');story_points EQ 2", "b"},
        {"!(name EQ 'a'||name EQ 'A*')", "bcdef"},
        {"!name EQ 'a';story_points LT 3", "b"}, /* ! before ; */
        {"!!name EQ 'a'", "a"},
        {"parent EQ {id EQ 2009}", "d"},
        {"parent EQ {id IN 2009,7}", "d"},
        {"parent EQ {name EQ 'Backlog'};story_points GE 5", "ef"},
        {"!parent EQ {id EQ 1001}", "d"},
        {"parent EQ {null}", ""},
        {"release EQ {null};name EQ 'a'", "a"},
        {"product_areas EQ {null};name EQ 'a'", "a"},
        {"phase EQ {id EQ 'phase.story.new'};name EQ 'a'", "a"},
        {"phase EQ {logical_name EQ 'phase.story.*'};name EQ 'a'", "a"},
        {"id EQ 2010", "a"},
        {"id EQ '2010'", "a"},
        {"id IN 2010,2011", "ab"},
        {"id GE 2014", "ef"},
        {" name  EQ  'a' ; story_points EQ 1 ", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        finds(rows[i].statement, rows[i].names);
    }
}
END_TEST

START_TEST(a_query_that_is_none_is_refused)
{
    static const struct {
        const char *statement, *words;
    } rows[] = {
        {"", "name of a field"},
        {"name", "comparison"},
        {"name LIKE 'a'", "comparison"},
        {"name EQ", "value is missing"},
        {"name EQ a", "stands in"},
        {"name EQ 5", "stands in"},
        {"name EQ 'a", "no end"},
        {"name EQ ^a", "no end"},
        {"name EQ 'a'b'", "cannot stand"},
        {"name EQ 'a(b'", "backslash"},
        {"name EQ 'a\"b'", "backslash"},
        {"name EQ 'a'; ", "name of a field"},
        {"name EQ 'a';;name EQ 'b'", "name of a field"},
        {"name EQ 'a'|name EQ 'b'", "cannot stand"},
        {"(name EQ 'a'", "')' is missing"},
        {"name EQ 'a')", "cannot stand"},
        {"name IN 'a',", "value is missing"},
        {"name IN ['a']", "value is missing"},
        {"id IN [1,2]", "value is missing"},
        {"name BTW 'a'", "..."},
        {"name LT null", "EQ alone"},
        {"name LT 'a*'", "EQ alone"},
        {"nothing EQ 'a'", "none of story"},
        {"parent EQ 'a'", "{...}"},
        {"parent EQ null", "{...}"},
        {"parent LT {id EQ 1}", "EQ alone"},
        {"parent EQ {id EQ 1", "'}' is missing"},
        {"parent EQ {nothing EQ 1}", "none of work_item_root"},
        {"name EQ {id EQ 1}", "refers to nothing"},
        {"story_points EQ 'a'", "without quotes"},
        {"story_points EQ x", "without quotes"},
        {"blocked EQ 1", "true or false"},
        {"id EQ null", "ids"},
        {"id GT 'x'", "no order"},
        {"sprint EQ {name EQ 'x'}", "no such things"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect(400, "GET", rig_query("stories", rows[i].statement, NULL), NULL);
        expect_words(rows[i].words);
    }
    expect(400, "GET", W "/stories?query=name%20EQ%20'a'", NULL);
    expect_words("double quotes");
    char deep[400] = "";
    memset(deep, '(', 100);
    snprintf(deep + 100, sizeof deep - 100, "id EQ 1");
    expect(400, "GET", rig_query("stories", deep, NULL), NULL);
    expect_words("too deeply");
}
END_TEST

START_TEST(every_character_can_be_looked_for)
{
    rig_post("stories",
             "\"name\":\"a'b \\\"q\\\" (x) & ^y^ \\\\ * ; || {z}\"," ROOT "," NEW("story"));
    static const char *const statements[] = {
        "name EQ 'a\\'b \\\"q\\\" \\(x\\) & ^y^ \\\\ \\* ; || {z}'",
        "name EQ ^a'b \\\"q\\\" (x) & \\^y\\^ \\\\ \\* ; || {z}^",
    };
    for (size_t i = 0; i < 2; i++) {
        expect(200, "GET", rig_query("stories", statements[i], NULL), NULL);
        ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    }
}
END_TEST

START_TEST(a_list_has_pages_an_order_and_fields)
{
    static const struct rig_row wrong[] = {
        {"GET", W "/stories?limit=0", NULL, 400, "limit"},
        {"GET", W "/stories?limit=1001", NULL, 400, "1 to 1000"},
        {"GET", W "/stories?limit=x", NULL, 400, "limit"},
        {"GET", W "/stories?offset=-1", NULL, 400, "offset"},
        {"GET", W "/stories?order_by=nothing", NULL, 400, "nothing"},
        {"GET", W "/stories?order_by=parent", NULL, 400, "parent"},
        {"GET", W "/stories?fields=nothing", NULL, 400, "platform.unknown_field"},
        {"GET", W "/stories?fields=name,", NULL, 400, "platform.unknown_field"},
        {"GET", W "/stories?fields=name{id}", NULL, 400, "platform.unknown_field"},
        {"GET", W "/stories?fields=parent{name", NULL, 400, "platform.unknown_field"},
        {"GET", W "/stories?fields=parent{nothing}", NULL, 400, "nothing"},
        {"GET", W "/stories?text_search=a", NULL, 400, "text_search"},
        {"GET", W "/stories?limit=1&limit=2", NULL, 400, "twice"},
        {"GET", W "/stories/2010?limit=1", NULL, 400, "limit"},
        {"GET", W "/stories/2001", NULL, 404, "2001"},
        {"GET", W "/stories/x", NULL, 404, "platform.entity_not_found"},
        {"GET", W "/metadata/fields?fields=name", NULL, 400, "fields"},
    };
    REFUSES(wrong);
    expect(200, "GET", W "/stories?order_by=-id&limit=2&offset=1&fields=name", NULL);
    ck_assert(str_is(lab.body, "{\"total_count\":7,\"data\":["
                               "{\"type\":\"story\",\"id\":\"2014\",\"name\":\"e\"},"
                               "{\"type\":\"story\",\"id\":\"2013\",\"name\":\"d\"}],"
                               "\"exceeds_total_count\":false}"));
    expect(200, "GET", W "/stories?order_by=blocked,-story_points&limit=1&offset=1", NULL);
    ck_assert(lab_has(&lab, "\"id\":\"2015\""));
    ck_assert(!lab_has(&lab, "name")); /* not asked for */
    expect(200, "GET", W "/stories?offset=100", NULL);
    ck_assert(lab_has(&lab, "\"data\":[]"));
    expect(200, "GET", W "/stories/2013?fields=parent{name,phase},release,product_areas", NULL);
    ck_assert(str_is(lab.body,
                     "{\"type\":\"story\",\"id\":\"2013\",\"parent\":{\"type\":\"feature\","
                     "\"id\":\"2009\",\"name\":\"F\",\"phase\":{\"type\":\"phase\","
                     "\"id\":\"phase.feature.new\"}},\"release\":null,"
                     "\"product_areas\":{\"total_count\":0,\"data\":[]}}"));
    expect(200, "GET", rig_query("work_items", "subtype EQ 'defect'", "fields=subtype,name"), NULL);
    expect_words(
        "{\"type\":\"work_item\",\"id\":\"2005\",\"subtype\":\"defect\",\"name\":\"Broken\"}");
    expect(200, "GET", rig_query("work_items", "subtype IN 'defect','feature'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 2);
}
END_TEST

START_TEST(metadata_says_which_fields_there_are)
{
    expect(200, "GET",
           rig_query("metadata/fields", "entity_name EQ ^story^;name EQ ^jira_key_udf^", NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect_words("\"field_type\":\"string\"");
    expect_words("\"is_user_defined\":true");
    ck_assert_int_eq(lab_number(&lab, "data.0.max_length"), 255);
    expect(200, "GET",
           rig_query("metadata/fields", "entity_name EQ 'run_automated';name EQ 'covered_content'",
                     NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 0);
    expect(200, "GET",
           rig_query("metadata/fields", "entity_name EQ 'product_area';required EQ true", NULL),
           NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 3);
    expect(200, "GET", rig_query("metadata/entities", "name EQ 'run_suite'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect(400, "GET", rig_query("metadata/fields", "nothing EQ 'x'", NULL), NULL);
    expect(405, "POST", W "/metadata/fields", "{}");
}
END_TEST

START_TEST(a_page_and_a_count_may_be_smaller)
{
    RIG_WITH(OPT("max_page", "2"), OPT("count_cap", "1"));
    expect(400, "GET", W "/test_suites?limit=3", NULL);
    expect(200, "GET", W "/test_suites", NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 1);
    expect_words("\"exceeds_total_count\":true");
    rig_teardown();
}
END_TEST

START_TEST(the_key_in_jira_may_have_another_name)
{
    static const struct ferry_kv options[] = {OPT("jira_udf", "ticket_udf")};
    rig_begin(options, 1);
    rig_sign_in();
    rig_post("stories", "\"name\":\"S\",\"ticket_udf\":\"T-1\"," ROOT "," NEW("story"));
    expect(200, "GET", rig_query("stories", "ticket_udf IN 'T-1','T-2'", "fields=ticket_udf"),
           NULL);
    expect_words("\"ticket_udf\":\"T-1\"");
    expect(400, "GET", rig_query("stories", "jira_key_udf EQ 'T-1'", NULL), NULL);
    expect_words("platform.unknown_field");
    expect(200, "GET", rig_query("metadata/fields", "name EQ 'ticket_udf'", NULL), NULL);
    ck_assert_int_eq(lab_number(&lab, "total_count"), 4); /* three kinds, and work items */
    rig_teardown();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane_mock_query");
    TCase *t = rig_case(s, "filled");
    tcase_add_checked_fixture(t, setup, rig_teardown);
    tcase_add_test(t, a_query_finds_what_it_says);
    tcase_add_test(t, a_query_that_is_none_is_refused);
    tcase_add_test(t, every_character_can_be_looked_for);
    tcase_add_test(t, a_list_has_pages_an_order_and_fields);
    tcase_add_test(t, metadata_says_which_fields_there_are);
    t = rig_case(s, "options");
    tcase_add_test(t, a_page_and_a_count_may_be_smaller);
    tcase_add_test(t, the_key_in_jira_may_have_another_name);
    return rig_run_suite(s);
}
