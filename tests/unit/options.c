/* SPDX-License-Identifier: MIT */
/* options.c - what a person writes, what a plugin sees, and what is said about everything else. */
#include <check.h>
#include <options.h>
#include <stdlib.h>
#include <text.h>

static const char *const modes[] = {"strict", "loose", NULL};
static const char *const variables[] = {"VENDOR_API_TOKEN", "VENDOR_TOKEN", NULL};
static const struct ferry_option *const table[] = {
    OPTION(.type = FERRY_OPT_INT, .name = "batch", .def = "200", .help = "results in a request"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run", .help = "sends nothing"),
    OPTION(.type = FERRY_OPT_LIST, .name = "label", .help = "what is written on it"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "mode", .def = "strict", .choices = modes,
           .help = "how hard to look"),
    OPTION(.type = FERRY_OPT_SIZE, .name = "room", .def = "33554432", .help = "the most"),
    OPTION(.type = FERRY_OPT_DURATION, .name = "timeout", .def = "30000", .help = "how long"),
    OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET | FERRY_OPT_REQUIRED, .name = "token",
           .help = "the key to the house", .variables = variables),
    OPTION(.type = FERRY_OPT_URL, .name = "url", .help = "where it is"),
    NULL};

static struct arena arena;
static void setup(void)
{
    arena_init(&arena, 1 << 20);
}
static void teardown(void)
{
    arena_finish(&arena);
}

static const struct ferry_option *option(const char *name)
{
    const struct ferry_option *o = option_find(table, ferry_cstr(name));
    ck_assert_ptr_nonnull(o);
    return o;
}

static const struct {
    const char *name, *text, *want;
} good[] = {
    {"batch", "8", "8"},
    {"batch", " +8 ", "8"},
    {"batch", "-9223372036854775808", "-9223372036854775808"},
    {"dry_run", "yes", "true"},
    {"dry_run", "ON", "true"},
    {"dry_run", "0", "false"},
    {"label", "one\ntwo", "one\ntwo"},
    {"mode", "LOOSE", "loose"},
    {"room", "64k", "65536"},
    {"room", "32 MiB", "33554432"},
    {"room", "1g", "1073741824"},
    {"room", "17", "17"},
    {"room", "0", "0"},
    {"timeout", "250ms", "250"},
    {"timeout", "10s", "10000"},
    {"timeout", "5m", "300000"},
    {"timeout", "2h", "7200000"},
    {"timeout", "0", "0"},
    {"token", "", ""},
    {"url", "https://API.Vendor.example/V1/", "https://api.vendor.example/V1"},
    {"url", "HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"},
    {"url", "https://[::1]:8443///", "https://[::1]:8443"},
};

START_TEST(takes_what_people_write)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str out;
    int32_t rc = option_value(option(good[_i].name), ferry_cstr(good[_i].text), &arena, &out, &err);
    ck_assert_msg(rc == FERRY_OK, "%s: %s", good[_i].text, err.message);
    ck_assert_str_eq(out.ptr, good[_i].want);
}
END_TEST

static const struct {
    const char *name, *text, *message;
} wrong[] = {
    {"batch", "", "batch: \"\" is empty; give a value or leave it out"},
    {"batch", "eight", "batch: \"eight\" is no whole number; write digits, such as 8"},
    {"batch", "1.5", "batch: \"1.5\" is no whole number"},
    {"batch", "9223372036854775808", "is no whole number"},
    {"batch", "0x10", "is no whole number"},
    {"dry_run", "maybe", "dry_run: \"maybe\" is neither true nor false; write one of the two"},
    {"mode", "strit", "mode: \"strit\" is not one of strict, loose; did you mean \"strict\"?"},
    {"mode", "bold", "mode: \"bold\" is not one of strict, loose"},
    {"room", "-1", "room: \"-1\" is no size; write a number of bytes"},
    {"room", "1.5g", "is no size"},
    {"room", "10x", "is no size"},
    {"room", "9999999999999g", "room: \"9999999999999g\" is more than can be counted"},
    {"timeout", "30", "timeout: \"30\" is no duration; write a number and a unit, such as 250ms"},
    {"timeout", "-5s", "is no duration"},
    {"timeout", "s", "is no duration"},
    {"timeout", "9223372036854775807h", "is more than can be counted"},
    {"url", "api.vendor.example",
     "url: \"api.vendor.example\" is no base URL; it begins with https://"},
    {"url", "ftp://vendor.example", "is no base URL"},
    {"url", "https://", "url: \"https://\" names no host"},
    {"url", "https://.x", "names no host"},
    {"url", "https://user:canary-1@vendor.example", "url: the URL has an '@', as if it carried"},
    {"url", "https://vendor.example/a b", "has a character that no URL has"},
    {"url", "https://vendor.example\\@evil.example", "url: the URL has an '@'"},
    {"url", "https://ven\\dor.example", "has a character that no URL has"},
    {"url", "https://v\xc3\xa9ndor.example", "has a character that no URL has"},
    {"url", "https://vendor.example:0", "has no port between 1 and 65535"},
    {"url", "https://vendor.example:65536", "has no port between 1 and 65535"},
    {"url", "https://vendor.example:+80", "has no port between 1 and 65535"},
    {"url", "https://vendor.example:", "has no port between 1 and 65535"},
    {"url", "https://ven,dor", "has a character in its host that no host has"},
    {"url", "https://[::1", "has no well-formed address in its brackets"},
    {"url", "https://[::zz]/", "has no well-formed address in its brackets"},
    {"url", "https://vendor.example/?token=x",
     "has a query or a fragment; give the base URL alone"},
    {"url", "https://vendor.example/#x", "has a query or a fragment"},
    {"label", "a\xff", "label: \"a\\xff\" is not valid UTF-8; write it in UTF-8"},
};

START_TEST(says_what_is_wrong_and_what_is_wanted)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str out = {NULL, 0};
    int32_t rc =
        option_value(option(wrong[_i].name), ferry_cstr(wrong[_i].text), &arena, &out, &err);
    ck_assert_int_eq(rc, FERRY_E_CONFIG);
    ck_assert_msg(strstr(err.message, wrong[_i].message) != NULL, "%s", err.message);
    ck_assert_str_eq(err.where, wrong[_i].name);
    ck_assert_ptr_null(strstr(err.message, "canary"));
}
END_TEST

START_TEST(refuses_a_nul_byte)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str out;
    ck_assert_int_eq(
        option_value(option("label"), (struct ferry_str){"a\0b", 3}, &arena, &out, &err),
        FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "has a NUL byte in it"));
}
END_TEST

START_TEST(never_shows_a_secret)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str out;
    ck_assert_int_eq(
        option_value(option("token"), (struct ferry_str){"canary\xff", 7}, &arena, &out, &err),
        FERRY_E_CONFIG);
    ck_assert_str_eq(
        err.message,
        "token: the value (a secret, not shown) is not valid UTF-8; write it in UTF-8");
}
END_TEST

START_TEST(refuses_a_type_from_the_future)
{
    static const struct ferry_option future = {.size = sizeof future, .type = 99, .name = "beam"};
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str out;
    ck_assert_int_eq(option_value(&future, FERRY_LIT("x"), &arena, &out, &err), FERRY_E_BUG);
    ck_assert_ptr_nonnull(
        strstr(err.message, "beam: declared with type 99, which this ferry does not know"));
}
END_TEST

START_TEST(finds_names_with_either_dash)
{
    ck_assert_ptr_eq(option_find(table, FERRY_LIT("dry-run")), option("dry_run"));
    ck_assert_ptr_null(option_find(table, FERRY_LIT("dry")));
    ck_assert_ptr_null(option_find(table, FERRY_LIT("")));
    ck_assert_ptr_null(option_find(NULL, FERRY_LIT("dry")));
}
END_TEST

START_TEST(suggests_what_was_meant)
{
    char scratch[80];
    ck_assert_str_eq(option_suggest(table, FERRY_LIT("tokne"), scratch), "did you mean \"token\"?");
    ck_assert_str_eq(option_suggest(table, FERRY_LIT("umbrella"), scratch), "");
}
END_TEST

START_TEST(completes_with_defaults)
{
    struct ferry_kv kv[16] = {{FERRY_LIT("token"), FERRY_LIT("x")},
                              {FERRY_LIT("batch"), FERRY_LIT("7")}};
    struct ferry_error err = {.size = sizeof err};
    uint32_t n = 2;
    ck_assert_int_eq(options_complete(table, kv, &n, &err), FERRY_OK);
    ck_assert_uint_eq(n, 5);
    ck_assert(str_is(ferry_get(kv, n, FERRY_LIT("batch")), "7"));
    ck_assert(str_is(ferry_get(kv, n, FERRY_LIT("mode")), "strict"));
    ck_assert(str_is(ferry_get(kv, n, FERRY_LIT("timeout")), "30000"));
    ck_assert_ptr_null(ferry_get(kv, n, FERRY_LIT("url")).ptr);
}
END_TEST

START_TEST(names_a_needed_option_that_is_missing)
{
    struct ferry_kv kv[16];
    struct ferry_error err = {.size = sizeof err};
    uint32_t n = 0;
    ck_assert_int_eq(options_complete(table, kv, &n, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message,
                     "option \"token\" is missing; it is needed: the key to the house");
    kv[0] = (struct ferry_kv){FERRY_LIT("token"), FERRY_LIT("")};
    n = 1;
    ck_assert_int_eq(options_complete(table, kv, &n, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "option \"token\" is empty; it is needed: the key to the house");
}
END_TEST

START_TEST(helps_with_every_option)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    options_help(table, "  --", &out);
    ck_assert_int_eq(out.failed, FERRY_OK);
    ck_assert_ptr_nonnull(strstr(out.ptr, "  --dry-run                   sends nothing\n"));
    ck_assert_ptr_nonnull(
        strstr(out.ptr, "  --mode=strict|loose         how hard to look (default: strict)\n"));
    ck_assert_ptr_nonnull(strstr(out.ptr, "(default: 32m)"));
    ck_assert_ptr_nonnull(strstr(out.ptr, "(default: 30s)"));
    ck_assert_ptr_nonnull(strstr(out.ptr, "the key to the house (needed) (secret); also from"));
    ck_assert_ptr_nonnull(strstr(out.ptr, " VENDOR_API_TOKEN,"));
    ck_assert_ptr_nonnull(strstr(out.ptr, " VENDOR_TOKEN\n"));
    for (const char *line = out.ptr; *line;) {
        const char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_int_le(end - line, 100);
        line = end + 1;
    }
    buf_finish(&out);
}
END_TEST

START_TEST(reads_options_of_an_earlier_level)
{
    /* An option declared before there were variables is shorter: what stands behind it is not its
     * own. */
    struct ferry_option old = *option("token");
    old.size = (uint32_t)offsetof(struct ferry_option, variables);
    ck_assert_ptr_null(option_variables(&old));
    ck_assert_str_eq(option_variables(option("token"))[0], "VENDOR_API_TOKEN");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *t = tcase_create("options");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, takes_what_people_write, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(t, says_what_is_wrong_and_what_is_wanted, 0,
                        (int)(sizeof wrong / sizeof *wrong));
    tcase_add_test(t, refuses_a_nul_byte);
    tcase_add_test(t, never_shows_a_secret);
    tcase_add_test(t, refuses_a_type_from_the_future);
    tcase_add_test(t, finds_names_with_either_dash);
    tcase_add_test(t, suggests_what_was_meant);
    tcase_add_test(t, completes_with_defaults);
    tcase_add_test(t, names_a_needed_option_that_is_missing);
    tcase_add_test(t, helps_with_every_option);
    tcase_add_test(t, reads_options_of_an_earlier_level);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
