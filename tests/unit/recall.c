/* SPDX-License-Identifier: MIT */
/* recall.c - what a run that is read back was sent as: alike ones are taken one after the other, by those that are known as well, and never twice. */
#include "fake_remote.h"

#include <pack.h>
#include <recall.h>
#include <text.h>

static struct recall recall;
static struct arena arena;

static void write_row(const char *sql)
{
    ck_assert_msg(db_run(fake.engine.journal.db, &fake.err, sql, "") == FERRY_OK, "%s",
                  fake.err.message);
}

/* One that was delivered into run 7, with a parameter that no list shows. */
static void sent(const char *message, const char *parameter)
{
    const struct ferry_kv parameters[] = {{FERRY_LIT("browser"), ferry_cstr(parameter)}};
    const struct ferry_result result = {.size = sizeof result,
                                        .status = FERRY_PASSED,
                                        .message = ferry_cstr(message),
                                        .parameters = parameters,
                                        .n_parameters = 1};
    const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_RESULT, .name = FERRY_LIT("t"), .result = &result};
    struct buf packed;
    buf_init(&packed, 4096);
    pack_item(&packed, &item);
    ck_assert_int_eq(
        db_run(fake.engine.journal.db, &fake.err,
               "INSERT INTO op(dest_id, lane_id, kind, act, key, packed, state, settled_ms)"
               " VALUES(1, 1, ?1, ?1, ?2, ?3, 7, 1)",
               "isb", (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RESULT), ferry_cstr(parameter),
               buf_str(&packed)),
        FERRY_OK);
    buf_finish(&packed);
}

/* As a list shows it; its parameter afterwards, "" where nobody knows. */
static const char *completed(const char *message)
{
    static char value[40];
    static const struct ferry_ref of_case = {
        .size = sizeof of_case, .role = FERRY_CASE, .noun = FERRY_CASE, .id = {"11", 2}};
    static const struct ferry_ref *const refs[] = {&of_case};
    struct ferry_result shown = {
        .size = sizeof shown, .status = FERRY_PASSED, .message = ferry_cstr(message)};
    struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_RESULT, .result = &shown, .refs = refs, .n_refs = 1};
    arena_reset(&arena);
    ck_assert_int_eq(recall_complete(&recall, &item, &shown, &arena, &fake.err), FERRY_OK);
    snprintf(value, sizeof value, "%.*s",
             STR_ARG(ferry_get(shown.parameters, shown.n_parameters, FERRY_LIT("browser"))));
    return value;
}

static void open_recall(void)
{
    ck_assert_int_eq(recall_open(&recall, &fake.engine, 1, FERRY_LIT("7"), &fake.err), FERRY_OK);
}

static void begin(void)
{
    fake_begin();
    arena_init(&arena, 1 << 20);
    write_row("UPDATE lane SET target_run = '7' WHERE id = 1");
}

static void end(void)
{
    recall_close(&recall);
    arena_finish(&arena);
    fake_end();
}

START_TEST(alike_ones_are_taken_one_after_the_other_and_never_twice)
{
    sent("m", "firefox");
    sent("m", "chrome");
    sent("other", "safari");
    open_recall();
    ck_assert_str_eq(completed("m"), "firefox"); /* also one that is known already takes its own, */
    ck_assert_str_eq(completed("m"), "chrome");  /* so that the new one gets what is left */
    ck_assert_str_eq(completed("m"), "");
    ck_assert_str_eq(completed("other"), "safari");
    ck_assert_str_eq(completed("nobody's"), "");
}
END_TEST

START_TEST(when_the_list_begins_again_all_are_free)
{
    sent("m", "firefox");
    open_recall();
    ck_assert_str_eq(completed("m"), "firefox");
    ck_assert_str_eq(completed("m"), "");
    ck_assert_int_eq(recall_again(&recall, &fake.err), FERRY_OK);
    ck_assert_str_eq(completed("m"), "firefox");
}
END_TEST

START_TEST(what_went_into_another_run_is_not_taken)
{
    sent("m", "firefox");
    write_row("UPDATE lane SET target_run = '8' WHERE id = 1");
    open_recall();
    ck_assert_str_eq(completed("m"), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recall");
    TCase *t = tcase_create("recall");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, alike_ones_are_taken_one_after_the_other_and_never_twice);
    tcase_add_test(t, when_the_list_begins_again_all_are_free);
    tcase_add_test(t, what_went_into_another_run_is_not_taken);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
