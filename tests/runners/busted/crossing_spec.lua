-- SPDX-License-Identifier: MIT
-- One test for each thing that busted can say; expected.json tells what has to arrive.
describe("crossing", function()
  it("passes [BUS_001]", function()
    assert.equal(4, 2 + 2)
  end)

  it("fails [BUS_002]", function()
    assert.equal("calm", "fare <&\"'> ]]> grüß 渡し船")
  end)

  it("breaks [BUS_003]", function()
    error("no such quay")
  end)

  pending("is pending [BUS_004]")

  it("skips itself [BUS_005]", function()
    pending("no ferry on Sundays: Fähre ruht")
  end)

  it("astral 🚀 and grüß 渡し船 <&\"'> [BUS_006]", function()
    error("rocket 🚀 landed")
  end)

  it("control bytes [BUS_007]", function()
    error("esc \27[31mred\27[0m one \1 nul \0 bell \7 end")
  end)

  it("name with esc \27[31m, one \1 and nul \0 [BUS_008]", function() end)

  it("no UTF-8 [BUS_009]", function()
    error("latin gr\252\223 end")
  end)

  for _, seats in ipairs({ 1, 2, 0 }) do
    it("boards " .. seats .. " [BUS_010]", function()
      assert.is_true(seats > 0)
    end)
  end

  describe("at night", function()
    it("is nested [BUS_011]", function() end)
  end)

  describe("without a pier", function()
    before_each(function()
      error("no pier")
    end)
    it("never runs [BUS_012]", function() end)
  end)

  it("has no key", function() end)
end)
