/* SPDX-License-Identifier: MIT */
/* junit_times.c - every form of `time` and `timestamp` that runners write, and what is none. */
#include "times.h"

#include <check.h>
#include <stdlib.h>

struct duration {
    const char *text;
    enum times_verdict verdict;
    int64_t us;
};

static const struct duration durations[] = {
    {"0", TIMES_OK, 0},
    {"0.123", TIMES_OK, 123000},
    {"12.5", TIMES_OK, 12500000},
    {" 1.5\n", TIMES_OK, 1500000},
    {"+2", TIMES_OK, 2000000},
    {".5", TIMES_OK, 500000},
    {"0.", TIMES_OK, 0},
    {"5.", TIMES_OK, 5000000},
    {"0.0000005", TIMES_OK, 1},
    {"0.0000004", TIMES_OK, 0},
    {"0.1234567", TIMES_OK, 123457},
    {"1234567890.5", TIMES_OK, 1234567890500000},
    {"1.3e-05", TIMES_OK, 13},
    {"1.3E-05", TIMES_OK, 13},
    {"2e3", TIMES_OK, 2000000000},
    {"1e-400", TIMES_OK, 0},
    {"0.000033000000000000003", TIMES_OK, 33},
    {"-0.0", TIMES_OK, 0},
    {"1,234.56", TIMES_FORM, 1234560000},
    {"1,234.567", TIMES_FORM, 1234567000},
    {"2,503.1", TIMES_FORM, 2503100000},
    {"1,234,567.8", TIMES_FORM, 1234567800000},
    {"1,234,567", TIMES_FORM, 1234567000000},
    {"0,03", TIMES_FORM, 30000},
    {"0,123", TIMES_FORM, 123000},
    {"12,5", TIMES_FORM, 12500000},
    {"1.234,5", TIMES_FORM, 1234500000},
    {"1 234,5", TIMES_FORM, 1234500000},
    {"1\xC2\xA0"
     "234,5",
     TIMES_FORM, 1234500000},
    {"1\xE2\x80\xAF"
     "234,5",
     TIMES_FORM, 1234500000},
    {"1'234.5", TIMES_FORM, 1234500000},
    {"1,234", TIMES_DOUBT, 1234000000},
    {"12,345", TIMES_DOUBT, 12345000000},
    {"1m2.5s", TIMES_FORM, 62500000},
    {"250ms", TIMES_FORM, 250000},
    {"250 ms", TIMES_FORM, 250000},
    {"1.5 s", TIMES_FORM, 1500000},
    {"3us", TIMES_FORM, 3},
    {"3\xC2\xB5s", TIMES_FORM, 3},
    {"1h 2m 3s", TIMES_FORM, 3723000000},
    {"2 minutes", TIMES_FORM, 120000000},
    {"PT1.5S", TIMES_FORM, 1500000},
    {"PT1H2M3S", TIMES_FORM, 3723000000},
    {"P1DT1S", TIMES_FORM, 86401000000},
    {"00:00:01.5000000", TIMES_FORM, 1500000},
    {"1.02:03:04", TIMES_FORM, 93784000000},
    {"02:03", TIMES_FORM, 123000000},
    {"", TIMES_BAD, 0},
    {" ", TIMES_BAD, 0},
    {"-1.000000", TIMES_BAD, 0},
    {"-4416.244657678726", TIMES_BAD, 0},
    {"NaN", TIMES_BAD, 0},
    {"Infinity", TIMES_BAD, 0},
    {"-Infinity", TIMES_BAD, 0},
    {"undefined", TIMES_BAD, 0},
    {"<<computed>>", TIMES_BAD, 0},
    {"{duration}", TIMES_BAD, 0},
    {"time", TIMES_BAD, 0},
    {"1.2.3", TIMES_BAD, 0},
    {"1,23,4", TIMES_BAD, 0},
    {"1,2345.6", TIMES_BAD, 0},
    {"1.5.", TIMES_BAD, 0},
    {",", TIMES_BAD, 0},
    {".", TIMES_BAD, 0},
    {"e5", TIMES_BAD, 0},
    {"1e", TIMES_BAD, 0},
    {"1e+", TIMES_BAD, 0},
    {"0x10", TIMES_BAD, 0},
    {"5 parsecs", TIMES_BAD, 0},
    {"1m2", TIMES_BAD, 0},
    {"P", TIMES_BAD, 0},
    {"PT", TIMES_BAD, 0},
    {":", TIMES_BAD, 0},
    {"1:", TIMES_BAD, 0},
    {"1:2:3:4:5", TIMES_BAD, 0},
    {"171940062:6000:0:0115", TIMES_BAD, 0},
    {"999999999.02:03:04", TIMES_BAD, 0},
    {"1e30", TIMES_BAD, 0},
    {"99999999999999999999", TIMES_BAD, 0},
    {"999999999999h", TIMES_BAD, 0},
    {"00000000000000000000000000000000000000000000000000000000000000000000000001", TIMES_BAD, 0},
};

START_TEST(a_duration_reads_as_its_writer_meant_it)
{
    const struct duration *d = &durations[_i];
    int64_t us = -77;
    enum times_verdict verdict = times_duration(ferry_cstr(d->text), &us);
    ck_assert_msg(verdict == d->verdict, "\"%s\": verdict %d, not %d", d->text, (int)verdict,
                  (int)d->verdict);
    ck_assert_msg(us == (verdict == TIMES_BAD ? -77 : d->us), "\"%s\": %lld us", d->text,
                  (long long)us);
}
END_TEST

struct stamp {
    const char *text;
    enum times_verdict verdict;
    int64_t ms;
    int zoneless;
};

/* 2026-11-20T10:11:12 UTC is 1795169472 s. */
static const struct stamp stamps[] = {
    {"2026-11-20T10:11:12Z", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T10:11:12.345Z", TIMES_OK, 1795169472345, 0},
    {"2026-11-20T10:11:12.345678Z", TIMES_OK, 1795169472345, 0},
    {"2026-11-20T10:11:12,5Z", TIMES_OK, 1795169472500, 0},
    {"2026-11-20t10:11:12z", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T10:11:12", TIMES_OK, 1795169472000, 1},
    {"2026-11-20T10:11:12.345678", TIMES_OK, 1795169472345, 1},
    {"2026-11-20 10:11:12", TIMES_OK, 1795169472000, 1},
    {"2026-11-20T 10:11:12", TIMES_OK, 1795169472000, 1},
    {"2026-11-20 10:11:12Z", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T10:11", TIMES_OK, 1795169460000, 1},
    {"2026-11-20", TIMES_OK, 1795132800000, 1},
    {"2026/11/20 10:11:12", TIMES_OK, 1795169472000, 1},
    {"20261120T101112Z", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T11:11:12+01:00", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T02:11:12.000-0800", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T11:11:12+01", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T10:11:12 UTC", TIMES_OK, 1795169472000, 0},
    {"2026-11-20T11:11:12+01:00[Europe/Berlin]", TIMES_OK, 1795169472000, 0},
    {"Fri, 20 Nov 2026 10:11:12 GMT", TIMES_OK, 1795169472000, 0},
    {"Fri, 20 Nov 2026 11:11:12 +0100", TIMES_OK, 1795169472000, 0},
    {"20 Nov 2026 10:11:12 GMT", TIMES_OK, 1795169472000, 0},
    {"Fri Nov 20 10:11:12 2026", TIMES_OK, 1795169472000, 1},
    {"Fri Nov 20 10:11:12 UTC 2026", TIMES_OK, 1795169472000, 0},
    {"Fri Nov 20 2026 11:11:12 GMT+0100 (CET)", TIMES_OK, 1795169472000, 0},
    {"November 20, 2026 10:11:12", TIMES_OK, 1795169472000, 1},
    {"20-Nov-2026 10:11:12", TIMES_OK, 1795169472000, 1},
    {"1795169472", TIMES_OK, 1795169472000, 0},
    {"1795169472.25", TIMES_OK, 1795169472250, 0},
    {"1795169472345", TIMES_OK, 1795169472345, 0},
    {"1969-12-31T23:59:59Z", TIMES_OK, -1000, 0},
    {"2024-02-29T00:00:00Z", TIMES_OK, 1709164800000, 0},
    {"2016-12-31T23:59:60Z", TIMES_OK, 1483228800000, 0},
    {"1970-01-01T00:00:00.000", TIMES_NONE, 0, 0},
    {"0", TIMES_NONE, 0, 0},
    {"", TIMES_BAD, 0, 0},
    {"12.000", TIMES_BAD, 0, 0},
    {"2421.447", TIMES_BAD, 0, 0},
    {"2018-38-06T02:38:04", TIMES_BAD, 0, 0},
    {"2023-02-29T00:00:00Z", TIMES_BAD, 0, 0},
    {"2026-11-20T25:11:12Z", TIMES_BAD, 0, 0},
    {"2026-11-20T10:61:12Z", TIMES_BAD, 0, 0},
    {"9999-12-31T21:21 EST", TIMES_BAD, 0, 0},
    {"0001-01-01T00:00:00+05:00", TIMES_BAD, 0, 0},
    {"2026-11-20T10:11:12 Mars", TIMES_BAD, 0, 0},
    {"2026-11-20T10:11:12+99:00", TIMES_BAD, 0, 0},
    {"2026-11-20T10:11:12.", TIMES_BAD, 0, 0},
    {"2026-11-20Tnoon", TIMES_BAD, 0, 0},
    {"0000-01-01T00:00:00Z", TIMES_BAD, 0, 0},
    {"yesterday", TIMES_BAD, 0, 0},
    {"{iso8601-timestamp}", TIMES_BAD, 0, 0},
    {"20 Nov 20 Nov 2026", TIMES_BAD, 0, 0},
    {"99999999999999999999999999", TIMES_BAD, 0, 0},
};

START_TEST(a_timestamp_reads_as_its_writer_meant_it)
{
    const struct stamp *s = &stamps[_i];
    int64_t ms = -77;
    int zoneless = -7;
    enum times_verdict verdict = times_stamp(ferry_cstr(s->text), &ms, &zoneless);
    ck_assert_msg(verdict == s->verdict, "\"%s\": verdict %d, not %d", s->text, (int)verdict,
                  (int)s->verdict);
    ck_assert_msg(ms == (verdict == TIMES_OK ? s->ms : -77), "\"%s\": %lld ms", s->text,
                  (long long)ms);
    ck_assert_msg(zoneless == (verdict == TIMES_OK ? s->zoneless : -7), "\"%s\": zone", s->text);
}
END_TEST

START_TEST(what_is_cut_anywhere_never_reads_beyond_its_end)
{
    static const char *const texts[] = {"Fri Nov 20 2026 11:11:12 GMT+0100 (CET)",
                                        "2026-11-20T11:11:12.123456+01:00[Europe/Berlin]",
                                        "P1DT2H3M4.5S", "1,234,567.8e-2", "1.02:03:04.5000000"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            char *own = malloc(n ? n : 1); /* of this size: a sanitizer sees one byte more */
            int64_t value = 0;
            int zoneless = 0;
            ck_assert_ptr_nonnull(own);
            memcpy(own, texts[i], n);
            times_duration((struct ferry_str){own, n}, &value);
            times_stamp((struct ferry_str){own, n}, &value, &zoneless);
            free(own);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit times");
    TCase *times = tcase_create("times");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(times, a_duration_reads_as_its_writer_meant_it, 0,
                        sizeof durations / sizeof *durations);
    tcase_add_loop_test(times, a_timestamp_reads_as_its_writer_meant_it, 0,
                        sizeof stamps / sizeof *stamps);
    tcase_add_test(times, what_is_cut_anywhere_never_reads_beyond_its_end);
    suite_add_tcase(suite, times);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
