-- SPDX-License-Identifier: MIT
-- One test for each thing that LuaUnit can say; expected.json tells what has to arrive.
local lu = require("luaunit")

TestQuay = {}

function TestQuay:testPasses()
  lu.assertEquals(4, 2 + 2)
end

function TestQuay:testFails()
  lu.fail("fare <&\"'> ]]> grüß 渡し船")
end

function TestQuay:testBreaks()
  error("no such quay")
end

function TestQuay:testSkips()
  lu.skip("no ferry on Sundays: Fähre ruht")
end

function TestQuay:testAstral()
  lu.fail("rocket 🚀 landed")
end

function TestQuay:testControlBytes()
  print("out: esc \27[31mred\27[0m bell \7")
  error("esc \27[31mred\27[0m one \1 nul \0 bell \7 end")
end

function TestQuay:testNoUtf8()
  lu.fail("latin gr\252\223 end")
end

TestQuay["test name with <&'> 🚀, esc \27[31m and one \1 [LUA_008]"] = function() end

for _, seats in ipairs({ 1, 2, 0 }) do
  TestQuay["test boards " .. seats .. " [LUA_009]"] = function()
    lu.assertTrue(seats > 0)
  end
end

TestNight = {}

function TestNight:setUp()
  error("no pier")
end

function TestNight:testNeverRuns() end

os.exit(lu.LuaUnit.run())
