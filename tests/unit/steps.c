/* SPDX-License-Identifier: MIT */
/* steps.c - texts go to steps of the same shape, and never over what a step says itself. */
#include <check.h>
#include <stdlib.h>
#include <steps.h>

static const struct ferry_step untold = {.size = sizeof untold, .status = FERRY_PASSED};
static const struct ferry_step walk = {.size = sizeof walk,
                                       .action = FERRY_LIT("walk"),
                                       .expected = FERRY_LIT("there"),
                                       .data = FERRY_LIT("north")};
static const struct ferry_step talk = {.size = sizeof talk, .action = FERRY_LIT("talk")};
static const struct ferry_step *const inner_untold[] = {&untold};
static const struct ferry_step *const inner_told[] = {&walk};
static const struct ferry_step outer_untold = {
    .size = sizeof outer_untold, .comment = FERRY_LIT("hm"), .steps = inner_untold, .n_steps = 1};
static const struct ferry_step outer_told = {
    .size = sizeof outer_told, .action = FERRY_LIT("go out"), .steps = inner_told, .n_steps = 1};
static struct arena arena;

static void begin(void)
{
    arena_init(&arena, 1 << 20);
}

static void end(void)
{
    arena_finish(&arena);
}

START_TEST(texts_are_given_at_each_depth)
{
    const struct ferry_step *const listed[] = {&outer_untold, &untold};
    const struct ferry_step *const texts[] = {&outer_told, &talk};
    const struct ferry_step *const *told = steps_told(&arena, listed, 2, texts, 2);
    ck_assert_uint_eq(steps_untold(listed, 2), 3);
    ck_assert_ptr_nonnull(told);
    ck_assert_uint_eq(steps_untold(told, 2), 0);
    ck_assert(ferry_eq(told[0]->action, FERRY_LIT("go out")));
    ck_assert(ferry_eq(told[0]->comment, FERRY_LIT("hm")));
    ck_assert(ferry_eq(told[0]->steps[0]->data, FERRY_LIT("north")));
    ck_assert(ferry_eq(told[0]->steps[0]->expected, FERRY_LIT("there")));
    ck_assert_uint_eq(told[0]->steps[0]->status, FERRY_PASSED);
    ck_assert(ferry_eq(told[1]->action, FERRY_LIT("talk")));
}
END_TEST

START_TEST(what_a_step_says_itself_stays)
{
    const struct ferry_step *const listed[] = {&talk};
    const struct ferry_step *const texts[] = {&walk};
    const struct ferry_step *const *told = steps_told(&arena, listed, 1, texts, 1);
    ck_assert_ptr_nonnull(told);
    ck_assert(ferry_eq(told[0]->action, FERRY_LIT("talk")));
    ck_assert(ferry_eq(told[0]->data, FERRY_LIT("north")));
}
END_TEST

START_TEST(other_shapes_lend_nothing)
{
    const struct ferry_step *const flat[] = {&untold, &untold};
    const struct ferry_step *const deep[] = {&outer_told, &walk};
    const struct ferry_step *const listed[] = {&outer_untold, &untold};
    const struct ferry_step *const told[] = {&walk, &talk};
    ck_assert_ptr_null(steps_told(&arena, flat, 2, deep, 2));
    ck_assert_ptr_null(steps_told(&arena, listed, 2, told, 2));
    ck_assert_ptr_null(steps_told(&arena, flat, 2, told, 1));
    ck_assert_ptr_null(steps_told(&arena, flat, 0, told, 0));
    ck_assert_int_eq(arena.failed, 0);
}
END_TEST

START_TEST(steps_that_hold_themselves_come_to_an_end)
{
    struct ferry_step ring = {.size = sizeof ring, .n_steps = 1};
    const struct ferry_step *const list[] = {&ring};
    ring.steps = list;
    ck_assert_uint_le(steps_untold(list, 1), 64);
    ck_assert_ptr_null(steps_told(&arena, list, 1, list, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("steps");
    TCase *t = tcase_create("steps");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, texts_are_given_at_each_depth);
    tcase_add_test(t, what_a_step_says_itself_stays);
    tcase_add_test(t, other_shapes_lend_nothing);
    tcase_add_test(t, steps_that_hold_themselves_come_to_an_end);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
