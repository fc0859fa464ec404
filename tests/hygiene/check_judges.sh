#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_judges.sh ROOT - check.sh fails when it has to: on a tree of six lines whose tests pass, fail, skip, are missing or disabled.
set -euo pipefail
export LC_ALL=C
root=$(cd "${1:?usage: check_judges.sh ROOT}" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/cmake" "$tree/tests"
cp "$root/check.sh" "$tree/"
printf '#!/bin/sh\nexit 0\n' >"$tree/cmake/packages.sh"
chmod +x "$tree/cmake/packages.sh"
cat >"$tree/CMakePresets.json" <<'J'
{ "version": 6,
  "configurePresets": [{ "name": "dev", "generator": "Ninja", "binaryDir": "${sourceDir}/build/dev" },
                       { "name": "asan", "inherits": "dev", "binaryDir": "${sourceDir}/build/asan" }],
  "buildPresets": [{ "name": "dev", "configurePreset": "dev" }, { "name": "asan", "configurePreset": "asan" }],
  "testPresets": [{ "name": "dev", "configurePreset": "dev" }, { "name": "asan", "configurePreset": "asan" }] }
J
printf '# may skip\na.optional  no such thing here\n' >"$tree/tests/optional.txt"
bad=0

# judged WHAT CODE LAST_LINE TEXT, on the CMake lines of stdin.
judged() {
    local rc=0 said
    { printf 'cmake_minimum_required(VERSION 3.25)\nproject(x NONE)\nenable_testing()\n' && cat; } >"$tree/CMakeLists.txt"
    said=$(env -u CTEST_OUTPUT_ON_FAILURE "$tree/check.sh" 2>&1 </dev/null) || rc=$?
    if [ "$rc" -ne "$2" ] || [ "$(tail -n 1 <<<"$said")" != "$3" ] || ! grep -qF -- "$4" <<<"$said"; then
        printf '%s: wanted exit code %s, "%s" and last "%s"; got %s and:\n%s\n' "$1" "$2" "$4" "$3" "$rc" "$said"
        bad=1
    fi
}
skipping='COMMAND sh -c "exit 77")
set_tests_properties(a.optional a.other PROPERTIES SKIP_RETURN_CODE 77)'

judged "all pass" 0 "4 passed, 0 failed, 0 skipped" "may skip (tests/optional.txt): a.optional" <<'C'
add_test(NAME a.one COMMAND true)
add_test(NAME a.optional COMMAND true)
C
judged "a listed one skips" 0 "2 passed, 0 failed, 2 skipped" "skipped: asan: a.optional" <<C
add_test(NAME a.other COMMAND true)
add_test(NAME a.optional $skipping
C
judged "another one skips" 1 "2 passed, 2 failed, 0 skipped" "a.other skipped, and is not in" <<C
add_test(NAME a.optional COMMAND true)
add_test(NAME a.other $skipping
C
judged "one fails" 1 "2 passed, 2 failed, 0 skipped" "failed:  dev: a.bad" <<'C'
add_test(NAME a.one COMMAND true)
add_test(NAME a.bad COMMAND false)
C
judged "a program is missing" 1 "2 passed, 2 failed, 0 skipped" "failed:  dev: a.gone" <<'C'
add_test(NAME a.one COMMAND true)
add_test(NAME a.gone COMMAND /no/such/program)
C
judged "one is disabled" 1 "2 passed, 2 failed, 0 skipped" "a.off skipped" <<'C'
add_test(NAME a.one COMMAND true)
add_test(NAME a.off COMMAND true)
set_tests_properties(a.off PROPERTIES DISABLED ON)
C
judged "output that looks like a report" 1 "2 passed, 2 failed, 0 skipped" "failed:  dev: a.bad" <<'C'
add_test(NAME a.one COMMAND printf "\t<testcase name=\"x\" status=\"run\">\n")
add_test(NAME a.bad COMMAND sh -c "printf '\\t<testcase name=\"a.bad\" status=\"run\">\\n'; false")
C
judged "nothing to run" 1 "0 passed, 2 failed, 0 skipped" "ctest reports no test" </dev/null
judged "it does not configure" 1 "0 passed, 2 failed, 0 skipped" "failed:  dev: configure" <<'C'
message(FATAL_ERROR "no")
C
judged "it does not build" 1 "0 passed, 2 failed, 0 skipped" "failed:  asan: build" <<'C'
add_custom_target(broken ALL COMMAND false)
add_test(NAME a.one COMMAND true)
C
exit $bad
