#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main road to Qase, over a socket: two projects that were made through the interface alone, results into one and by their Automation Key into the
# other; again adds nothing, from another machine neither; and a run that is there is joined.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
mock qase
workspace
config

ferry upload --json "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "delivered to the primary" "$(out_jq '.destinations[0].delivered')" 11
is "delivered to the mirror" "$(out_jq '.destinations[1].delivered')" 4
is "results in AO" "$(held result AO)" 11
is "results in DEMO" "$(held result DEMO)" 4
is "keys in DEMO" "$(state '.[0] == "value" and .[1] == "DEMO"' '.[5]' | paste -sd ' ')" "ENG_001 ENG_002 ENG_003 ENG_004"
is "runs are complete" "$(state '.[0] == "run"' '.[5]' | sort -u)" 1

# What v2 was told, v1 tells.
answers 200 GET "/v1/result/AO?run=1&status=failed&limit=100"
is "message, as a comment" "$(answer_jq '[.result.entities[].comment] | sort | join(", ")')" "carried 38 of 40, took 9 s"
is "duration" "$(answer_jq '[.result.entities[].time_spent_ms] | sort | join(" ")')" "375 750"

whole >"$work/once"
for _ in 2 3 4 5; do
    ferry upload "$samples/keyed.xml" "$samples/basic.xml"
    exits 0
done
whole | cmp -s - "$work/once" || fail "five times is once: $(whole | diff "$work/once" -)"
mv .ferry .ferry.here
ferry upload "$samples/keyed.xml" "$samples/basic.xml"
exits 0
whole | cmp -s - "$work/once" || fail "another state folder adds nothing: $(whole | diff "$work/once" -)"

# A run that somebody else has made is joined, stays theirs, and is left open.
answers 200 POST /v1/run/AO '{"title":"by hand","is_autotest":true}'
run=$(answer_jq .result.id)
ferry upload --to ao --run-id "$run" "$samples/flaky.xml"
exits 0
state '.[0] == "result" and .[1] == "AO" and .[2] == '"$run" '.[4]' | grep -q . || fail "the results are in run $run"
is "its description" "$(state '.[0] == "run" and .[1] == "AO" and .[2] == '"$run" '.[4]')" null
state '.[0] == "conflict"' '.' | grep . && fail "no id was sent with two contents"
exit 0
