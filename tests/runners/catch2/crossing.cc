// SPDX-License-Identifier: MIT
//
// crossing.cc - one test for each thing that Catch2 can say; expected.json tells what has to arrive.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <csignal>
#include <iostream>
#include <stdexcept>

TEST_CASE("passes [CAT_001]")
{
    REQUIRE(2 + 2 == 4);
}

TEST_CASE("fails twice [CAT_002]")
{
    CHECK(std::string("fare <&\"'> ]]> grüß 渡し船") == "calm");
    CHECK(std::string("second") == "calm");
}

TEST_CASE("throws [CAT_003]")
{
    throw std::runtime_error("no such quay <&>");
}

TEST_CASE("sections [CAT_004]")
{
    SECTION("first")
    {
        REQUIRE(true);
    }
    SECTION("second/with a slash")
    {
        REQUIRE(false);
    }
}

TEST_CASE("may fail [CAT_005]", "[!mayfail]")
{
    CHECK(false);
}

TEST_CASE("should fail [CAT_006]", "[!shouldfail]")
{
    REQUIRE(false);
}

TEST_CASE("hidden, so never run [CAT_007]", "[.]")
{
    REQUIRE(false);
}

TEST_CASE("boards [CAT_008]")
{
    int seats = GENERATE(1, 2, 0);
    DYNAMIC_SECTION("seats " << seats)
    {
        REQUIRE(seats > 0);
    }
}

TEMPLATE_TEST_CASE("holds [CAT_009]", "", int, long)
{
    REQUIRE(sizeof(TestType) > 1);
}

TEST_CASE("astral 🚀 and grüß 渡し船 [CAT_010]")
{
    INFO("rocket 🚀 landed");
    CHECK(false);
}

TEST_CASE("control bytes [CAT_011]")
{
    std::cout << "out: esc \x1b[31mred\x1b[0m bell \a\n";
    std::cerr << "err: one \x01 done\n";
    FAIL("esc \x1b[31mred\x1b[0m one \x01 nul " << '\0' << " bell \a end");
}

TEST_CASE("name with esc \x1b[31m and one \x01 [CAT_012]")
{
    SUCCEED();
}

TEST_CASE("no UTF-8 [CAT_013]")
{
    FAIL("latin gr\xfc\xdf end");
}

TEST_CASE("nothing asserted")
{
}

TEST_CASE("crashes [CAT_014]")
{
    std::raise(SIGSEGV);
}
