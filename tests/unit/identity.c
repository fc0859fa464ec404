/* SPDX-License-Identifier: MIT */
/*
 * identity.c - who is who. The golden values stand for what journals and trackers already hold: a change of them
 * delivers everything a second time.
 */
#include <check.h>
#include <identity.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

static struct ferry_result result;
static const struct ferry_kv parameters[] = {{FERRY_LIT("os"), FERRY_LIT("linux")},
                                             {FERRY_LIT("db"), FERRY_LIT("sqlite")}};
static const struct ferry_kv turned[] = {{FERRY_LIT("db"), FERRY_LIT("sqlite")},
                                         {FERRY_LIT("os"), FERRY_LIT("linux")}};

static void begin(void)
{
    result = (struct ferry_result){.size = sizeof result,
                                   .has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION,
                                   .status = FERRY_FAILED,
                                   .suite = FERRY_LIT("root\tpkg"),
                                   .class_name = FERRY_LIT("pkg.Class"),
                                   .name = FERRY_LIT("works"),
                                   .message = FERRY_LIT("expected 1"),
                                   .start_ms = 1700000000000,
                                   .duration_us = 125000,
                                   .parameters = parameters,
                                   .n_parameters = 2};
}

static const char *text(const unsigned char id[16])
{
    static char texts[8][UUID_TEXT];
    static unsigned next;
    char *out = texts[next++ % 8];
    uuid_text(id, out);
    return out;
}

static const char *who(void)
{
    unsigned char id[16];
    identity_of(&result, FERRY_LIT("linux"), id);
    return text(id);
}

static const char *which(void)
{
    unsigned char id[16];
    identity_digest(&result, id);
    return text(id);
}

static const char *source(const char *run_key, uint32_t k)
{
    unsigned char ident[16], digest[16], id[16];
    identity_of(&result, FERRY_LIT("linux"), ident);
    identity_digest(&result, digest);
    identity_source(ferry_cstr(run_key), ident, digest, k, id);
    return text(id);
}

static const char *likeness(const char *key)
{
    unsigned char id[16];
    identity_likeness(ferry_cstr(key), &result, id);
    return text(id);
}

static const char *wire(const char *key, const char *account, const char *project, const char *run)
{
    static char texts[8][UUID_TEXT];
    static unsigned next;
    char *out = texts[next++ % 8];
    identity_wire(ferry_cstr(key), ferry_cstr(account), ferry_cstr(project), ferry_cstr(run), out);
    return out;
}

static const char *run_key(const unsigned char (*digests)[32], size_t n, const char *ci)
{
    static char texts[8][UUID_TEXT];
    static unsigned next;
    char *out = texts[next++ % 8];
    unsigned char copy[8][32];
    memcpy(copy, digests, n * 32);
    identity_run_key(copy, n, ferry_cstr(ci), out);
    return out;
}

static const unsigned char a_b[][32] = {{1}, {2}};
static const unsigned char b_a[][32] = {{2}, {1}};
static const unsigned char b_a_b[][32] = {{2}, {1}, {2}};
static const unsigned char only_a[][32] = {{1}};

/* --- the golden values -------------------------------------------------------------------------- */

START_TEST(names_are_the_ones_that_trackers_already_hold)
{
    unsigned char id[16];
    ck_assert_str_eq(run_key(a_b, 2, NULL), "7fc1832b-919d-51e2-b826-c39b78573d1a");
    ck_assert_str_eq(run_key(a_b, 2, "github:7:test:"), "007d649e-ac8d-5593-9a51-e51277e6cc1c");
    ck_assert_str_eq(who(), "906cc66d-55e1-56c3-ac25-9d797b1d2337");
    ck_assert_str_eq(which(), "e009d4e9-8d83-59be-8a02-dee3722d2fa4");
    ck_assert_str_eq(source("K", 0), "9948254d-f4ac-5516-97dc-c9233ea8b718");
    ck_assert_str_eq(source("K", 1), "1390ef99-1d01-54e9-885f-d3a8662e0f82");
    identity_readback(FERRY_LIT("mirror:local:AO/3"), FERRY_LIT("local:AO/3"), FERRY_LIT("17"), id);
    ck_assert_str_eq(text(id), "76ef4638-876e-5212-aaca-a61c3efd8c85");
    ck_assert_str_eq(wire(source("K", 0), "local", "AO", "3"),
                     "b8b5ce1a-6187-51da-803d-09542006ec3e");
    ck_assert_str_eq(likeness("K_1"), "6569c777-92cc-5cd5-a031-ebddfdb14676");
}
END_TEST

/* --- which run ------------------------------------------------------------------------------------ */

START_TEST(the_same_inputs_are_one_run_in_any_order_and_said_twice)
{
    ck_assert_str_eq(run_key(a_b, 2, NULL), run_key(b_a, 2, NULL));
    ck_assert_str_eq(run_key(a_b, 2, NULL), run_key(b_a_b, 3, NULL));
}
END_TEST

START_TEST(other_inputs_or_another_job_are_another_run)
{
    ck_assert_str_ne(run_key(a_b, 2, NULL), run_key(only_a, 1, NULL));
    ck_assert_str_ne(run_key(a_b, 2, NULL), run_key(a_b, 2, "github:7:test:"));
    ck_assert_str_ne(run_key(a_b, 2, "github:7:test:"), run_key(a_b, 2, "github:8:test:"));
    ck_assert_str_ne(run_key(only_a, 0, NULL), run_key(only_a, 1, NULL));
}
END_TEST

/* --- which test, which execution ------------------------------------------------------------------ */

/* Each text that tells tests apart, changed in turn. */
START_TEST(every_part_of_an_identity_counts)
{
    struct ferry_str *texts[] = {&result.suite, &result.class_name, &result.name};
    const char *before = who();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ferry_str was = *texts[i];
        *texts[i] = FERRY_LIT("other");
        ck_assert_str_ne(who(), before);
        *texts[i] = was;
    }
    result.parameters = turned;
    ck_assert_str_ne(who(), before);
    result.n_parameters = 0;
    ck_assert_str_ne(who(), before);
    begin();
    unsigned char id[16];
    identity_of(&result, FERRY_LIT("windows"), id);
    ck_assert_str_ne(text(id), before);
    ck_assert_str_eq(who(), before);
}
END_TEST

START_TEST(what_became_of_a_test_is_no_part_of_who_it_is)
{
    const char *before = who();
    result.status = FERRY_PASSED;
    result.message = FERRY_LIT("");
    result.start_ms = result.duration_us = 0;
    result.file = FERRY_LIT("other.c");
    ck_assert_str_eq(who(), before);
}
END_TEST

START_TEST(letters_do_not_move_between_parts)
{
    result.n_parameters = 0;
    result.class_name = FERRY_LIT("ab");
    result.name = FERRY_LIT("c");
    const char *before = who();
    result.class_name = FERRY_LIT("a");
    result.name = FERRY_LIT("bc");
    ck_assert_str_ne(who(), before);
}
END_TEST

START_TEST(hostile_names_are_names_like_others)
{
    static const struct ferry_str names[] = {
        FERRY_LIT(""),      FERRY_LIT("\t"),           {"a\0b", 3},
        {"a\0c", 3},        FERRY_LIT("\xff\xfe"),     FERRY_LIT("%s%n"),
        FERRY_LIT("'; --"), FERRY_LIT("\xe2\x80\xae"), FERRY_LIT("a\nb\r\nc"),
        FERRY_LIT("works"), FERRY_LIT("works "),       FERRY_LIT(" works"),
        FERRY_LIT("Works"), FERRY_LIT("e\xcc\x81"),    FERRY_LIT("\xc3\xa9")};
    enum { N = sizeof names / sizeof *names };
    unsigned char ids[N][16];
    for (size_t i = 0; i < N; i++) {
        result.name = names[i];
        identity_of(&result, (struct ferry_str){NULL, 0}, ids[i]);
        for (size_t k = 0; k < i; k++) {
            ck_assert_msg(memcmp(ids[i], ids[k], 16) != 0, "names %zu and %zu are one", i, k);
        }
    }
}
END_TEST

START_TEST(absent_and_empty_are_the_same_test)
{
    result.suite = FERRY_LIT("");
    const char *before = who();
    result.suite = (struct ferry_str){NULL, 0};
    ck_assert_str_eq(who(), before);
}
END_TEST

START_TEST(another_status_time_or_message_is_another_execution)
{
    const char *before = which();
    result.status = FERRY_PASSED;
    ck_assert_str_ne(which(), before);
    begin();
    result.start_ms++;
    ck_assert_str_ne(which(), before);
    begin();
    result.duration_us++;
    ck_assert_str_ne(which(), before);
    begin();
    result.message = FERRY_LIT("expected 2");
    ck_assert_str_ne(which(), before);
}
END_TEST

START_TEST(an_unknown_time_is_not_zero)
{
    result.start_ms = 0;
    const char *zero = which();
    result.has &= ~(uint32_t)FERRY_RESULT_HAS_START;
    ck_assert_str_ne(which(), zero);
    result.start_ms = 77; /* not said to be known, so it does not count */
    const char *unknown = which();
    result.start_ms = 78;
    ck_assert_str_eq(which(), unknown);
}
END_TEST

START_TEST(twins_and_runs_are_told_apart)
{
    ck_assert_str_eq(source("K", 0), source("K", 0));
    ck_assert_str_ne(source("K", 0), source("K", 1));
    ck_assert_str_ne(source("K", 0), source("L", 0));
}
END_TEST

/* --- on the wire ------------------------------------------------------------------------------------ */

START_TEST(every_part_of_a_wire_id_counts)
{
    const char *id = source("K", 0);
    const char *before = wire(id, "local", "AO", "3");
    ck_assert_str_eq(wire(id, "local", "AO", "3"), before);
    ck_assert_str_ne(wire(source("K", 1), "local", "AO", "3"), before);
    ck_assert_str_ne(wire(id, "other", "AO", "3"), before);
    ck_assert_str_ne(wire(id, "local", "DEMO", "3"), before);
    ck_assert_str_ne(wire(id, "local", "AO", "4"), before);
    ck_assert_str_ne(wire(id, "local", "AO", NULL), before);
}
END_TEST

START_TEST(ids_say_which_way_a_result_came)
{
    unsigned char id[16];
    char key[UUID_TEXT + 8];
    for (int i = 0; i < 64; i++) { /* not by chance */
        char text_of[16];
        snprintf(text_of, sizeof text_of, "%d", i);
        ck_assert_int_eq(identity_way(ferry_cstr(source(text_of, 0))), WAY_REPORT);
        ck_assert_int_eq(identity_way(ferry_cstr(wire(source(text_of, 0), "a", "p", "1"))),
                         WAY_REPORT);
        identity_readback(FERRY_LIT("K"), FERRY_LIT("local:AO/1"), ferry_cstr(text_of), id);
        ck_assert_int_eq(identity_way(ferry_cstr(text(id))), WAY_READ_BACK);
        snprintf(key, sizeof key, "%s#12", text(id));
        ck_assert_int_eq(identity_way(ferry_cstr(key)), WAY_READ_BACK);
        ck_assert_int_eq(identity_way(ferry_cstr(wire(key, "a", "p", "1"))), WAY_READ_BACK);
    }
}
END_TEST

START_TEST(ids_of_others_say_nothing)
{
    static const char *const others[] = {"", "17", "8f1c5a02-0000-5000-8000-00000000000",
                                         "8f1c5a02-0000-5000-8000-00000000000g",
                                         "8f1c5a0200005000800000000000000000000"};
    ck_assert_int_eq(identity_way((struct ferry_str){NULL, 0}), WAY_UNKNOWN);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_int_eq(identity_way(ferry_cstr(others[i])), WAY_UNKNOWN);
    }
}
END_TEST

/* --- likeness ----------------------------------------------------------------------------------------- */

START_TEST(a_mirrored_result_is_like_its_source)
{
    const char *before = likeness("K_1");
    result.message = FERRY_LIT("[Mirrored from AO] expected 1");
    ck_assert_str_eq(likeness("K_1"), before);
    result.message = FERRY_LIT(" [Mirrored from AO] [Mirrored from DEMO]  expected 1 ");
    ck_assert_str_eq(likeness(" K_1\n"), before);
    result.duration_us += 400; /* trackers keep milliseconds */
    result.start_ms = 0;
    ck_assert_str_eq(likeness("K_1"), before);
}
END_TEST

START_TEST(what_trackers_do_not_tell_apart_is_alike)
{
    result.duration_us = 2000;
    const char *before = likeness("K_1");
    result.duration_us = 1600; /* rounded where it was sent */
    ck_assert_str_eq(likeness("K_1"), before);
    result.duration_us = 0;
    before = likeness("K_1");
    result.has = 0; /* read back as none at all */
    ck_assert_str_eq(likeness("K_1"), before);
    result.status = FERRY_SKIPPED;
    before = likeness("K_1");
    result.status = FERRY_NOT_RUN;
    ck_assert_str_eq(likeness("K_1"), before);
}
END_TEST

START_TEST(another_key_status_duration_or_message_is_not_like_it)
{
    const char *before = likeness("K_1");
    ck_assert_str_ne(likeness("K_2"), before);
    ck_assert_str_ne(likeness("k_1"), before);
    result.status = FERRY_ERRORED;
    ck_assert_str_ne(likeness("K_1"), before);
    begin();
    result.duration_us += 1000;
    ck_assert_str_ne(likeness("K_1"), before);
    begin();
    result.message = FERRY_LIT("[Mirrored from AO expected 1"); /* no mark: it never ends */
    ck_assert_str_ne(likeness("K_1"), before);
    begin();
    result.has = 0;
    ck_assert_str_ne(likeness("K_1"), before);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("identity");
    TCase *t = tcase_create("names");
    tcase_add_checked_fixture(t, begin, NULL);
    tcase_add_test(t, names_are_the_ones_that_trackers_already_hold);
    tcase_add_test(t, the_same_inputs_are_one_run_in_any_order_and_said_twice);
    tcase_add_test(t, other_inputs_or_another_job_are_another_run);
    tcase_add_test(t, every_part_of_an_identity_counts);
    tcase_add_test(t, what_became_of_a_test_is_no_part_of_who_it_is);
    tcase_add_test(t, letters_do_not_move_between_parts);
    tcase_add_test(t, hostile_names_are_names_like_others);
    tcase_add_test(t, absent_and_empty_are_the_same_test);
    tcase_add_test(t, another_status_time_or_message_is_another_execution);
    tcase_add_test(t, an_unknown_time_is_not_zero);
    tcase_add_test(t, twins_and_runs_are_told_apart);
    tcase_add_test(t, every_part_of_a_wire_id_counts);
    tcase_add_test(t, ids_say_which_way_a_result_came);
    tcase_add_test(t, ids_of_others_say_nothing);
    tcase_add_test(t, a_mirrored_result_is_like_its_source);
    tcase_add_test(t, what_trackers_do_not_tell_apart_is_alike);
    tcase_add_test(t, another_key_status_duration_or_message_is_not_like_it);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
