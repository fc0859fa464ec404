#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need ruby ruby-minitest-reporters
ruby -e 'require "minitest/reporters"' 2>/dev/null || skip "no minitest/reporters; it is in the package ruby-minitest-reporters of cmake/packages.txt"
says_version ruby -e 'require "minitest"; require "minitest/reporters"; puts "minitest #{Minitest::VERSION}, minitest-reporters #{Minitest::Reporters::VERSION}"'
REPORTS=$reports ends_with 1 ruby -W0 crossing_test.rb
