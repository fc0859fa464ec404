// SPDX-License-Identifier: MIT
//
// crossing.cc - one test for each thing that doctest can say; expected.json tells what has to arrive.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>
#include <string>

TEST_SUITE_BEGIN("crossing");

TEST_CASE("passes [DOC_001]")
{
    REQUIRE(2 + 2 == 4);
}

TEST_CASE("fails twice [DOC_002]")
{
    CHECK(std::string("fare <&\"'> ]]> grüß 渡し船") == "calm");
    CHECK(std::string("the second one") == "calm");
}

TEST_CASE("throws [DOC_003]")
{
    throw std::runtime_error("no such quay <&>");
}

TEST_CASE("skipped, and so left out [DOC_004]" * doctest::skip())
{
    REQUIRE(false);
}

TEST_CASE("may fail [DOC_005]" * doctest::may_fail())
{
    REQUIRE(false);
}

TEST_CASE("parts [DOC_006]")
{
    SUBCASE("first")
    {
        CHECK(true);
    }
    SUBCASE("second/with a slash")
    {
        CHECK(false);
    }
}

TEST_CASE("says FAIL, which the report leaves out [DOC_007]")
{
    FAIL("no pier");
}

TEST_CASE("astral 🚀 and grüß 渡し船 [DOC_008]")
{
    CHECK(std::string("rocket 🚀 landed") == "calm");
}

TEST_CASE("control bytes [DOC_009]")
{
    CHECK(std::string("esc \x1b[31mred\x1b[0m one \x01 bell \a end") == "calm");
}

TEST_CASE("name with esc \x1b[31m and one \x01 [DOC_010]")
{
    CHECK(true);
}

TEST_CASE("no UTF-8 [DOC_011]")
{
    CHECK(std::string("latin gr\xfc\xdf end") == "calm");
}

TEST_CASE_TEMPLATE("holds [DOC_012]", T, int, char)
{
    CHECK(sizeof(T) > 1);
}

TEST_CASE("no key")
{
    CHECK(true);
}

TEST_CASE("crashes [DOC_013]")
{
    std::raise(SIGSEGV);
}

TEST_SUITE_END();
