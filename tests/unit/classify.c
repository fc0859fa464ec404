/* SPDX-License-Identifier: MIT */
/* classify.c - what each end of an exchange means, and how long it is waited: one table for all trackers. */
#include <check.h>
#include <classify.h>
#include <stdlib.h>
#include <string.h>

static struct exchange x;
static struct ferry_verdict verdict;

static void begin(void)
{
    memset(&x, 0, sizeof x);
    verdict = (struct ferry_verdict){.size = sizeof verdict};
}

/* --- by status --------------------------------------------------------------------------- */

static const struct {
    uint32_t status;
    enum fate fate;
} table[] = {
    {200, FATE_PARSE},    {201, FATE_PARSE},   {202, FATE_PARSE},          {204, FATE_PARSE},
    {299, FATE_PARSE},    {400, FATE_REFUSED}, {422, FATE_REFUSED},        {507, FATE_REFUSED},
    {413, FATE_OVERSIZE}, {429, FATE_BUSY},    {401, FATE_SIGN_IN},        {403, FATE_PARKED},
    {404, FATE_PARKED},   {405, FATE_PARKED},  {410, FATE_PARKED},         {418, FATE_PARKED},
    {300, FATE_PARKED},   {301, FATE_PARKED},  {302, FATE_PARKED},         {304, FATE_PARKED},
    {307, FATE_PARKED},   {308, FATE_PARKED},  {408, FATE_UNSURE},         {409, FATE_UNSURE},
    {500, FATE_UNSURE},   {501, FATE_UNSURE},  {502, FATE_UNSURE},         {503, FATE_UNSURE},
    {504, FATE_UNSURE},   {520, FATE_UNSURE},  {599, FATE_UNSURE},         {100, FATE_PARKED},
    {0, FATE_PARKED},     {199, FATE_PARKED},  {4294967295u, FATE_UNSURE},
};

START_TEST(each_status_has_one_meaning)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ck_assert_msg(classify_status(table[i].status) == table[i].fate, "%u is %d",
                      table[i].status, (int)classify_status(table[i].status));
        x.end = EXCHANGE_ANSWERED;
        x.answer.status = table[i].status;
        ck_assert_int_eq(classify(&x, NULL), table[i].fate);
        ck_assert_int_eq(classify(&x, &(struct ferry_verdict){0}), table[i].fate);
        ck_assert_int_eq(classify(&x, &verdict), table[i].fate); /* BY_STATUS */
    }
}
END_TEST

/* Only what a server says it refused counts as refused: all else may have acted. */
START_TEST(no_status_of_a_broken_server_counts_as_refused)
{
    for (uint32_t status = 500; status < 600; status++) {
        ck_assert_int_eq(classify_status(status), status == 507 ? FATE_REFUSED : FATE_UNSURE);
    }
}
END_TEST

/* --- by verdict and end -------------------------------------------------------------------- */

START_TEST(a_codecs_verdict_wins_over_the_status)
{
    static const struct {
        uint32_t code;
        enum fate fate;
    } verdicts[] = {{FERRY_REFUSED, FATE_REFUSED}, {FERRY_OVERSIZE, FATE_OVERSIZE},
                    {FERRY_BUSY, FATE_BUSY},       {FERRY_SIGN_IN, FATE_SIGN_IN},
                    {FERRY_PARKED, FATE_PARKED},   {FERRY_UNSURE, FATE_UNSURE}};
    static const uint32_t statuses[] = {200, 400, 401, 503};
    x.end = EXCHANGE_ANSWERED;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        for (size_t k = 0; k < sizeof statuses / sizeof *statuses; k++) {
            verdict.code = verdicts[i].code;
            x.answer.status = statuses[k];
            ck_assert_int_eq(classify(&x, &verdict), verdicts[i].fate);
        }
    }
}
END_TEST

START_TEST(a_verdict_of_a_later_version_is_doubt)
{
    x.end = EXCHANGE_ANSWERED;
    x.answer.status = 200;
    verdict.code = 7;
    ck_assert_int_eq(classify(&x, &verdict), FATE_UNSURE);
    verdict.code = UINT32_MAX;
    ck_assert_int_eq(classify(&x, &verdict), FATE_UNSURE);
}
END_TEST

/* There was no answer to have a verdict about; a status left over from another exchange does not count either. */
START_TEST(without_an_answer_only_the_end_counts)
{
    verdict.code = FERRY_REFUSED;
    x.answer.status = 200;
    x.end = EXCHANGE_NOT_SENT;
    ck_assert_int_eq(classify(&x, &verdict), FATE_NOT_SENT);
    x.end = EXCHANGE_UNSURE;
    ck_assert_int_eq(classify(&x, &verdict), FATE_UNSURE);
    x.end = 0;
    ck_assert_int_eq(classify(&x, NULL), FATE_UNSURE);
}
END_TEST

/* --- waiting ----------------------------------------------------------------------------------- */

/* Tue, 15 Nov 1994 12:45:26 GMT */
#define NOW 784903526000

static int64_t after(const char *header)
{
    struct ferry_kv kv = {FERRY_LIT("retry-after"), ferry_cstr(header)};
    struct ferry_message answer = {.size = sizeof answer, .headers = &kv, .n_headers = 1};
    return classify_wait(&answer, 0, NOW, 499);
}

START_TEST(what_the_server_asks_for_is_waited_within_limits)
{
    ck_assert_int_eq(after("1"), 1000);
    ck_assert_int_eq(after("120"), 120000);
    ck_assert_int_eq(after(" 7 "), 7000);
    ck_assert_int_eq(after("007"), 7000);
    ck_assert_int_eq(after("300"), 300000);
    ck_assert_int_eq(after("301"), 300000);
    ck_assert_int_eq(after("86400"), 300000);
    ck_assert_int_eq(after("9223372036854775807"), 300000);
    ck_assert_int_eq(after("Tue, 15 Nov 1994 12:45:56 GMT"), 30000);
    ck_assert_int_eq(after(" Tue, 15 Nov 1994 12:46:26 GMT"), 60000);
    ck_assert_int_eq(after("Sun, 31 Dec 2999 23:59:59 GMT"), 300000);
    struct ferry_kv kv = {FERRY_LIT("retry-after"), FERRY_LIT("Tue, 15 Nov 1994 12:45:27 GMT")};
    struct ferry_message answer = {.size = sizeof answer, .headers = &kv, .n_headers = 1};
    ck_assert_int_eq(classify_wait(&answer, 0, NOW + 700, 0), 1000); /* 300 ms, made a second */
}
END_TEST

/* The own back-off instead: with this chance, 500 ms. */
START_TEST(what_cannot_be_meant_counts_as_absent)
{
    static const char *const junk[] = {
        "0",
        "-5",
        "-0",
        "+",
        "soon",
        "",
        " ",
        "1e30",
        "1.5",
        "0x10",
        "5 s",
        "5s",
        "99999999999999999999",
        "\xff",
        "12,5",
        "1 2",
        "Tue, 15 Nov 1994 12:45:26 GMT", /* now */
        "Mon, 14 Nov 1994 12:45:26 GMT", /* the past */
        "Tue, 15 Nov 1994 12:45:56",
        "Tue, 15 Nov 1994 12:45:56 CET",
        "Tue, 15 Nov 1994 12:45:56 GMT and then some",
        "15 Nov 1994 12:45:56 GMT",
        "Tue, 32 Nov 1994 12:45:56 GMT",
        "Tue, 15 Foo 1994 12:45:56 GMT",
        "a text that is far longer than any date of the three forms that a server may write here"};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        ck_assert_msg(after(junk[i]) == 500, "\"%s\": %lld ms", junk[i], (long long)after(junk[i]));
    }
    struct ferry_message none = {.size = sizeof none};
    ck_assert_int_eq(classify_wait(&none, 0, NOW, 499), 500);
    ck_assert_int_eq(classify_wait(NULL, 0, NOW, 499), 500);
}
END_TEST

START_TEST(patience_doubles_up_to_a_minute)
{
    static const int64_t ceilings[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};
    for (uint32_t tries = 0; tries < sizeof ceilings / sizeof *ceilings; tries++) {
        ck_assert_int_eq(classify_wait(NULL, tries, NOW, (uint64_t)ceilings[tries] - 1),
                         ceilings[tries]);
        ck_assert_int_eq(classify_wait(NULL, tries, NOW, (uint64_t)ceilings[tries]), 1);
        ck_assert_int_eq(classify_wait(NULL, tries, NOW, 0), 1);
    }
    ck_assert_int_le(classify_wait(NULL, UINT32_MAX, NOW, UINT64_MAX), 60000);
}
END_TEST

START_TEST(waits_are_spread_over_the_whole_of_it)
{
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        int64_t ms = classify_wait(NULL, 3, NOW, i * 0x9e3779b97f4a7c15u);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
        ck_assert_int_ge(ms, 1);
        ck_assert_int_le(ms, 8000);
    }
    ck_assert_int_lt(least, 200);
    ck_assert_int_gt(most, 7800);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("classify");
    TCase *t = tcase_create("ends of exchanges");
    tcase_add_checked_fixture(t, begin, NULL);
    tcase_add_test(t, each_status_has_one_meaning);
    tcase_add_test(t, no_status_of_a_broken_server_counts_as_refused);
    tcase_add_test(t, a_codecs_verdict_wins_over_the_status);
    tcase_add_test(t, a_verdict_of_a_later_version_is_doubt);
    tcase_add_test(t, without_an_answer_only_the_end_counts);
    tcase_add_test(t, what_the_server_asks_for_is_waited_within_limits);
    tcase_add_test(t, what_cannot_be_meant_counts_as_absent);
    tcase_add_test(t, patience_doubles_up_to_a_minute);
    tcase_add_test(t, waits_are_spread_over_the_whole_of_it);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
