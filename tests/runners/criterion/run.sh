#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program libcriterion-dev
says_version "$program" --version
ends_with 1 "$program" --jobs 1 --xml="$reports/criterion.xml"
