# SPDX-License-Identifier: MIT
# What RSpec's formatter says before it dies of bytes that are no UTF-8; expected.json tells what has to arrive of it.

RSpec.describe "crossing" do
  it("passes [RSC_001]") {}
  it("fails, astral 🚀 [RSC_002]") { raise "no pier" }
  it("no UTF-8 [RSC_003]") { raise "latin gr\xfc\xdf end" }
  it("comes after it [RSC_004]") {}
end
