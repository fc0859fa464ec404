#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program doctest-dev
says_version "$program" --version
ends_with 139 "$program" --reporters=junit --out="$reports/doctest.xml" # its last test crashes
