#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Qase at a busy hour: so many requests in a window of time and no more, results that lists show some time after they were taken, answers that get lost.
# All of it arrives once, and what was asked too much is little.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=30s FERRY_DELIVERY_SETTLE=1s)
mock qase --option rate_limit=16 --option rate_window=1s
workspace
config
seq 1 110 |
    sed 's|.*|<testcase classname="many.Suite" name="test &" time="0.001"><properties><property name="Automation Key" value="M_&"/></properties></testcase>|; 1i <testsuite name="many">
$a </testsuite>' >many.xml
ferry upload many.xml
exits 0
is "results in AO" "$(held result AO)" 110
is "results in DEMO" "$(held result DEMO)" 110
refused=$(curl -s --noproxy '*' "$url/_mock/requests" | jq '[.[] | select(.status == 429) | .n] | add // 0')
[ "$refused" -le 6 ] || fail "the limit is kept, not found out by running into it: $refused answers 429"
read=$(curl -s --noproxy '*' "$url/_mock/requests" | jq '[.[] | select(.route == "v1/result/@" and .status == 200) | .n] | add // 0')
is "lists of results that the two audits asked for" "$read" 2

# One too many is none of those that should be there: then all of them are looked at.
answers 200 POST /_mock/clock '{"advance_ms":1000}'
answers 202 POST /v2/AO/run/1/result '{"id":"0a0a0a0a-0000-4000-8000-000000000001","title":"test 7","signature":"many.Suite::test 7","testops_ids":[7],"execution":{"status":"passed","duration":1}}'
ferry upload --json many.xml
exits 10
is "second ones, found by their content" "$(out_jq '.destinations[0].audit.duplicates')" 1
kill "$server"

# Seen late: the audit waits for it, and finds nothing missing.
mock qase --option visible_after=600ms
workspace
config
rm -rf .ferry
ferry upload --json "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "audited" "$(out_jq '[.destinations[].audit | .checked, .missing] | join(" ")')" "11 0 4 0"
kill "$server"

# Lost answers to everything that has an effect.
mock qase
workspace
config
rm -rf .ferry
curl -s --noproxy '*' --data-binary $'POST /v1/case/* 1 drop-after\nPOST /v1/run/* 1 drop-after\nPOST /v2/** 1 drop-after\nPOST /v2/** 3 error-after 502\nPOST /v1/run/**/complete 1 drop-after\n' \
    "$url/_mock/faults" >/dev/null
environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=30s FERRY_DELIVERY_SETTLE=0ms)
ferry upload "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "results in AO" "$(held result AO)" 11
is "results in DEMO" "$(held result DEMO)" 4
is "runs" "$(held run AO) $(held run DEMO)" "1 1"
is "cases with a key" "$(held value AO) $(held value DEMO)" "4 4"
state '.[0] == "conflict"' . | grep . && fail "what was repeated was the same to the byte"
kill "$server"

# Read back, and the source's cases, with whom the keys are, cannot be read this time: that is no run without keys, and nothing is complete.
mock qase
workspace
rm -rf .ferry
mirrors='' config
ferry upload --to ao "$samples/keyed.xml"
exits 0
rm -rf .ferry
curl -s --noproxy '*' --data-binary $'GET /v1/case/AO* 1 error-before 403\n' "$url/_mock/faults" >/dev/null
ferry mirror --source-project ao --use-latest-source-run --target-project demo
exits 11
says "cases of project AO, which could not be read"
is "completed in DEMO" "$(state '.[0] == "run" and .[1] == "DEMO"' '.[5]' | grep -c 1)" 0
ferry resume
exits 0
is "results in DEMO" "$(held result DEMO)" 4
is "the run in DEMO is complete" "$(state '.[0] == "run" and .[1] == "DEMO"' '.[5]')" 1
exit 0
