#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry inspect` tells what was understood, and touches nothing.
. "$(dirname "$0")/lib.sh"

cp "$samples"/*.xml .
ferry inspect basic.xml
exits 0
out_has "basic.xml"
[ ! -e .ferry ] || fail "inspect makes no state folder"

ferry inspect --json basic.xml keyed.xml
exits 0
out_jq 'has("schema_version")' >/dev/null
is "results" "$(out_jq .totals.tests)" 11
is "passed" "$(out_jq .totals.passed)" 7
is "failed" "$(out_jq .totals.failed)" 2
is "errored" "$(out_jq .totals.errored)" 1
is "skipped" "$(out_jq .totals.skipped)" 1

# Every result, one a line; twice the same bytes.
ferry inspect --ndjson basic.xml keyed.xml
exits 0
is "keys" "$(jq -rs '[.[].key // empty] | unique | join(" ")' "$work/out")" "ENG_001 ENG_002 ENG_003 ENG_004"
is "letters" "$(jq -r 'select(.class == "quay.Lamps") | .name' "$work/out")" "löschen & leuchten"
cp "$work/out" "$work/first"
ferry inspect --ndjson basic.xml keyed.xml
cmp -s "$work/first" "$work/out" || fail "the same input gives the same bytes"

# A test's name is not trusted: what would move a terminal's cursor does not reach it.
printf '<testsuite name="s"><testcase classname="c" name="red\033[35m&#10;::error::x"/></testsuite>' >evil.xml
for form in --color=always --json --ndjson; do
    ferry inspect "$form" evil.xml
    exits 0
    if grep -q $'\033.35m' "$work/out" "$work/err"; then
        fail "no escape byte of the report reaches the terminal"
    fi
    if grep -q '^::error' "$work/out" "$work/err"; then
        fail "no line of output begins with a CI command of the report's"
    fi
done

# A pipe is read like a file.
ferry inspect --json <(cat basic.xml)
exits 0
is "tests from a pipe" "$(out_jq .totals.tests)" 6
