#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need rspec ruby-rspec-core
says_version rspec --version
# The formatter dies of bytes that are no UTF-8, in the middle of its report.
ends_with 1 rspec --order defined --require rspec_junit_formatter --format RspecJunitFormatter --out "$reports/rspec.xml" crossing_spec.rb
