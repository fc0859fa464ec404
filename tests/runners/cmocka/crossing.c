/* SPDX-License-Identifier: MIT */
/*
 * crossing.c - one test for each thing that cmocka can say; expected.json tells what has to arrive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void passes(void **state)
{
    (void)state;
    assert_int_equal(2 + 2, 4);
}

static void fails(void **state)
{
    (void)state;
    assert_string_equal("fare <&\"'> ]]> grüß 渡し船", "calm");
}

static void compares(void **state)
{
    (void)state;
    assert_string_equal("northern quay", "southern quay");
}

static void skips(void **state)
{
    (void)state;
    skip();
}

static void crashes(void **state)
{
    int *volatile nowhere = NULL;
    (void)state;
    *nowhere = 1;
}

static void astral(void **state)
{
    (void)state;
    assert_string_equal("rocket 🚀 landed", "calm");
}

static void control_bytes(void **state)
{
    (void)state;
    print_message("out: esc \x1b[31mred\x1b[0m bell \a\n");
    assert_string_equal("esc \x1b[31mred\x1b[0m one \x01 bell \a end", "calm");
}

static void no_utf8(void **state)
{
    (void)state;
    assert_string_equal("latin gr\xfc\xdf end", "calm");
}

static int no_pier(void **state)
{
    (void)state;
    return -1;
}

static int pier_breaks(void **state)
{
    (void)state;
    return -1;
}

static void boards(void **state)
{
    const int *seats = *state;
    assert_int_not_equal(*seats, 0);
}

static int one = 1, two = 2, none = 0;

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(fails),
        cmocka_unit_test(compares),
        cmocka_unit_test(skips),
        cmocka_unit_test(crashes),
        cmocka_unit_test(astral),
        cmocka_unit_test(control_bytes),
        cmocka_unit_test(no_utf8),
        {"after <no pier> [CMO_009]", passes, no_pier, NULL, NULL},
        {"before the pier breaks [CMO_010]", passes, NULL, pier_breaks, NULL},
        {"boards one [CMO_011]", boards, NULL, NULL, &one},
        {"boards two [CMO_011]", boards, NULL, NULL, &two},
        {"boards none [CMO_011]", boards, NULL, NULL, &none},
        {"grüß 渡し船 🚀 [CMO_012]", passes, NULL, NULL, NULL},
        {"esc \x1b[31m and one \x01 in a name [CMO_013]", passes, NULL, NULL, NULL},
        {"no key", passes, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests_name("crossing & back", tests, NULL, NULL);
}
