# SPDX-License-Identifier: MIT
# One example for each thing that RSpec can say; expected.json tells what has to arrive.

RSpec.describe "crossing" do
  it("passes [RSP_001]") { expect(2 + 2).to eq(4) }
  it("fails [RSP_002]") { expect("fare <&\"'> ]]> grüß 渡し船").to eq("calm") }
  it("raises [RSP_003]") { raise ArgumentError, "no such quay" }

  it "is a known defect [RSP_004]" do
    pending("known defect 12")
    raise "still there"
  end

  it "is a defect that is gone [RSP_005]" do
    pending("must fail")
  end

  it("is skipped [RSP_006]", skip: "no ferry on Sundays: Fähre ruht") { raise "must never run" }
  xit("is skipped without a reason") { raise "must never run" }
  it("astral 🚀 and grüß 渡し船 <&'> [RSP_007]") { raise "rocket 🚀 landed" }
  it("control bytes [RSP_008]") { raise "esc \e[31mred\e[0m one \x01 nul \0 bell \a end" }
  it("name with esc \e[31m, one \x01 and nul \0 [RSP_009]") {}

  { 1 => "north", 2 => "süd", 0 => "nowhere" }.each do |seats, quay|
    it("boards #{seats} at #{quay} [RSP_010]") { expect(seats).to be > 0 }
  end

  it "collects [RSP_011]", :aggregate_failures do
    expect("the first one").to eq("calm")
    expect("the second one").to eq("calm")
  end

  context "at night" do
    it("is nested [RSP_012]") {}
  end

  context "when a hook breaks" do
    before { raise "no pier" }
    it("fails in it [RSP_013]") {}
  end

  it("has no key") {}
end
