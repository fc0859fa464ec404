# SPDX-License-Identifier: MIT
# One test for each thing that Minitest can say; expected.json tells what has to arrive. Each class has a report of its own.
require "minitest/autorun"
require "minitest/spec"
require "minitest/reporters"

Minitest::Reporters.use! Minitest::Reporters::JUnitReporter.new(ENV.fetch("REPORTS"))

class CrossingTest < Minitest::Test
  def test_passes
    assert_equal 4, 2 + 2
  end

  def test_fails
    flunk "fare <&\"'> ]]> grüß 渡し船"
  end

  def test_raises
    raise ArgumentError, "no such quay"
  end

  def test_skips
    skip "no ferry on Sundays: Fähre ruht"
  end

  def test_astral
    flunk "rocket 🚀 landed"
  end

  def test_control_bytes
    raise "esc \e[31mred\e[0m one \x01 nul \0 bell \a end"
  end

  def test_überfahrt; end

  define_method("test_name with <&\"'> 🚀, esc \e[31m and one \x01 [MIN_008]") {}

  { 1 => "north", 2 => "süd", 0 => "nowhere" }.each do |seats, quay|
    define_method("test_boards #{seats} at #{quay} [MIN_009]") { assert_operator seats, :>, 0 }
  end
end

class NoPierTest < Minitest::Test
  def setup
    raise "no pier"
  end

  def test_never_runs; end
end

describe "night" do
  it("is a spec [MIN_010]") { _(1).must_equal 1 }
  describe("late") { it("is nested [MIN_011]") { _(1).must_equal 2 } }
end
