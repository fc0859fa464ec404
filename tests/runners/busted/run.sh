#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need busted lua-busted
says_version busted --version
ends_with 1 busted --output=junit -Xoutput "$reports/busted.xml" crossing_spec.lua
