#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
lua=$(command -v lua5.4 || command -v lua5.3 || command -v lua5.2 || command -v lua5.1) || skip "no Lua; it comes with the package lua-busted of cmake/packages.txt"
"$lua" -e 'require "luaunit"' 2>/dev/null || skip "no luaunit; it is in the package lua-unit of cmake/packages.txt"
says_version "$lua" -e 'print("luaunit " .. require("luaunit").VERSION)'
ends_with 7 "$lua" crossing.lua --output junit --name "$reports/luaunit.xml" # as many as failed or broke
