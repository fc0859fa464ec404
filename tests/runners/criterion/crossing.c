/* SPDX-License-Identifier: MIT */
/*
 * crossing.c - one test for each thing that Criterion can say; expected.json tells what has to arrive.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdio.h>

Test(crossing, passes)
{
    cr_assert_eq(2 + 2, 4);
}

Test(crossing, fails_twice)
{
    cr_expect(0, "%s", "fare <&\"'> ]]> grüß 渡し船");
    cr_assert(0, "the second one");
}

Test(crossing, crashes)
{
    raise(SIGSEGV);
}

Test(crossing, exits)
{
    exit(3);
}

Test(crossing, is_to_crash, .signal = SIGSEGV)
{
    raise(SIGSEGV);
}

Test(crossing, skips)
{
    cr_skip_test("no ferry on Sundays: Fähre ruht");
}

Test(crossing, disabled, .disabled = true)
{
    cr_assert(0);
}

Test(crossing, astral)
{
    cr_assert(0, "rocket 🚀 landed");
}

Test(crossing, control_bytes)
{
    printf("out: esc \x1b[31mred\x1b[0m bell \a\n");
    cr_assert(0, "%s", "esc \x1b[31mred\x1b[0m one \x01 bell \a end");
}

Test(crossing, no_utf8)
{
    cr_assert(0, "%s", "latin gr\xfc\xdf end");
}

static int seats[] = {1, 2, 0};

ParameterizedTestParameters(boards, seats)
{
    return cr_make_param_array(int, seats, sizeof seats / sizeof *seats);
}

ParameterizedTest(int *n, boards, seats)
{
    cr_assert_gt(*n, 0, "no seats: %d", *n);
}
