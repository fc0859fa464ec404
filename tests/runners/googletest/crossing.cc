// SPDX-License-Identifier: MIT
//
// crossing.cc - one test for each thing that GoogleTest can say; expected.json tells what has to arrive.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace
{

void key(const char *value)
{
    testing::Test::RecordProperty("AutomationKey", value);
}

TEST(Crossing, Passes)
{
    key("GTE_001");
    RecordProperty("weather", "Böen <&\"'>");
    RecordProperty("seats", 12);
}

TEST(Crossing, FailsTwice)
{
    key("GTE_002");
    EXPECT_EQ(std::string("fare <&\"'> ]]> grüß 渡し船"), "calm");
    EXPECT_TRUE(false) << "the second one";
}

TEST(Crossing, Throws)
{
    key("GTE_003");
    throw std::runtime_error("no such quay <&>");
}

TEST(Crossing, Skips)
{
    key("GTE_004");
    GTEST_SKIP() << "no ferry on Sundays: Fähre ruht";
}

TEST(Crossing, DISABLED_NeverRuns)
{
    FAIL();
}

TEST(Crossing, Astral)
{
    key("GTE_005");
    FAIL() << "rocket 🚀 landed";
}

TEST(Crossing, ControlBytes)
{
    key("GTE_006");
    std::cout << "out: esc \x1b[31mred\x1b[0m bell \a\n";
    FAIL() << "esc \x1b[31mred\x1b[0m one \x01 nul " << '\0' << " bell \a end";
}

TEST(Crossing, NoUtf8)
{
    key("GTE_007");
    FAIL() << "latin gr\xfc\xdf end";
}

TEST(Crossing, Überfahrt)
{
    key("GTE_008");
}

TEST(Crossing, Dies)
{
    key("GTE_009");
    EXPECT_DEATH(std::abort(), "");
}

TEST(Crossing, Attaches)
{
    const char *reports = std::getenv("REPORTS");
    key("GTE_013");
    RecordProperty("attachment", "shots/quay.bin");
    ASSERT_NE(reports, nullptr);
    std::ofstream(std::string(reports) + "/shots/quay.bin") << "quay: \x1b[31m \xff\n";
}

TEST(Crossing, NoKey)
{
}

struct quay {
    int seats;
    const char *name;
};
std::ostream &operator<<(std::ostream &out, const quay &q)
{
    return out << q.seats << " at <" << q.name << ">";
}
class Boards : public testing::TestWithParam<quay>
{
};

TEST_P(Boards, HaveSeats)
{
    key("GTE_010");
    EXPECT_GT(GetParam().seats, 0) << "no seats at " << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(Quays, Boards,
                         testing::Values(quay{1, "north"}, quay{2, "süd 🚀"},
                                         quay{3, "esc \x1b[31m one \x01"}, quay{0, ""}));

template <typename T> class Holds : public testing::Test
{
};
using sizes = testing::Types<int, long>;
TYPED_TEST_SUITE(Holds, sizes);

TYPED_TEST(Holds, ANumber)
{
    key("GTE_011");
    EXPECT_GT(sizeof(TypeParam), 1u);
}

class Broken : public testing::Test
{
  protected:
    static void SetUpTestSuite()
    {
        FAIL() << "no pier";
    }
};

TEST_F(Broken, AfterItsSuite)
{
    key("GTE_012");
}

} // namespace
