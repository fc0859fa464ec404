/* SPDX-License-Identifier: MIT */
/* secrets.c - a registered secret is taken out in every spelling, and nothing else is. */
#include <check.h>
#include <fcntl.h>
#include <file.h>
#include <log.h>
#include <pthread.h>
#include <secrets.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

#define SECRET "s3cr&t/+ \"ca<nary"

static void setup(void)
{
    secrets_clear();
    ck_assert_int_eq(secrets_add(FERRY_LIT(SECRET)), FERRY_OK);
}

static void teardown(void)
{
    secrets_clear();
}

static void expect(struct ferry_str text, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    secrets_redact(&out, text);
    ck_assert_str_eq(buf_cstr(&out), want);
    ck_assert_int_eq(secrets_found(text), !ferry_eq(ferry_cstr(want), text));
    buf_finish(&out);
}

static const struct {
    const char *text, *want;
} spellings[] = {
    {"a " SECRET " b", "a *** b"},
    {SECRET, "***"},
    {SECRET SECRET, "***"},
    {"?t=s3cr%26t%2F%2B%20%22ca%3Cnary&x", "?t=***&x"},
    {"?t=s3cr%26t%2f%2b%20%22ca%3cnary&x", "?t=***&x"},
    {"?t=s3cr%26t%2F%2B+%22ca%3Cnary", "?t=***"},
    {"?t=s3cr%26t/%2B%20%22ca%3Cnary", "?t=***"},
    {"{\"t\":\"s3cr&t\\/+ \\\"ca<nary\"}", "{\"t\":\"***\"}"},
    {"{\"t\":\"s3cr\\u0026t/+ \\u0022ca\\u003Cnary\"}", "{\"t\":\"***\"}"},
    {"<b>s3cr&amp;t/+ &quot;ca&lt;nary</b>", "<b>***</b>"},
    {"%733cr&t/+ \"ca<nary!", "***!"},
    {"czNjciZ0LysgImNhPG5hcnk=", "***"},                     /* base64 of it */
    {"Basic bWU6czNjciZ0LysgImNhPG5hcnk=.", "Basic ***."},   /* me:SECRET */
    {"Basic bWVAOnMzY3ImdC8rICJjYTxuYXJ5 x", "Basic *** x"}, /* me@:SECRET */
    {"Basic dXM6czNjciZ0LysgImNhPG5hcnkK", "Basic ***"},     /* us:SECRET and a line's end */
    {"cut: s3cr&t/+", "cut: ***"},                           /* a message that was cut inside it */
    {"cut: s3cr&t/+...", "cut: ***"},
    {"s3cr&s3cr&t/+ \"ca<nary", "s3cr&***"},
};

START_TEST(takes_a_secret_out_in_every_spelling)
{
    expect(ferry_cstr(spellings[_i].text), spellings[_i].want);
}
END_TEST

static const char *const innocent[] = {"",      "s3cr", "nothing here", "s3cr&t but other",
                                       "%",     "\\",   "\\u00",        "%zz",
                                       "&amp;", "czNj", "canary"};

START_TEST(takes_out_a_secret_that_looks_encoded_itself)
{
    static const char *const secrets[] = {"pa%25ss", "back\\\\slash", "R&amp;D-2024",
                                          "a\\nb\\u0041", "%25%25%25%25"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        secrets_add(ferry_cstr(secrets[i]));
        expect(ferry_cstr(secrets[i]), "***");
        secrets_clear();
    }
    secrets_add(FERRY_LIT("pa%25ss\\\\x"));
    expect(FERRY_LIT("url pa%2525ss%5C%5Cx."), "url ***.");
    expect(FERRY_LIT("json pa%25ss\\\\\\\\x."), "json ***.");
    expect(FERRY_LIT("cut pa%25ss..."), "cut ***");
}
END_TEST

START_TEST(takes_out_a_secret_of_many_readings)
{
    char secret[100], doubled[200];
    memset(secret, '\\', sizeof secret);
    memset(doubled, '\\', sizeof doubled);
    secrets_add((struct ferry_str){secret, sizeof secret});
    expect((struct ferry_str){secret, sizeof secret}, "***");
    expect((struct ferry_str){doubled, sizeof doubled}, "***");
}
END_TEST

START_TEST(leaves_other_text_alone)
{
    expect(ferry_cstr(innocent[_i]), innocent[_i]);
}
END_TEST

START_TEST(finds_base64_at_every_offset_and_alphabet)
{
    static const char *const users[] = {"", "a", "ab", "abc", "abcd", "a:", "user\xff:"};
    static const char std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *secret = "\xfb\xff>>??k~~~~"
                         "0123";
    const char *alphabet = _i % 2 ? url : std;
    unsigned char text[64];
    char code[128];
    size_t n = 0, len = (size_t)snprintf((char *)text, sizeof text, "%s%s", users[_i / 2], secret);
    secrets_add(ferry_cstr(secret));
    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)text[i] << 16 | (unsigned)(i + 1 < len ? text[i + 1] : 0) << 8 |
                     (unsigned)(i + 2 < len ? text[i + 2] : 0);
        code[n++] = alphabet[v >> 18];
        code[n++] = alphabet[v >> 12 & 63];
        if (i + 1 < len) {
            code[n++] = alphabet[v >> 6 & 63];
        }
        if (i + 2 < len) {
            code[n++] = alphabet[v & 63];
        }
    }
    code[n] = '\0';
    expect(ferry_cstr(code), "***");
}
END_TEST

START_TEST(takes_overlapping_secrets_out_whole)
{
    secrets_add(FERRY_LIT("abcdef"));
    secrets_add(FERRY_LIT("defghi"));
    secrets_add(FERRY_LIT("abcdefghijk"));
    expect(FERRY_LIT("-abcdefghi-"), "-***-");
    expect(FERRY_LIT("-abcdefghijk-"), "-***-");
    expect(FERRY_LIT("-defghi-abcdef-"), "-***-***-");
}
END_TEST

START_TEST(keeps_short_ones_out_of_the_filter)
{
    ck_assert_int_eq(secrets_add(FERRY_LIT("abc")), FERRY_OK);
    ck_assert_int_eq(secrets_add(FERRY_LIT("")), FERRY_OK);
    ck_assert_int_eq(secrets_add((struct ferry_str){NULL, 0}), FERRY_OK);
    expect(FERRY_LIT("abc"), "abc");
    ck_assert_int_eq(secrets_add(FERRY_LIT("abcd")), FERRY_OK);
    expect(FERRY_LIT("abcd abcde"), "*** ***e");
}
END_TEST

START_TEST(hides_the_lines_of_a_key_one_by_one)
{
    secrets_add(FERRY_LIT(
        "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nq83vASNFZ4mrze8BI0Vn\n-----END KEY-----\n"));
    expect(FERRY_LIT("read MIIEvQIBADANBgkqhkiG of it"), "read *** of it");
    expect(FERRY_LIT("-----BEGIN KEY----- and more"), "-----BEGIN KEY----- and more");
}
END_TEST

START_TEST(gives_nothing_where_there_is_no_room)
{
    struct buf out;
    buf_init(&out, 4);
    secrets_redact(&out, FERRY_LIT("long text and " SECRET));
    ck_assert_int_ne(out.failed, FERRY_OK);
    ck_assert_uint_eq(out.len, 0);
    buf_finish(&out);
}
END_TEST

START_TEST(takes_only_whole_long_ones_out_of_data)
{
    static const struct {
        const char *text, *want; /* NULL: nothing is taken out */
    } cases[] = {{"a " SECRET " b", "a *** b"},
                 {"Basic bWU6czNjciZ0LysgImNhPG5hcnk=.", "Basic ***."},
                 {"cut: s3cr&t/+", NULL},
                 {"no test-password", NULL}};
    struct arena arena;
    arena_init(&arena, 1000);
    ck_assert_int_eq(secrets_add(FERRY_LIT("test")), FERRY_OK);
    ck_assert_int_eq(secrets_any(), 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ferry_str text = ferry_cstr(cases[i].text);
        ck_assert_int_eq(secrets_clean_data(&arena, &text), cases[i].want != NULL);
        ck_assert(str_is(text, cases[i].want ? cases[i].want : cases[i].text));
    }
    ck_assert(str_is(secrets_clean(&arena, FERRY_LIT("no test-password")), "no ***-password"));
    ck_assert(!arena.failed);
    arena_finish(&arena);
    secrets_clear();
    ck_assert_int_eq(secrets_any(), 0);
}
END_TEST

START_TEST(forgets_all)
{
    secrets_clear();
    expect(FERRY_LIT(SECRET), SECRET);
}
END_TEST

/* --- the log ---------------------------------------------------------------------- */

static char captured[200000];

/* stderr goes into a file until captured again. */
static int begin_capture(void)
{
    char path[] = "/tmp/ferry-test-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC), saved = dup(STDERR_FILENO);
    ck_assert_int_ge(fd, 0);
    unlink(path);
    dup2(fd, STDERR_FILENO);
    close(fd);
    return saved;
}

static void end_capture(int saved)
{
    ssize_t n = pread(STDERR_FILENO, captured, sizeof captured - 1, 0);
    captured[n > 0 ? n : 0] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
}

START_TEST(logs_one_clean_line_a_message)
{
    struct ferry_log service = log_service("vendor");
    int saved = begin_capture();
    log_setup(FERRY_LOG_DEBUG, 0);
    log_error("run %d: token %s refused", 12, SECRET);
    log_warn("name \"a\n::error::b\033[2J\"");
    log_info("plain");
    log_debug("deep");
    log_write(FERRY_LOG_TRACE, "never");
    service.write(service.self, FERRY_LOG_WARN, FERRY_LIT("saw " SECRET));
    service.write(service.self, 77, FERRY_LIT("beyond all levels"));
    ck_assert_int_eq(service.enabled(service.self, FERRY_LOG_DEBUG), 1);
    ck_assert_int_eq(service.enabled(service.self, FERRY_LOG_TRACE), 0);
    end_capture(saved);
    ck_assert_str_eq(captured, "ferry: error: run 12: token *** refused\n"
                               "ferry: warning: name \"a\\n::error::b\\x1b[2J\"\n"
                               "ferry: plain\n"
                               "ferry: debug: deep\n"
                               "ferry: warning: vendor: saw ***\n");
}
END_TEST

START_TEST(a_value_that_was_replaced_can_be_forgotten)
{
    for (int i = 0; i < 10000; i++) { /* a session that is renewed with every answer */
        char value[32];
        snprintf(value, sizeof value, "cookie-%d-of-many", i);
        ck_assert_int_eq(secrets_add(ferry_cstr(value)), FERRY_OK);
        ck_assert(secrets_found(ferry_cstr(value)));
        secrets_forget(ferry_cstr(value));
        ck_assert(!secrets_found(ferry_cstr(value)));
    }
    ck_assert(secrets_found(FERRY_LIT(SECRET)));
}
END_TEST

START_TEST(what_two_registered_is_not_forgotten_by_one)
{
    ck_assert_int_eq(secrets_add(FERRY_LIT(SECRET)), FERRY_OK);
    secrets_forget(FERRY_LIT(SECRET));
    ck_assert(secrets_found(FERRY_LIT(SECRET)));
    secrets_forget(FERRY_LIT("never registered"));
    secrets_forget((struct ferry_str){NULL, 0});
    secrets_forget(FERRY_LIT(SECRET));
    ck_assert(!secrets_found(FERRY_LIT(SECRET)));
}
END_TEST

START_TEST(logs_a_secret_in_a_message_of_any_length)
{
    char *text = malloc(100001);
    int saved = begin_capture();
    ck_assert_ptr_nonnull(text);
    log_setup(FERRY_LOG_INFO, 0);
    for (size_t at = 480; at < 520; at++) { /* around the size of the first buffer */
        memset(text, 'x', at);
        memcpy(text + at, SECRET, sizeof SECRET);
        log_info("%s", text);
    }
    memset(text, 'y', 100000);
    text[100000] = '\0';
    log_info("%s", text);
    free(text);
    end_capture(saved);
    ck_assert_ptr_null(strstr(captured, "nary"));
    ck_assert_ptr_nonnull(strstr(captured, "xxx***\n"));
    ck_assert_ptr_nonnull(strstr(captured, "ferry: a message that is too long to be shown\n"));
}
END_TEST

static void *chatter(void *name)
{
    for (int i = 0; i < 200; i++) {
        log_info("%s", (const char *)name);
        secrets_found(FERRY_LIT("abc"));
    }
    return NULL;
}

START_TEST(does_not_mix_lines_of_threads)
{
    pthread_t threads[4];
    static char names[4][64];
    const char *line = captured;
    int saved = begin_capture();
    log_setup(FERRY_LOG_INFO, 0);
    for (int i = 0; i < 4; i++) {
        memset(names[i], 'a' + i, 40);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, chatter, names[i]), 0);
    }
    for (int i = 0; i < 20; i++) {
        char secret[32];
        snprintf(secret, sizeof secret, "another-%d", i);
        secrets_add(ferry_cstr(secret));
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    end_capture(saved);
    for (int i = 0; i < 800; i++) {
        ck_assert_uint_eq(strspn(line + 7, (char[]){line[7], '\0'}), 40);
        ck_assert_int_eq(strncmp(line, "ferry: ", 7), 0);
        ck_assert_int_eq(line[47], '\n');
        line += 48;
    }
    ck_assert_str_eq(line, "");
}
END_TEST

START_TEST(colours_only_where_they_are_wanted)
{
    int saved = begin_capture(), file = dup(STDERR_FILENO);
    end_capture(saved);
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    setenv("TERM", "xterm", 1);
    ck_assert_int_eq(color_wanted(-1, file), 0);
    ck_assert_int_eq(color_wanted(1, file), 1);
    setenv("CLICOLOR_FORCE", "0", 1);
    ck_assert_int_eq(color_wanted(-1, file), 0);
    setenv("CLICOLOR_FORCE", "1", 1);
    ck_assert_int_eq(color_wanted(-1, file), 1);
    setenv("NO_COLOR", "1", 1);
    ck_assert_int_eq(color_wanted(-1, file), 0);
    ck_assert_int_eq(color_wanted(1, file), 1);
    setenv("NO_COLOR", "", 1);
    ck_assert_int_eq(color_wanted(0, file), 0);
    close(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secrets");
    TCase *t = tcase_create("filter"), *log = tcase_create("log");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, takes_a_secret_out_in_every_spelling, 0,
                        (int)(sizeof spellings / sizeof *spellings));
    tcase_add_loop_test(t, leaves_other_text_alone, 0, (int)(sizeof innocent / sizeof *innocent));
    tcase_add_test(t, takes_out_a_secret_that_looks_encoded_itself);
    tcase_add_test(t, takes_out_a_secret_of_many_readings);
    tcase_add_loop_test(t, finds_base64_at_every_offset_and_alphabet, 0, 14);
    tcase_add_test(t, takes_overlapping_secrets_out_whole);
    tcase_add_test(t, keeps_short_ones_out_of_the_filter);
    tcase_add_test(t, hides_the_lines_of_a_key_one_by_one);
    tcase_add_test(t, gives_nothing_where_there_is_no_room);
    tcase_add_test(t, takes_only_whole_long_ones_out_of_data);
    tcase_add_test(t, forgets_all);
    suite_add_tcase(suite, t);
    tcase_add_checked_fixture(log, setup, teardown);
    tcase_add_test(log, logs_one_clean_line_a_message);
    tcase_add_test(log, a_value_that_was_replaced_can_be_forgotten);
    tcase_add_test(log, what_two_registered_is_not_forgotten_by_one);
    tcase_add_test(log, logs_a_secret_in_a_message_of_any_length);
    tcase_add_test(log, does_not_mix_lines_of_threads);
    tcase_add_test(log, colours_only_where_they_are_wanted);
    suite_add_tcase(suite, log);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
