#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# demo.sh - ferry at work, from nothing: installs what is missing, builds ferry (preset release) and the two test suites in demo/,
# runs the suites, uploads their reports to the local project AO with a mirror into the local project DEMO, shows what arrived, does it all
# again, and shows that nothing was added. No account, no server; offline once the packages are there.
#
# Everything it writes is in build/ and demo-out/; each run begins with an empty demo-out/state. Exits 0 only when all of it held.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C.UTF-8
unset CDPATH
started=$SECONDS
out=$PWD/demo-out
ferry=$PWD/build/release/bin/ferry

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    printf 'demo.sh: %s\n' "$*" >&2
    exit 1
}

# show ARGUMENT...: what a person would type, then what ferry says.
show() {
    local word line='$ ferry'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_:./=-]*) line+=" '$word'" ;;
        *) line+=" $word" ;;
        esac
    done
    printf '\n%s\n' "$line"
    "$ferry" "$@" 2>&1
}

# Runs a build step, and shows what it said only when it failed.
quietly() {
    local log=$out/build.log
    "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        fail "this failed: $*"
    }
}

build() {
    say "build ferry (release) and the two suites"
    quietly cmake --preset release
    # the program and its plugins; the tests are check.sh's
    quietly cmake --build --preset release --target core/all plugins/all
    quietly cmake -S demo -B "$out/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug
    quietly cmake --build "$out/build"
}

# Both suites have tests that fail, so both programs exit non-zero; what counts is that they wrote a report.
run_suites() {
    say "run the suites: Check (reported by ctest), GoogleTest; some of their tests fail on purpose"
    rm -f "$out/timetable.xml" "$out/fares.xml"
    ctest --test-dir "$out/build" --output-junit "$out/timetable.xml" 2>&1 || true
    "$out/build/gtest_suite/fares_test" --gtest_brief=1 --gtest_output="xml:$out/fares.xml" || true
    [ -s "$out/timetable.xml" ] || fail "ctest wrote no report"
    [ -s "$out/fares.xml" ] || fail "GoogleTest wrote no report"
}

upload() {
    show upload --to local:AO --mirror local:DEMO --run-title "Crossing, the demo" \
        demo-out/timetable.xml demo-out/fares.xml
}

# How many results a local project holds.
held() {
    "$ferry" -q local export --project "$1" | jq '.results | length'
}

# What the reports say, counted without ferry: every test case goes to AO, those with a key also to DEMO.
arrived() {
    local all keyed
    all=$(cat "$out/timetable.xml" "$out/fares.xml" | grep -c '<testcase ')
    keyed=$(($(grep -c '<testcase name="[^"]*\[[A-Z]*_[0-9]*\]"' "$out/timetable.xml") +
        $(grep -c '<property name="AutomationKey"' "$out/fares.xml")))
    echo
    echo "the reports have $all results, $keyed of them with a key; AO holds $(held AO), DEMO $(held DEMO)"
    [ "$(held AO)" -eq "$all" ] || fail "AO does not hold the $all results of the reports"
    [ "$(held DEMO)" -eq "$keyed" ] || fail "DEMO does not hold the $keyed results that have a key"
}

# All that the two projects hold, as text.
holdings() {
    "$ferry" -q local list
    "$ferry" -q local export --project AO | jq .
    "$ferry" -q local export --project DEMO | jq .
}

say "packages"
cmake/packages.sh </dev/null
mkdir -p "$out"
rm -rf "$out/state"
export FERRY_STATE=$out/state FERRY_CONFIG=$PWD/demo/ferry.json
build </dev/null
run_suites </dev/null

say "upload to AO, mirrored into DEMO by Automation Key"
upload
show local list
show status
arrived
holdings >"$out/first.txt"

say "the same again: nothing may be added"
upload
show local list
holdings >"$out/second.txt"
if ! cmp -s "$out/first.txt" "$out/second.txt"; then
    diff "$out/first.txt" "$out/second.txt" | head -n 40 >&2 || true
    fail "the second upload changed what AO and DEMO hold"
fi
echo
echo "nothing was added: AO and DEMO hold, byte for byte, what they held before"
say "done in $((SECONDS - started)) s; the state is in demo-out/state, ask it: FERRY_STATE=demo-out/state build/release/bin/ferry local list"
