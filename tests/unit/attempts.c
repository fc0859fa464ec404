/* SPDX-License-Identifier: MIT */
/*
 * attempts.c - which tests of a run have several results: told by bits that different tests may share, so what is counted must
 * be the same test, of this run, and captured.
 */
#include "deliver_bench.h"

#include <attempts.h>

/* Identities that agree in all that the bits are taken from, unless told apart by `head`. */
static void item(int64_t capture, unsigned head, unsigned tail)
{
    unsigned char ident[16] = {(unsigned char)head, (unsigned char)(head >> 8)};
    ident[15] = (unsigned char)tail;
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "INSERT INTO item(run_id, capture_id, noun, identity, packed)"
                            " SELECT run_id, id, 7, ?, x'00' FROM capture WHERE id = ?",
                            "bi", (struct ferry_str){(const char *)ident, sizeof ident}, capture),
                     FERRY_OK);
}

static void captured(int64_t id, int64_t run, int64_t state)
{
    ck_assert_int_eq(
        db_run(fake.engine.journal.db, &fake.err,
               "INSERT INTO capture(id, run_id, part, state, at_ms) VALUES(?, ?, '', ?, 0)", "iii",
               id, run, state),
        FERRY_OK);
}

static int some(void)
{
    int some = -1;
    ck_assert_int_eq(attempts_find(&fake.engine, 1, &some, &fake.err), FERRY_OK);
    return some;
}

static uint32_t next(unsigned head, unsigned tail)
{
    unsigned char ident[16] = {(unsigned char)head, (unsigned char)(head >> 8)};
    uint32_t n = 99;
    ident[15] = (unsigned char)tail;
    ck_assert_int_eq(attempts_next(&fake.engine,
                                   (struct ferry_str){(const char *)ident, sizeof ident}, &n,
                                   &fake.err),
                     FERRY_OK);
    return n;
}

START_TEST(results_of_one_test_are_numbered)
{
    captured(1, 1, 1);
    for (unsigned i = 0; i < 20; i++) {
        item(1, i, 0);
    }
    item(1, 3, 0);
    item(1, 3, 0);
    item(1, 7, 0);
    ck_assert_int_eq(some(), 1);
    ck_assert_uint_eq(next(3, 0), 1);
    ck_assert_uint_eq(next(7, 0), 1);
    ck_assert_uint_eq(next(3, 0), 2);
    ck_assert_uint_eq(next(3, 0), 3);
    ck_assert_uint_eq(next(7, 0), 2);
    ck_assert_uint_eq(next(4, 0), 0);
    ck_assert_int_eq(some(), 1); /* and from 1 again, by the next plan */
    ck_assert_uint_eq(next(3, 0), 1);
}
END_TEST

START_TEST(tests_that_share_a_bit_are_two)
{
    captured(1, 1, 1);
    item(1, 5, 1);
    item(1, 5, 2);
    ck_assert_int_eq(some(), 0);
    item(1, 5, 2);
    ck_assert_int_eq(some(), 1);
    ck_assert_uint_eq(next(5, 1), 0);
    ck_assert_uint_eq(next(5, 2), 1);
}
END_TEST

START_TEST(what_is_not_captured_or_of_another_run_does_not_count)
{
    ck_assert_int_eq(db_script(fake.engine.journal.db,
                               "INSERT INTO run(id, key, title, source, shared, created_ms)"
                               " VALUES(2, 'L', 'T', 'report', 0, 0)",
                               &fake.err),
                     FERRY_OK);
    captured(1, 1, 1);
    captured(2, 1, 0);
    captured(3, 2, 1);
    item(1, 9, 0);
    item(2, 9, 0);
    item(3, 9, 0);
    ck_assert_int_eq(some(), 0);
    captured(4, 1, 1); /* of two captures of one run */
    item(4, 9, 0);
    ck_assert_int_eq(some(), 1);
    ck_assert_uint_eq(next(9, 0), 1);
}
END_TEST

START_TEST(a_thousand_tests_tried_twice_are_all_numbered)
{
    enum { MANY = 1000 };
    captured(1, 1, 1);
    for (unsigned i = 0; i < 2 * MANY; i++) {
        item(1, i % MANY, 0);
    }
    item(1, MANY, 0);
    ck_assert_int_eq(some(), 1);
    for (unsigned i = 0; i < 2 * MANY; i++) {
        ck_assert_uint_eq(next(i % MANY, 0), 1 + i / MANY);
    }
    ck_assert_uint_eq(next(MANY, 0), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        results_of_one_test_are_numbered,
        tests_that_share_a_bit_are_two,
        what_is_not_captured_or_of_another_run_does_not_count,
        a_thousand_tests_tried_twice_are_all_numbered,
    };
    return run_tests("attempts", tests, sizeof tests / sizeof *tests);
}
