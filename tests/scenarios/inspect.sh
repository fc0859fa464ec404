#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry inspect` tells what was understood, and touches nothing.
. "$(dirname "$0")/lib.sh"

cp "$samples"/*.xml .
ferry inspect basic.xml
exits 0
out_has "carries forty people"
out_has "löschen & leuchten"
[ ! -e .ferry ] || fail "inspect makes no state folder"

ferry inspect --json basic.xml keyed.xml
exits 0
out_jq 'has("schema_version")' >/dev/null
is "results" "$(out_jq '.results | length')" 11
is "passed" "$(out_jq '[.results[] | select(.status == "passed")] | length')" 7
is "failed" "$(out_jq '[.results[] | select(.status == "failed")] | length')" 2
is "errored" "$(out_jq '[.results[] | select(.status == "errored")] | length')" 1
is "skipped" "$(out_jq '[.results[] | select(.status == "skipped")] | length')" 1
is "keys" "$(out_jq '[.results[].key // empty] | unique | join(" ")')" "ENG_001 ENG_002 ENG_003 ENG_004"

# Twice the same bytes.
cp "$work/out" "$work/first"
ferry inspect --json basic.xml keyed.xml
cmp -s "$work/first" "$work/out" || fail "the same input gives the same bytes"

# A test's name is not trusted: what would move a terminal's cursor does not reach it.
printf '<testsuite name="s"><testcase classname="c" name="red\033[31m&#10;::error::x"/></testsuite>' >evil.xml
ferry inspect evil.xml
if grep -q $'\033' "$work/out" "$work/err"; then
    fail "no escape byte reaches the terminal"
fi
if grep -q '^::error' "$work/out" "$work/err"; then
    fail "no line of output begins with a CI command of the report's"
fi
