#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program catch2
says_version dpkg-query -W catch2
ends_with 139 "$program" --reporter junit --out "$reports/catch2.xml" # its last test crashes
