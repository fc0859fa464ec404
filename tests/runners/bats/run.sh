#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need bats bats
says_version bats --version
# Not --report-formatter: bats 1.8 does not wait for what writes its file.
# shellcheck disable=SC2016 # the inner shell's
ends_with 1 sh -c 'bats --formatter junit crossing.bats >"$1"' sh "$reports/bats.xml"
