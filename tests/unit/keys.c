/* SPDX-License-Identifier: MIT */
/* keys.c - where a result's Automation Key comes from, in which order, and what is wrong with a configuration. */
#include "scratch.h"

#include <fcntl.h>
#include <keys.h>
#include <string.h>
#include <text.h>

static struct keys *keys;
static struct keys_config config;
static struct keys_found found;
static struct arena arena;
static struct ferry_error err;
static struct ferry_kv properties[16];
static struct ferry_result result;
static struct ferry_item item;

static void begin(void)
{
    scratch_enter();
    arena_init(&arena, 1 << 20);
    memset(&config, 0, sizeof config);
    result = (struct ferry_result){.size = sizeof result,
                                   .suite = FERRY_LIT("root\tpkg"),
                                   .class_name = FERRY_LIT("pkg.Class"),
                                   .name = FERRY_LIT("works [KEY_001]"),
                                   .properties = properties};
    item = (struct ferry_item){.size = sizeof item, .noun = FERRY_RESULT, .result = &result};
    err = (struct ferry_error){.size = sizeof err};
}

static void end(void)
{
    keys_close(keys);
    keys = NULL;
    arena_finish(&arena);
    scratch_leave();
}

static void property(const char *key, const char *value)
{
    properties[result.n_properties].key = ferry_cstr(key);
    properties[result.n_properties++].value = ferry_cstr(value);
}

static void map(const char *text)
{
    int fd = open("map.csv", O_CREAT | O_WRONLY | O_TRUNC, 0666);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    config.map_file = FERRY_LIT("map.csv");
}

static void opened(void)
{
    keys_close(keys);
    ck_assert_int_eq(keys_open(&keys, &config, &err), FERRY_OK);
}

static void finds(const char *key, enum keys_from from)
{
    ck_assert_int_eq(keys_find(keys, &item, &arena, &found), FERRY_OK);
    ck_assert_str_eq(keys_from_text(found.from), keys_from_text(from));
    if (key) {
        ck_assert_msg(str_is(found.key, key), "%.*s is not %s", STR_ARG(found.key), key);
    } else {
        ck_assert_ptr_null(found.key.ptr);
    }
}

static void refused(const char *says)
{
    struct keys *none = keys;
    ck_assert_int_eq(keys_open(&none, &config, &err), FERRY_E_CONFIG);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(err.message, says) != NULL, "\"%s\" does not say \"%s\"", err.message,
                  says);
}

START_TEST(a_property_of_a_default_name_is_the_key_whatever_its_case)
{
    opened();
    finds(NULL, KEY_NONE);
    property("owner", "me");
    property("AUTOMATION key", "  KEY-7\n");
    finds("KEY-7", KEY_PROPERTY);
    result.n_properties = 0;
    property("automation_key", "a");
    finds("a", KEY_PROPERTY);
    result.n_properties = 0;
    property("automationkey", "b");
    finds("b", KEY_PROPERTY);
}
END_TEST

START_TEST(configured_names_replace_the_default_ones_and_are_tried_in_order)
{
    struct ferry_str names[] = {FERRY_LIT("test_key"), FERRY_LIT(" jira ")};
    config.properties = names;
    config.n_properties = 2;
    opened();
    property("Automation Key", "default");
    finds(NULL, KEY_NONE);
    property("JIRA", "second");
    finds("second", KEY_PROPERTY);
    property("test_key", "first");
    finds("first", KEY_PROPERTY);
    ck_assert(str_is(found.also, "second"));
}
END_TEST

START_TEST(an_empty_value_is_no_key_and_a_second_key_is_told)
{
    opened();
    property("Automation Key", " \t ");
    finds(NULL, KEY_NONE);
    property("Automation Key", "A");
    property("Automation Key", "A ");
    finds("A", KEY_PROPERTY);
    ck_assert_ptr_null(found.also.ptr);
    property("Automation Key", "B");
    property("Automation Key", "C");
    finds("A", KEY_PROPERTY);
    ck_assert(str_is(found.also, "B"));
}
END_TEST

START_TEST(the_order_is_report_property_tag_pattern_map_class_name)
{
    struct ferry_str tags[] = {FERRY_LIT("slow"), FERRY_LIT("Key: TAG-1 ")};
    map("**,MAPPED\n");
    config.use_class_name = 1;
    opened();
    finds("MAPPED", KEY_MAP);
    map("other/**,MAPPED\n");
    opened();
    finds("pkg.Class.works [KEY_001]", KEY_CLASS_NAME);
    config.pattern = FERRY_LIT("\\[([A-Z]+_[0-9]+)\\]");
    opened();
    finds("KEY_001", KEY_PATTERN);
    result.tags = tags;
    result.n_tags = 2;
    finds("TAG-1", KEY_TAG);
    property("AutomationKey", "PROP");
    finds("PROP", KEY_PROPERTY);
    item.key = FERRY_LIT(" ITEM ");
    finds("ITEM", KEY_ITEM);
    ck_assert(str_is(found.also, "PROP"));
}
END_TEST

START_TEST(class_name_alone_or_name_alone_is_not_joined)
{
    config.use_class_name = 1;
    opened();
    result.class_name = FERRY_LIT("");
    finds("works [KEY_001]", KEY_CLASS_NAME);
    result.class_name = FERRY_LIT("C");
    result.name = FERRY_LIT(" ");
    finds("C", KEY_CLASS_NAME);
    result.class_name = (struct ferry_str){NULL, 0};
    result.name = (struct ferry_str){NULL, 0};
    finds(NULL, KEY_NONE);
}
END_TEST

START_TEST(a_pattern_takes_its_group_and_tells_of_a_second_key)
{
    config.pattern = FERRY_LIT("\\[([A-Z]+_[0-9]+)\\]");
    opened();
    result.name = FERRY_LIT("[A_1] and [A_1] and [B_2]");
    finds("A_1", KEY_PATTERN);
    ck_assert(str_is(found.also, "B_2"));
    result.name = FERRY_LIT("[a_1]");
    finds(NULL, KEY_NONE);
    result.name = (struct ferry_str){NULL, 0};
    finds(NULL, KEY_NONE);
    config.pattern = FERRY_LIT("(x*)");
    opened();
    result.name = FERRY_LIT("a\xc3\xa4xb");
    finds("x", KEY_PATTERN);
    config.pattern = FERRY_LIT("^(..)|z");
    opened();
    result.name = FERRY_LIT("abcdz");
    finds("ab", KEY_PATTERN);
    ck_assert_ptr_null(found.also.ptr);
}
END_TEST

START_TEST(a_name_is_searched_to_its_limit_and_not_beyond)
{
    char *name = malloc(10000);
    memset(name, 'x', 10000);
    memcpy(name + 4000, "[K_1]", 5);
    memcpy(name + 4092, "[K_2]", 5);
    config.pattern = FERRY_LIT("\\[([A-Z]+_[0-9]+)\\]");
    opened();
    result.name = (struct ferry_str){name, 10000};
    finds("K_1", KEY_PATTERN);
    ck_assert_ptr_null(found.also.ptr);
    free(name);
}
END_TEST

START_TEST(wrong_patterns_are_refused_with_the_reason)
{
    config.pattern = FERRY_LIT("[A-Z");
    refused("automation_key.pattern: \"[A-Z\": ");
    config.pattern = FERRY_LIT("KEY_[0-9]+");
    refused("has 0 groups");
    config.pattern = FERRY_LIT("(a)(b)");
    refused("has 2 groups");
    config.pattern = FERRY_LIT("(a)\0(b)");
    refused("automation_key.pattern");
}
END_TEST

START_TEST(an_empty_property_name_is_refused)
{
    struct ferry_str names[] = {FERRY_LIT("a"), FERRY_LIT("  ")};
    config.properties = names;
    config.n_properties = 2;
    refused("name 2 is empty");
}
END_TEST

START_TEST(map_rules_match_the_path_of_the_test)
{
    map("\xEF\xBB\xBF"
        "Glob,Key\r\n"
        "# a comment, with a comma\n"
        "\n"
        "root/pkg/pkg.Class/other, NO \n"
        "*/works*,NO\n"
        "root/*/pkg.Class/works*, \"K,1\" \r\n"
        "**,LAST");
    opened();
    finds("K,1", KEY_MAP);
    result.name = FERRY_LIT("other");
    finds("NO", KEY_MAP);
    result.name = FERRY_LIT("third");
    finds("LAST", KEY_MAP);
    /* the class is left out where it repeats the last suite part */
    map("root/pkg/works*,SHORT\n");
    opened();
    result.name = FERRY_LIT("works");
    finds(NULL, KEY_NONE);
    result.class_name = FERRY_LIT("pkg");
    finds("SHORT", KEY_MAP);
}
END_TEST

START_TEST(the_first_matching_line_decides_plain_or_glob)
{
    map("root/pkg/pkg.Class/t,PLAIN\n**/t,GLOB\n");
    opened();
    result.name = FERRY_LIT("t");
    finds("PLAIN", KEY_MAP);
    map("**/t,GLOB\nroot/pkg/pkg.Class/t,PLAIN\n");
    opened();
    finds("GLOB", KEY_MAP);
    map("**/u,GLOB\nroot/pkg/pkg.Class/t,PLAIN\n**/t,LATE\n");
    opened();
    finds("PLAIN", KEY_MAP);
}
END_TEST

START_TEST(lines_of_a_map_end_in_any_way)
{
    map("# old spreadsheets\r**/a,A\r\n**/b,B\n\r**/c,C\r");
    opened();
    result.name = FERRY_LIT("c");
    finds("C", KEY_MAP);
    result.name = FERRY_LIT("a");
    finds("A", KEY_MAP);
    map("**/a,A\r**/b\r");
    refused("map.csv line 2: a rule is GLOB,KEY; the comma is missing");
}
END_TEST

START_TEST(a_map_without_a_rule_is_no_failure)
{
    map("");
    opened();
    finds(NULL, KEY_NONE);
    map("glob,key\n# nothing yet\n");
    opened();
    finds(NULL, KEY_NONE);
}
END_TEST

START_TEST(a_key_of_a_map_is_no_novel)
{
    struct buf text;
    buf_init(&text, 1 << 16);
    buf_printf(&text, "**/a,%01024d\n", 7);
    map(buf_cstr(&text));
    opened();
    buf_reset(&text);
    buf_printf(&text, "**/a,%01025d\n", 7);
    map(buf_cstr(&text));
    refused("map.csv line 1: the key is longer than 1024 bytes");
    buf_finish(&text);
}
END_TEST

START_TEST(quotes_in_a_map_keep_commas_and_quotes)
{
    map("\"root/pkg/pkg.Class/a,\"\"b\"\"\",K\n");
    opened();
    result.name = FERRY_LIT("a,\"b\"");
    finds("K", KEY_MAP);
}
END_TEST

START_TEST(wrong_maps_are_refused_with_the_line)
{
    config.map_file = FERRY_LIT("nowhere.csv");
    refused("nowhere.csv");
    map("a,b\nonly\n");
    refused("map.csv line 2: a rule is GLOB,KEY; the comma is missing");
    map("a;b\n");
    refused("map.csv line 1: a rule is GLOB,KEY; a semicolon stands where the comma should");
    map("# x\na\tb\n");
    refused("map.csv line 2: a rule is GLOB,KEY; a tab stands where the comma should");
    map("{\"a\": 1}\n");
    refused("map.csv line 1: a rule is GLOB,KEY; the comma is missing");
    map("a\\,K\n");
    refused("map.csv line 1: a \\ at the end quotes nothing");
    map("a,K\x1b[2J\n");
    refused("map.csv line 1: the key holds a control character");
    map("a*,K\n**,L\na*,M\n");
    refused("map.csv line 3: the same test has key \"M\" here and \"K\" in line 1");
    map("a,b,c\n");
    refused("map.csv line 1: more than two fields");
    map("a,b\n\n ,K\n");
    refused("map.csv line 3: the glob is empty");
    map("a, \n");
    refused("map.csv line 1: the key is empty");
    map("a,\n");
    refused("the key is empty");
    map("\"a,b\n");
    refused("map.csv line 1: a quoted field has no end");
    map("\"a\"b,c\n");
    refused("text stands behind a quoted field");
    map("\"a\"\n");
    refused("the comma is missing");
    map("a[1,K\n");
    refused("a [ is never closed");
    map("a\xff,K\n");
    refused("is not UTF-8");
    map("a,K\nb,L\na,M\n");
    refused("map.csv line 3: the same test has key \"M\" here and \"K\" in line 1");
    map("a,K\na,K\n");
    opened();
    mkdir("folder", 0777);
    config.map_file = FERRY_LIT("folder");
    refused("folder");
}
END_TEST

START_TEST(hostile_text_in_a_map_is_inert_in_its_error)
{
    map("a,\xc2\x9b[2J\na,x\n");
    refused("\\u009b[2J");
}
END_TEST

START_TEST(case_ids_are_gathered_split_and_each_once)
{
    struct ferry_str own[] = {FERRY_LIT("12"), FERRY_LIT(" 9 ")};
    opened();
    finds(NULL, KEY_NONE);
    ck_assert_uint_eq(found.n_case_ids, 0);
    result.case_ids = own;
    result.n_case_ids = 2;
    property("QaseID", "7, 8,,12");
    property("qase.id", "DEMO-3");
    property("CASE_ID", "7");
    property("case_identity", "99");
    property("case_id", " , ");
    finds(NULL, KEY_NONE);
    ck_assert_uint_eq(found.n_case_ids, 5);
    ck_assert(str_is(found.case_ids[0], "12"));
    ck_assert(str_is(found.case_ids[1], "9"));
    ck_assert(str_is(found.case_ids[2], "7"));
    ck_assert(str_is(found.case_ids[3], "8"));
    ck_assert(str_is(found.case_ids[4], "DEMO-3"));
}
END_TEST

START_TEST(an_item_without_a_result_has_no_key)
{
    opened();
    item.result = NULL;
    item.key = FERRY_LIT("x");
    finds(NULL, KEY_NONE);
}
END_TEST

START_TEST(a_map_of_a_line_a_test_is_quick)
{
    FILE *f = fopen("map.csv", "w");
    for (int i = 0; i < 100000; i++) {
        fprintf(f, "root/pkg/pkg.Class/test %d,KEY-%d\n", i, i);
    }
    fclose(f);
    config.map_file = FERRY_LIT("map.csv");
    opened();
    for (int i = 0; i < 100000; i++) {
        char name[32], key[32];
        snprintf(name, sizeof name, "test %d", i);
        snprintf(key, sizeof key, "KEY-%d", i);
        result.name = ferry_cstr(name);
        arena_reset(&arena);
        ck_assert_int_eq(keys_find(keys, &item, &arena, &found), FERRY_OK);
        ck_assert(str_is(found.key, key));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keys");
    TCase *t = tcase_create("keys");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_property_of_a_default_name_is_the_key_whatever_its_case);
    tcase_add_test(t, configured_names_replace_the_default_ones_and_are_tried_in_order);
    tcase_add_test(t, an_empty_value_is_no_key_and_a_second_key_is_told);
    tcase_add_test(t, the_order_is_report_property_tag_pattern_map_class_name);
    tcase_add_test(t, class_name_alone_or_name_alone_is_not_joined);
    tcase_add_test(t, a_pattern_takes_its_group_and_tells_of_a_second_key);
    tcase_add_test(t, a_name_is_searched_to_its_limit_and_not_beyond);
    tcase_add_test(t, wrong_patterns_are_refused_with_the_reason);
    tcase_add_test(t, an_empty_property_name_is_refused);
    tcase_add_test(t, map_rules_match_the_path_of_the_test);
    tcase_add_test(t, the_first_matching_line_decides_plain_or_glob);
    tcase_add_test(t, lines_of_a_map_end_in_any_way);
    tcase_add_test(t, a_map_without_a_rule_is_no_failure);
    tcase_add_test(t, a_key_of_a_map_is_no_novel);
    tcase_add_test(t, quotes_in_a_map_keep_commas_and_quotes);
    tcase_add_test(t, wrong_maps_are_refused_with_the_line);
    tcase_add_test(t, hostile_text_in_a_map_is_inert_in_its_error);
    tcase_add_test(t, case_ids_are_gathered_split_and_each_once);
    tcase_add_test(t, an_item_without_a_result_has_no_key);
    tcase_add_test(t, a_map_of_a_line_a_test_is_quick);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
