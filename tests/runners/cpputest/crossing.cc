// SPDX-License-Identifier: MIT
//
// crossing.cc - one test for each thing that CppUTest can say; expected.json tells what has to arrive. Each group has a report of its own.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/TestHarness.h>

TEST_GROUP(Quay){};

TEST(Quay, passes)
{
    LONGS_EQUAL(4, 2 + 2);
}

TEST(Quay, fails)
{
    FAIL("fare <&\"'> ]]> grüß 渡し船");
}

TEST(Quay, compares)
{
    STRCMP_EQUAL("northern quay", "southern quay");
}

IGNORE_TEST(Quay, ignored)
{
    FAIL("must never run");
}

static char *leak;

TEST(Quay, leaks)
{
    leak = new char[7]; // its bytes are shown as they are
    for (int i = 0; i < 7; i++) {
        leak[i] = 'x';
    }
}

TEST_GROUP(Night){};

TEST(Night, astral)
{
    FAIL("rocket 🚀 landed");
}

TEST(Night, controlBytes)
{
    UT_PRINT("out: esc \x1b[31mred\x1b[0m bell \a");
    FAIL("esc \x1b[31mred\x1b[0m one \x01 bell \a end");
}

TEST(Night, noUtf8)
{
    FAIL("latin gr\xfc\xdf end");
}

TEST(Night, überfahrt)
{
    CHECK(true);
}

int main(int argc, char **argv)
{
    return CommandLineTestRunner::RunAllTests(argc, argv);
}
