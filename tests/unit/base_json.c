/* SPDX-License-Identifier: MIT */
/* base_json.c - parsing: what is refused and where, numbers, reading values, comments, places. */
#include "json.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>

/* Parses a copy that ends where the text ends, so that the sanitizer sees a read past it. */
static int32_t parse(struct json_doc *doc, struct ferry_str text, unsigned flags,
                     struct ferry_error *err)
{
    char *copy = malloc(text.len ? (size_t)text.len : 1);
    int32_t rc;
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text.ptr ? text.ptr : "", (size_t)text.len);
    rc = json_parse(doc, (struct ferry_str){copy, text.len}, flags, "body", err);
    free(copy);
    return rc;
}

static struct json_doc parsed(const char *text, unsigned flags)
{
    struct json_doc doc;
    struct ferry_error err = {0};
    int32_t rc = parse(&doc, ferry_cstr(text), flags, &err);
    ck_assert_msg(rc == FERRY_OK, "%s: %s", text, err.message);
    return doc;
}

static const struct {
    const char *text;
    unsigned line, column;
    const char *says; /* a part of the message */
} refused[] = {
    {"", 1, 1, "a value expected, but the text ends"},
    {"  \n ", 2, 2, "a value expected, but the text ends"},
    {"<html>", 1, 1, "HTML"},
    {"{", 1, 2, "or } expected, but the text ends"},
    {"[", 1, 2, "or ] expected, but the text ends"},
    {"[1", 1, 3, "a comma or ]"},
    {"[1,", 1, 4, "a value expected, but"},
    {"[1,]", 1, 4, "a value expected, found ]"},
    {"[,1]", 1, 2, "found ,"},
    {"[1 2]", 1, 4, "a comma or ]"},
    {"[1}", 1, 3, "a comma or ]"},
    {"{\"a\":1]", 1, 7, "a comma or }"},
    {"{\"a\":1,}", 1, 8, "a name in quotes expected, found }"},
    {"{\"a\" 1}", 1, 6, "a colon"},
    {"{\"a\":}", 1, 6, "a value expected"},
    {"{a:1}", 1, 2, "a name in quotes"},
    {"{'a':1}", 1, 2, "double quotes"},
    {"{1:1}", 1, 2, "a name in quotes"},
    {"{\"a\"", 1, 5, "a colon"},
    {"{\"a\":", 1, 6, "the text ends"},
    {"[\n1,\n  tru]", 3, 3, "found tru"},
    {"nul", 1, 1, "found nul"},
    {"nullx", 1, 5, "the end of the document"},
    {"TRUE", 1, 1, "a value"},
    {"NaN", 1, 1, "a value"},
    {"+1", 1, 1, "a value"},
    {"-", 1, 1, "digits"},
    {"01", 1, 1, "begin with 0"},
    {"-01", 1, 1, "begin with 0"},
    {"1.", 1, 3, "decimal point"},
    {".5", 1, 1, "a value"},
    {"1e", 1, 3, "exponent"},
    {"1e+", 1, 4, "exponent"},
    {"0x10", 1, 2, "the end of the document"},
    {"1e400", 1, 1, "out of range"},
    {"-1e400", 1, 1, "out of range"},
    {"{} {}", 1, 4, "the end of the document"},
    {"1 2", 1, 3, "the end of the document"},
    {"[]]", 1, 3, "the end of the document"},
    {"\"abc", 1, 1, "no closing quote"},
    {"\"abc\\", 1, 5, "escape"},
    {"\"abc\\\"", 1, 1, "no closing quote"},
    {"\"a\nb\"", 1, 1, "closing quote on its line"},
    {"\"a\tb\"", 1, 3, "0x09"},
    {"\"\\x41\"", 1, 2, "escape"},
    {"\"\\u12\"", 1, 2, "hex"},
    {"\"\\u12g4\"", 1, 2, "hex"},
    {"\"ab\\u0000cd\"", 1, 4, "\\u0000"},
    {"{\"\\u0000\":1}", 1, 3, "\\u0000"},
    {"\"\xFF\"", 1, 2, "0xff is not UTF-8"},
    {"\"\xC3\xA9\xC3\"", 1, 3, "0xc3 is not UTF-8"},
    {"\"\xED\xA0\x80\"", 1, 2, "not UTF-8"},
    {"\xC3\xA9", 1, 1, "a value expected"},
    {"// x\n1", 1, 1, "comments are not allowed"},
    {"/* x */ 1", 1, 1, "comments are not allowed"},
};

START_TEST(wrong_text_is_refused_with_its_place)
{
    struct json_doc doc;
    struct ferry_error err = {0};
    char place[64];
    int32_t rc = parse(&doc, ferry_cstr(refused[_i].text), JSON_STRICT, &err);
    ck_assert_msg(rc == FERRY_E_INPUT, "\"%s\" gave %d", refused[_i].text, rc);
    ck_assert_ptr_null(doc.root);
    snprintf(place, sizeof place, "body: line %u, column %u: ", refused[_i].line,
             refused[_i].column);
    ck_assert_msg(strncmp(err.message, place, strlen(place)) == 0, "\"%s\": %s", refused[_i].text,
                  err.message);
    ck_assert_msg(strstr(err.message, refused[_i].says), "\"%s\": %s", refused[_i].text,
                  err.message);
    ck_assert_str_eq(err.where, "body");
    json_finish(&doc);
}
END_TEST

START_TEST(a_nul_byte_in_the_text_is_refused)
{
    struct json_doc doc;
    ck_assert_int_eq(parse(&doc, FERRY_LIT("[1]\0"), 0, NULL), FERRY_E_INPUT);
    ck_assert_int_eq(parse(&doc, FERRY_LIT("\"a\0b\""), 0, NULL), FERRY_E_INPUT);
    ck_assert_int_eq(parse(&doc, FERRY_LIT("\0"), JSON_COMMENTS, NULL), FERRY_E_INPUT);
}
END_TEST

START_TEST(a_message_shows_no_control_characters_of_the_body)
{
    struct json_doc doc;
    struct ferry_error err = {0};
    ck_assert_int_eq(parse(&doc, FERRY_LIT("[\x1B[31m"), 0, &err), FERRY_E_INPUT);
    ck_assert_ptr_null(strchr(err.message, 0x1B));
    ck_assert_int_eq(json_parse(&doc, FERRY_LIT("["), 0, "a\nb", &err), FERRY_E_INPUT);
    ck_assert_ptr_null(strchr(err.message, '\n'));
}
END_TEST

START_TEST(depth_is_taken_to_256_and_no_further)
{
    for (unsigned depth = 255; depth <= 258; depth++) {
        struct json_doc doc;
        struct ferry_error err = {0};
        char text[2 * 258];
        int32_t rc;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        rc = parse(&doc, (struct ferry_str){text, 2 * depth}, 0, &err);
        ck_assert_int_eq(rc, depth <= 256 ? FERRY_OK : FERRY_E_INPUT);
        json_finish(&doc);
    }
}
END_TEST

START_TEST(a_million_brackets_are_refused_without_a_stack)
{
    struct json_doc doc;
    size_t n = 1000000;
    char *text = malloc(n);
    memset(text, '[', n);
    ck_assert_int_eq(json_parse(&doc, (struct ferry_str){text, n}, 0, NULL, NULL), FERRY_E_INPUT);
    free(text);
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped_and_not_counted)
{
    struct json_doc doc = parsed("\xEF\xBB\xBF{\"a\":1}", 0);
    struct ferry_error err = {0};
    ck_assert(json_has(doc.root, "a"));
    json_finish(&doc);
    ck_assert_int_eq(parse(&doc, FERRY_LIT("\xEF\xBB\xBF[x"), 0, &err), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "line 1, column 2"));
}
END_TEST

START_TEST(big_integers_stay_exact_and_are_no_text)
{
    struct json_doc doc = parsed("{\"a\":9007199254740993,\"t\":\"9007199254740993\","
                                 "\"b\":[-9223372036854775808,9223372036854775807,\"x\"],"
                                 "\"c\":123456789012345678901234567890,\"d\":999999999999999}",
                                 0);
    const struct cJSON *b = json_get(doc.root, "b");
    char scratch[24];
    int64_t n = 0;
    double real;
    ck_assert(json_int(json_get(doc.root, "a"), &n));
    ck_assert_int_eq(n, 9007199254740993);
    ck_assert(str_is(json_id(json_get(doc.root, "a"), scratch), "9007199254740993"));
    ck_assert_ptr_null(json_str(json_get(doc.root, "a")).ptr);
    ck_assert_str_eq(json_type(json_get(doc.root, "a")), "number");
    ck_assert(!json_int(json_get(doc.root, "t"), &n));
    ck_assert(str_is(json_str(json_get(doc.root, "t")), "9007199254740993"));
    ck_assert(json_int(json_first(b), &n));
    ck_assert_int_eq(n, INT64_MIN);
    ck_assert(json_int(json_next(json_first(b)), &n));
    ck_assert_int_eq(n, INT64_MAX);
    ck_assert(!json_int(json_get(doc.root, "c"), &n));
    ck_assert(json_real(json_get(doc.root, "c"), &real));
    ck_assert(real > 1.2e29 && real < 1.3e29);
    ck_assert(str_is(json_id(json_get(doc.root, "c"), scratch), "123456789012345678901234567890"));
    ck_assert(str_is(json_id(json_get(doc.root, "d"), scratch), "999999999999999"));
    json_finish(&doc);
}
END_TEST

START_TEST(whole_numbers_are_told_from_fractions)
{
    struct json_doc doc = parsed("[0,-0,42,-7,1e3,1.0,1.5,1e15,9007199254740992.0,1e300,\"5\","
                                 "true,null,{},[]]",
                                 0);
    static const int64_t expected[] = {0,  0,  42, -7, 1000, 1,  -1, 1000000000000000,
                                       -1, -1, -1, -1, -1,   -1, -1}; /* -1: none */
    unsigned i = 0;
    json_each (v, doc.root) {
        int64_t n = -1;
        ck_assert_msg(json_int(v, &n) == (expected[i] != -1), "number %u", i);
        ck_assert_int_eq(n, expected[i]);
        i++;
    }
    ck_assert_uint_eq(i, 15);
    json_finish(&doc);
}
END_TEST

START_TEST(numbers_longer_than_cjson_reads_are_read)
{
    struct json_doc doc =
        parsed("[0.10000000000000000555111512312578270211815834045410156250000000000000000000]", 0);
    struct ferry_error err = {0};
    char text[1200];
    double real;
    ck_assert(json_real(json_first(doc.root), &real));
    ck_assert(real == 0.1);
    json_finish(&doc);
    memset(text, '1', sizeof text);
    text[1] = '.';
    ck_assert_int_eq(parse(&doc, (struct ferry_str){text, sizeof text}, 0, &err), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "at most 1000"));
}
END_TEST

START_TEST(half_a_surrogate_pair_becomes_the_replacement)
{
    struct json_doc doc = parsed("[\"\\ud83d\\ude00\",\"\\ud83d\",\"\\ude00x\",\"\\ud83d\\n\","
                                 "\"\\ud83d\\ud83d\\ude00\",\"\\\\ud83d\",{\"\\udc00\":1}]",
                                 0);
    static const char *const expected[] = {"\xF0\x9F\x98\x80",
                                           "\xEF\xBF\xBD",
                                           "\xEF\xBF\xBDx",
                                           "\xEF\xBF\xBD\n",
                                           "\xEF\xBF\xBD\xF0\x9F\x98\x80",
                                           "\\ud83d"};
    unsigned i = 0;
    json_each (v, doc.root) {
        if (i < 6) {
            ck_assert_str_eq(json_str(v).ptr, expected[i]);
        } else {
            ck_assert_str_eq(json_name(json_first(v)).ptr, "\xEF\xBF\xBD");
        }
        i++;
    }
    json_finish(&doc);
}
END_TEST

START_TEST(names_are_case_sensitive_and_the_first_of_equals_counts)
{
    struct json_doc doc = parsed("{\"Id\":1,\"id\":2,\"id\":3,\"none\":null}", 0);
    int64_t n;
    ck_assert(json_int(json_get(doc.root, "id"), &n));
    ck_assert_int_eq(n, 2);
    ck_assert_ptr_null(json_get(doc.root, "ID"));
    ck_assert(json_get(doc.root, "none") && !json_has(doc.root, "none"));
    ck_assert_uint_eq(json_count(doc.root), 4);
    json_finish(&doc);
}
END_TEST

START_TEST(questions_accept_nothing_and_the_wrong_kind)
{
    struct json_doc doc = parsed("{\"list\":[1],\"text\":\"t\",\"yes\":true,\"no\":false}", 0);
    const struct cJSON *text = json_get(doc.root, "text");
    char scratch[24];
    int64_t n;
    double real;
    ck_assert_ptr_null(json_get(NULL, "a"));
    ck_assert_ptr_null(json_get(text, "a"));
    ck_assert_ptr_null(json_get(json_get(doc.root, "list"), "a"));
    ck_assert(!json_has(NULL, "a"));
    ck_assert_ptr_null(json_str(NULL).ptr);
    ck_assert_ptr_null(json_str(doc.root).ptr);
    ck_assert_ptr_null(json_name(NULL).ptr);
    ck_assert(!json_int(NULL, &n) && !json_real(NULL, &real) && !json_real(text, &real));
    ck_assert_ptr_null(json_id(NULL, scratch).ptr);
    ck_assert_ptr_null(json_id(doc.root, scratch).ptr);
    ck_assert_int_eq(json_bool(NULL, 7), 7);
    ck_assert_int_eq(json_bool(text, 7), 7);
    ck_assert_int_eq(json_bool(json_get(doc.root, "yes"), 0), 1);
    ck_assert_int_eq(json_bool(json_get(doc.root, "no"), 1), 0);
    ck_assert(!json_is_object(NULL) && !json_is_array(NULL) && !json_is_null(NULL));
    ck_assert_uint_eq(json_count(NULL), 0);
    ck_assert_uint_eq(json_count(text), 0);
    ck_assert_ptr_null(json_first(text));
    ck_assert_ptr_null(json_next(NULL));
    ck_assert_str_eq(json_type(NULL), "nothing");
    json_finish(&doc);
    json_finish(&doc);
}
END_TEST

START_TEST(configuration_may_have_comments_and_trailing_commas)
{
    struct json_doc doc = parsed("// begin\n{ /* a\nb */ \"url\": \"http://x/*y*/\", // end\n"
                                 "  \"list\": [1, [2,], {\"a\":\"\\\"//\",}, /* c */ ],\n} // last",
                                 JSON_COMMENTS);
    ck_assert(str_is(json_str(json_get(doc.root, "url")), "http://x/*y*/"));
    ck_assert_uint_eq(json_count(json_get(doc.root, "list")), 3);
    json_finish(&doc);
}
END_TEST

START_TEST(comments_do_not_make_wrong_text_right)
{
    static const struct {
        const char *text, *place;
    } cases[] = {{"[,]", "column 2"},
                 {"[1,,]", "column 4"},
                 {"{,}", "column 2"},
                 {"{\"a\":,}", "column 6"},
                 {",", "column 1"},
                 {"[1 /* x ]", "column 4"},
                 {"[1 / 2]", "column 4"},
                 {"[1,/* \xC3\xA9 */ x]", "column 12"},
                 {"/", "column 1"},
                 {"// only", "column 8"},
                 {"{\"a\":1,} // \n,", "line 2, column 1"},
                 {"[\"x", "column 2"},
                 {"[\"x\\", "column 4"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_doc doc;
        struct ferry_error err = {0};
        int32_t rc = parse(&doc, ferry_cstr(cases[i].text), JSON_COMMENTS, &err);
        ck_assert_msg(rc == FERRY_E_INPUT, "%s was taken", cases[i].text);
        ck_assert_msg(strstr(err.message, cases[i].place), "%s: %s", cases[i].text, err.message);
    }
}
END_TEST

START_TEST(members_are_located_in_the_text_as_written)
{
    static const char text[] = "{ // trackers\n"
                               "  \"trackers\": {\n"
                               "    \"a.b\": {\"token\": 1},\n"
                               "    \"ao\": {\"plugin\": \"q\", \"t\\u006fken\": 2}\n"
                               "  },\n"
                               "  \"mirror\": [\"x\",\n   {\"k\": [1, 2]}],\n"
                               "}";
    static const struct {
        const char *path;
        unsigned line, column;
    } cases[] = {{"trackers", 2, 3},
                 {"trackers.ao", 4, 5},
                 {"trackers.ao.token", 4, 27},
                 {"trackers.a.b.token", 3, 13},
                 {"mirror.0", 6, 14},
                 {"mirror.1", 7, 4},
                 {"mirror.1.k.1", 7, 14},
                 {"trackers.ao.none", 4, 5},
                 {"none", 1, 1},
                 {"", 1, 1},
                 {"mirror.7", 6, 3}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t line = 0, column = 0;
        json_locate(FERRY_LIT(text), cases[i].path, &line, &column);
        ck_assert_msg(line == cases[i].line && column == cases[i].column, "%s: %u:%u",
                      cases[i].path, line, column);
    }
}
END_TEST

START_TEST(locating_in_broken_text_gives_what_stands_before)
{
    uint32_t line, column;
    json_locate(FERRY_LIT("{\"a\": {\"b\": [}"), "a.b.0", &line, &column);
    ck_assert_uint_eq(line, 1);
    ck_assert_uint_eq(column, 8);
    json_locate((struct ferry_str){NULL, 0}, "a", &line, &column);
    ck_assert_uint_eq(line, 1);
}
END_TEST

/* Whatever the scanner passes cJSON must take: else a fault would be called "out of memory". */
START_TEST(mangled_documents_are_read_or_refused_but_nothing_else)
{
    static const char seed[] =
        "{\"id\":12345678901234567,\"n\":-1.5e-3,\"s\":\"a\\u00e9\\ud83d\\ude00\xC3\xA9\\\\\\\"\","
        "\"l\":[true,false,null,{\"x\":[]},\"\"],\"z\":0.30000000000000004}";
    static const char letters[] = "{}[]\",:\\u0dD8e.-+19tfn /*\n\xC3\xFF";
    uint64_t state = 88172645463325252u;
    unsigned good = 0, wrong = 0;
    for (unsigned round = 0; round < 20000; round++) {
        char text[sizeof seed];
        uint64_t len = sizeof seed - 1;
        struct json_doc doc;
        int32_t rc;
        memcpy(text, seed, sizeof seed);
        for (unsigned change = 0; change < 1 + round % 3; change++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text[state % len] = letters[(state >> 32) % (sizeof letters - 1)];
            if ((state >> 20) % 16 == 0) {
                len -= (state >> 40) % len;
            }
        }
        rc = parse(&doc, (struct ferry_str){text, len}, round & 1, NULL);
        ck_assert_msg(rc == FERRY_OK || rc == FERRY_E_INPUT, "%d for %.*s", rc, (int)len, text);
        ck_assert(!rc == (doc.root != NULL));
        good += !rc;
        wrong += rc != 0;
        json_finish(&doc);
    }
    ck_assert_uint_gt(good, 1000);
    ck_assert_uint_gt(wrong, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base json");
    TCase *faults = tcase_create("faults");
    TCase *values = tcase_create("values");
    TCase *config = tcase_create("config");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(faults, wrong_text_is_refused_with_its_place, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_test(faults, a_nul_byte_in_the_text_is_refused);
    tcase_add_test(faults, a_message_shows_no_control_characters_of_the_body);
    tcase_add_test(faults, depth_is_taken_to_256_and_no_further);
    tcase_add_test(faults, a_million_brackets_are_refused_without_a_stack);
    tcase_add_test(faults, mangled_documents_are_read_or_refused_but_nothing_else);
    tcase_set_timeout(faults, 60);
    tcase_add_test(values, a_byte_order_mark_is_skipped_and_not_counted);
    tcase_add_test(values, big_integers_stay_exact_and_are_no_text);
    tcase_add_test(values, whole_numbers_are_told_from_fractions);
    tcase_add_test(values, numbers_longer_than_cjson_reads_are_read);
    tcase_add_test(values, half_a_surrogate_pair_becomes_the_replacement);
    tcase_add_test(values, names_are_case_sensitive_and_the_first_of_equals_counts);
    tcase_add_test(values, questions_accept_nothing_and_the_wrong_kind);
    tcase_add_test(config, configuration_may_have_comments_and_trailing_commas);
    tcase_add_test(config, comments_do_not_make_wrong_text_right);
    tcase_add_test(config, members_are_located_in_the_text_as_written);
    tcase_add_test(config, locating_in_broken_text_gives_what_stands_before);
    suite_add_tcase(suite, faults);
    suite_add_tcase(suite, values);
    suite_add_tcase(suite, config);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
