/* SPDX-License-Identifier: MIT */
/* base_text.c - comparing, cutting, UTF-8, the escape for people's eyes, hints and globs. */
#include "text.h"

#include <check.h>
#include <stdlib.h>

static const struct ferry_str absent = {NULL, 0};

/* Bytes in memory of their own size, so that a read past the end is seen by the sanitizer. */
static struct ferry_str own(const char *bytes, size_t n)
{
    char *p = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(p);
    memcpy(p, bytes, n);
    return (struct ferry_str){p, n};
}

static void disown(struct ferry_str s)
{
    free((void *)(uintptr_t)s.ptr);
}

START_TEST(absent_and_empty_compare_as_empty)
{
    ck_assert(str_empty(absent));
    ck_assert(str_is(absent, ""));
    ck_assert_int_eq(str_cmp(absent, FERRY_LIT("")), 0);
    ck_assert_int_lt(str_cmp(absent, FERRY_LIT("a")), 0);
    ck_assert(str_starts(absent, ""));
    ck_assert(!str_starts(absent, "a"));
    ck_assert_ptr_null(str_sub(absent, 3, 4).ptr);
    ck_assert_ptr_null(str_trim(absent).ptr);
}
END_TEST

START_TEST(order_is_bytewise_and_shorter_comes_first)
{
    ck_assert_int_lt(str_cmp(FERRY_LIT("ab"), FERRY_LIT("abc")), 0);
    ck_assert_int_gt(str_cmp(FERRY_LIT("b"), FERRY_LIT("abc")), 0);
    ck_assert_int_gt(str_cmp(FERRY_LIT("\xC3"), FERRY_LIT("z")), 0);
    ck_assert_int_eq(str_cmp_nocase(FERRY_LIT("AbC"), FERRY_LIT("aBc")), 0);
    ck_assert_int_ne(str_cmp_nocase(FERRY_LIT("\xC3\x84"), FERRY_LIT("\xC3\xA4")), 0);
    ck_assert(str_is_nocase(FERRY_LIT("Automation Key"), "automation key"));
    ck_assert(!str_is_nocase(FERRY_LIT("key"), "keys"));
    ck_assert(!str_is_nocase(FERRY_LIT("@"), "`"));
}
END_TEST

START_TEST(sub_is_clamped_at_both_ends)
{
    struct ferry_str s = FERRY_LIT("hello");
    ck_assert(str_is(str_sub(s, 1, 3), "ell"));
    ck_assert(str_is(str_sub(s, 4, UINT64_MAX), "o"));
    ck_assert(str_is(str_sub(s, 9, 2), ""));
    ck_assert_ptr_nonnull(str_sub(s, 9, 2).ptr);
}
END_TEST

START_TEST(trim_takes_xml_white_space_only)
{
    ck_assert(str_is(str_trim(FERRY_LIT(" \t\r\n a b \n")), "a b"));
    ck_assert(str_is(str_trim(FERRY_LIT("\v x \f")), "\v x \f"));
    ck_assert(str_is(str_trim(FERRY_LIT(" \n ")), ""));
}
END_TEST

START_TEST(split_gives_every_piece_also_empty_ones)
{
    struct ferry_str rest = FERRY_LIT("a,,b,"), piece;
    static const char *const expected[] = {"a", "", "b", ""};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(str_split(&rest, ',', &piece));
        ck_assert(str_is(piece, expected[i]));
    }
    ck_assert(!str_split(&rest, ',', &piece));
    rest = FERRY_LIT("");
    ck_assert(str_split(&rest, ',', &piece));
    ck_assert(!str_split(&rest, ',', &piece));
}
END_TEST

START_TEST(integers_are_taken_to_the_ends_of_the_range)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"+7", 7},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t n = 99;
        ck_assert_msg(str_int64(ferry_cstr(good[i].text), &n), "%s", good[i].text);
        ck_assert_int_eq(n, good[i].value);
    }
}
END_TEST

START_TEST(what_is_no_integer_leaves_the_number_alone)
{
    static const char *const bad[] = {"",
                                      "-",
                                      "+",
                                      "+-1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "1e3",
                                      "9223372036854775808",
                                      "--1",
                                      "-9223372036854775809",
                                      "99999999999999999999999"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t n = 42;
        ck_assert_msg(!str_int64(ferry_cstr(bad[i]), &n), "\"%s\" was taken", bad[i]);
        ck_assert_int_eq(n, 42);
    }
}
END_TEST

START_TEST(good_utf8_is_measured_to_the_last_character)
{
    static const struct {
        const char *bytes;
        uint32_t code;
    } good[] = {{"\x7F", 0x7F},
                {"\xC2\x80", 0x80},
                {"\xDF\xBF", 0x7FF},
                {"\xE0\xA0\x80", 0x800},
                {"\xED\x9F\xBF", 0xD7FF},
                {"\xEE\x80\x80", 0xE000},
                {"\xEF\xBF\xBF", 0xFFFF},
                {"\xF0\x90\x80\x80", 0x10000},
                {"\xF4\x8F\xBF\xBF", 0x10FFFF}};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        struct ferry_str s = own(good[i].bytes, strlen(good[i].bytes));
        uint32_t code = 0;
        char again[4];
        ck_assert_uint_eq(utf8_char(s, &code), s.len);
        ck_assert_uint_eq(code, good[i].code);
        ck_assert_uint_eq(utf8_encode(again, code), s.len);
        ck_assert_mem_eq(again, s.ptr, s.len);
        disown(s);
    }
}
END_TEST

START_TEST(broken_utf8_is_found_at_its_first_byte)
{
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2\x41",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xE2\x82",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFF",
                                      "\xF0\x9F\x98"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[32];
        struct ferry_str s;
        int n = snprintf(text, sizeof text, "ascii ascii \xC3\xA9%s", bad[i]);
        s = own(text, (size_t)n);
        ck_assert_msg(utf8_valid(s) == 14, "case %u", i);
        disown(s);
    }
    ck_assert_uint_eq(utf8_valid(absent), 0);
}
END_TEST

START_TEST(repair_replaces_each_broken_byte_and_counts)
{
    struct buf b;
    buf_init(&b, 100);
    ck_assert_uint_eq(utf8_repair(&b, FERRY_LIT("a\xFF\xFE"
                                                "b\xE2\x82")),
                      4);
    ck_assert_str_eq(buf_cstr(&b), "a\xEF\xBF\xBD\xEF\xBF\xBD"
                                   "b\xEF\xBF\xBD\xEF\xBF\xBD");
    buf_reset(&b);
    ck_assert_uint_eq(utf8_repair(&b, FERRY_LIT("sch\xC3\xB6n")), 0);
    ck_assert_str_eq(buf_cstr(&b), "sch\xC3\xB6n");
    buf_finish(&b);
}
END_TEST

START_TEST(cut_never_leaves_half_a_character)
{
    struct ferry_str s = FERRY_LIT("a\xC3\xA9\xF0\x9F\x98\x80z"); /* 1 + 2 + 4 + 1 bytes */
    static const unsigned expected[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
    for (unsigned max = 0; max < 10; max++) {
        ck_assert_uint_eq(utf8_cut(s, max).len, expected[max]);
    }
    ck_assert_uint_eq(utf8_cut(FERRY_LIT("\x80\x80\x80\x80\x80\x80"), 4).len, 4);
}
END_TEST

START_TEST(a_code_that_is_no_character_becomes_the_replacement)
{
    struct buf b;
    buf_init(&b, 100);
    utf8_put(&b, 0xD800);
    utf8_put(&b, 0x110000);
    utf8_put(&b, 0x20AC);
    ck_assert_str_eq(buf_cstr(&b), "\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x82\xAC");
    buf_finish(&b);
}
END_TEST

START_TEST(nothing_active_gets_through_to_a_terminal)
{
    static const struct {
        const char *raw, *shown;
    } cases[] = {{"plain \xC3\xA9 \xF0\x9F\x98\x80", "plain \xC3\xA9 \xF0\x9F\x98\x80"},
                 {"a\nb\tc\rd", "a\\nb\\tc\\x0dd"},
                 {"\x1B[2J", "\\x1b[2J"},
                 {"\x7F", "\\x7f"},
                 {"\xC2\x9B"
                  "31m",
                  "\\u009b31m"},
                 {"\xE2\x80\xAE"
                  "gpj.exe",
                  "\\u202egpj.exe"},
                 {"\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"},
                 {"\xE2\x81\xA6\xEF\xBB\xBF\xD8\x9C", "\\u2066\\ufeff\\u061c"},
                 {"pass\xC2\xAD\xE2\x80\x8B"
                  "ed",
                  "pass\\u00ad\\u200bed"},
                 {"\xF3\xA0\x81\x81\xF3\xA0\x87\xAF", "\\U000e0041\\U000e01ef"},
                 {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
                  "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80"}, /* one emoji of two */
                 {"is ##vso[a] ##[b] ###x[", "is \\x23#vso[a] \\x23#[b] #\\x23#x["},
                 {"# ## #[1] ##x ##1[ ##", "# ## #[1] ##x ##1[ ##"},
                 {"\xFF\xC3", "\\xff\\xc3"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        char array[64];
        buf_init(&b, 100);
        text_show(&b, ferry_cstr(cases[i].raw), 0);
        ck_assert_str_eq(buf_cstr(&b), cases[i].shown);
        ck_assert_str_eq(text_show_to(array, sizeof array, ferry_cstr(cases[i].raw)),
                         cases[i].shown);
        buf_finish(&b);
    }
}
END_TEST

START_TEST(a_text_at_the_beginning_of_a_line_is_no_command)
{
    static const struct {
        const char *raw, *shown;
    } cases[] = {{"::error::x", "\\x3a:error::x"},
                 {"--- x", "\\x2d-- x"},
                 {"+++ x", "\\x2b++ x"},
                 {"~~~ x", "\\x7e~~ x"},
                 {"^^^ +++", "\\x5e^^ +++"},
                 {"  ::error::x", "\\x20 ::error::x"},
                 {"\xE3\x80\x80::error::x", "\\u3000::error::x"},
                 {"\xC2\xA0::error::x", "\\u00a0::error::x"},
                 {"\t::error", "\\t::error"},
                 {"##[x]", "\\x23#[x]"},
                 {":one", ":one"},
                 {"-x", "-x"},
                 {"ns::name", "ns::name"},
                 {"\xFF::", "\\xff::"},
                 {"", ""}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 100);
        text_show_first(&b, ferry_cstr(cases[i].raw), 0);
        ck_assert_str_eq(buf_cstr(&b), cases[i].shown);
        buf_finish(&b);
    }
}
END_TEST

START_TEST(a_shown_text_that_is_cut_says_so)
{
    struct buf b;
    char array[8];
    buf_init(&b, 100);
    text_show(&b,
              FERRY_LIT("abc\xC3\xA9"
                        "f"),
              4);
    ck_assert_str_eq(buf_cstr(&b), "abc...");
    buf_finish(&b);
    ck_assert_str_eq(text_show_to(array, sizeof array, FERRY_LIT("1234567")), "1234567");
    ck_assert_str_eq(text_show_to(array, sizeof array, FERRY_LIT("12345678")), "1234...");
    ck_assert_str_eq(text_show_to(array, sizeof array,
                                  FERRY_LIT("123\x1B"
                                            "5")),
                     "123...");
    ck_assert_str_eq(text_show_to(array, sizeof array, absent), "");
    ck_assert_str_eq(text_show_to(array, 2, FERRY_LIT("123")), "");
}
END_TEST

START_TEST(the_nearest_word_is_offered_and_a_far_one_is_not)
{
    static const char *const keys[] = {"token", "project", "base_url", "timeout", "to"};
    ck_assert_str_eq(text_nearest(FERRY_LIT("tokne"), keys, 5), "token");
    ck_assert_str_eq(text_nearest(FERRY_LIT("Project"), keys, 5), "project");
    ck_assert_str_eq(text_nearest(FERRY_LIT("baseurl"), keys, 5), "base_url");
    ck_assert_str_eq(text_nearest(FERRY_LIT("tmieot"), keys, 5), "timeout");
    ck_assert_ptr_null(text_nearest(FERRY_LIT("attachments"), keys, 5));
    ck_assert_ptr_null(text_nearest(FERRY_LIT("x"), keys, 5));
    ck_assert_ptr_null(text_nearest(absent, keys, 5));
    ck_assert_ptr_null(text_nearest(FERRY_LIT("token"), NULL, 0));
}
END_TEST

START_TEST(a_word_too_long_to_be_a_slip_has_no_neighbour)
{
    char word[400];
    const char *candidate = word;
    memset(word, 'a', sizeof word);
    word[399] = '\0';
    ck_assert_ptr_null(text_nearest(ferry_cstr(word), &candidate, 1));
}
END_TEST

static const struct {
    const char *pattern, *text;
    int matches;
} globs[] = {
    {"", "", 1},
    {"", "a", 0},
    {"abc", "abc", 1},
    {"abc", "abcd", 0},
    {"*", "", 1},
    {"*", "abc", 1},
    {"*", "a/b", 0},
    {"*.xml", "a.xml", 1},
    {"*.xml", ".xml", 1},
    {"*.xml", "d/a.xml", 0},
    {"**", "a/b/c", 1},
    {"**.xml", "a/b.xml", 1},
    {"build/**/*.xml", "build/a.xml", 1},
    {"build/**/*.xml", "build/x/y/a.xml", 1},
    {"build/**/*.xml", "buildx/a.xml", 0},
    {"build/**/*.xml", "build/x/a.txt", 0},
    {"**/a", "a", 1},
    {"**/a", "x/a", 1},
    {"**/a", "xa", 0},
    {"**/b/**/d", "a/b/c/b/d", 1},
    {"**/b/**/d", "b/d", 1},
    {"**/b/**/d", "ab/d", 0},
    {"a/**", "a/", 1},
    {"a/**", "a/b/c", 1},
    {"a/**", "a", 0},
    {"a**/c", "ab/x/c", 1},
    {"?", "a", 1},
    {"?", "\xC3\xA9", 1},
    {"??", "\xC3\xA9", 0},
    {"?", "/", 0},
    {"?", "\xFF", 1},
    {"[a-c]x", "bx", 1},
    {"[a-c]x", "dx", 0},
    {"[!a-c]x", "dx", 1},
    {"[!a-c]x", "bx", 0},
    {"a[!b]c", "a/c", 0},
    {"[]]", "]", 1},
    {"[!]]", "]", 0},
    {"[a-]", "-", 1},
    {"[\xC3\xA0-\xC3\xBC]", "\xC3\xA9", 1},
    {"[\\]]", "]", 1},
    {"[abc", "[abc", 1},
    {"[abc", "a", 0},
    {"\\*", "*", 1},
    {"\\*", "a", 0},
    {"a\\", "a\\", 1},
    {"\\[x]", "[x]", 1},
    {"*a*b*c*", "xxaxxbxxcxx", 1},
    {"*a*b*c*", "xxaxxcxxbxx", 0},
    {"a*/b*", "ax/by", 1},
    {"*/**/*", "a/b", 1},
    {"***", "a/b", 1},
};

START_TEST(globs_match_what_they_say)
{
    int matches = text_glob(globs[_i].pattern, globs[_i].text);
    ck_assert_msg(matches == globs[_i].matches, "\"%s\" on \"%s\": %d", globs[_i].pattern,
                  globs[_i].text, matches);
}
END_TEST

START_TEST(a_hostile_glob_stays_cheap)
{
    char pattern[1001], text[10001];
    for (unsigned i = 0; i < 1000; i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    pattern[1000] = '\0';
    memset(text, 'a', 10000);
    text[9999] = 'b';
    text[10000] = '\0';
    ck_assert(!text_glob(
        pattern, text)); /* each star tried at each letter would take for ever: Check ends it */
    memcpy(pattern + 996, "**/b", 4);
    ck_assert(!text_glob(pattern, text));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base text");
    TCase *str = tcase_create("str");
    TCase *utf8 = tcase_create("utf8");
    TCase *match = tcase_create("match");
    SRunner *runner;
    int failed;
    tcase_add_test(str, absent_and_empty_compare_as_empty);
    tcase_add_test(str, order_is_bytewise_and_shorter_comes_first);
    tcase_add_test(str, sub_is_clamped_at_both_ends);
    tcase_add_test(str, trim_takes_xml_white_space_only);
    tcase_add_test(str, split_gives_every_piece_also_empty_ones);
    tcase_add_test(str, integers_are_taken_to_the_ends_of_the_range);
    tcase_add_test(str, what_is_no_integer_leaves_the_number_alone);
    tcase_add_test(utf8, good_utf8_is_measured_to_the_last_character);
    tcase_add_test(utf8, broken_utf8_is_found_at_its_first_byte);
    tcase_add_test(utf8, repair_replaces_each_broken_byte_and_counts);
    tcase_add_test(utf8, cut_never_leaves_half_a_character);
    tcase_add_test(utf8, a_code_that_is_no_character_becomes_the_replacement);
    tcase_add_test(utf8, nothing_active_gets_through_to_a_terminal);
    tcase_add_test(utf8, a_text_at_the_beginning_of_a_line_is_no_command);
    tcase_add_test(utf8, a_shown_text_that_is_cut_says_so);
    tcase_add_test(match, the_nearest_word_is_offered_and_a_far_one_is_not);
    tcase_add_test(match, a_word_too_long_to_be_a_slip_has_no_neighbour);
    tcase_add_loop_test(match, globs_match_what_they_say, 0, sizeof globs / sizeof *globs);
    tcase_add_test(match, a_hostile_glob_stays_cheap);
    tcase_set_timeout(match, 60);
    suite_add_tcase(suite, str);
    suite_add_tcase(suite, utf8);
    suite_add_tcase(suite, match);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
