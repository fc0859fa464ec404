#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main road to ALM Octane, over a socket: modules and a suite are made, results go as payloads, and what settles them is the end of their task;
# again adds nothing, from another machine neither.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_octane.sh"

environment=(SECRET=any FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)
mock octane --option task_duration=0ms
more=', "root_application_module_name": "QZ", "module": "engine/core", "suite": "Nightly"' config

# On paper first: the payload is a file that its schema takes, and nothing was sent.
whole >"$work/nothing"
ferry upload --dry-run --out paper "$samples/basic.xml" "$samples/keyed.xml"
exits 0
paper=$(echo paper/*-upload-results.xml)
is "test runs on paper" "$(grep -c '<test_run ' "$paper")" 11
is "what is to be made first" "$(jq -r '.requests[] | select(.kind == "upload results") | .notes[] | select(.field == "suite_ref") | "\(.field) \(.items)"' paper/requests.json)" "suite_ref 1"
is "placeholders" "$(jq -c .placeholders paper/requests.json)" "[]"
! command -v xmllint >/dev/null || xmllint --noout --schema "$tree/plugins/octane/mock/test_results.xsd" "$paper" 2>"$work/judged" ||
    fail "the schema takes it: $(cat "$work/judged")"
whole | cmp -s - "$work/nothing" || fail "a dry run sends nothing: $(whole)"

ferry upload --json "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "delivered" "$(out_jq '.destinations[0].delivered')" 11
is "runs" "$(held run)" 11
is "modules" "$(state '.[0] == "module"' '.[1] + "/" + .[2]' | paste -sd " ")" "Application Modules/QZ QZ/engine engine/core"
is "suites" "$(state '.[0] == "suite"' '.[1] + " in " + .[2]')" "Nightly in core"
is "suite runs" "$(held 'suite run')" 1
is "keys" "$(state '.[0] == "test" and .[5] != null' '.[5]' | sort | paste -sd ' ')" "ENG_001 ENG_002 ENG_003 ENG_004"

listed() {
    curl -s --noproxy '*' "$url/_mock/requests" | jq '[.[] | select(.route == "automated_runs" and .method == "GET") | .n] | add // 0'
}
is "questions of the audit, which counts" "$(listed)" 1
whole >"$work/once"
for _ in 2 3; do
    ferry upload "$samples/keyed.xml" "$samples/basic.xml"
    exits 0
done
whole | cmp -s - "$work/once" || fail "three times is once: $(whole | diff "$work/once" -)"

# One goes away: the number tells, the list says which it is, and it alone is sent again.
octane 200 GET "/automated_runs?fields=id&limit=1"
octane 200 DELETE "/automated_runs/$(jq -r '.data[0].id' "$work/answer")"
is "runs" "$(held run)" 10
ferry upload --json "$samples/keyed.xml" "$samples/basic.xml"
exits 0
is "runs" "$(held run)" 11
whole | grep -v '^\["task"' | cmp -s - <(grep -v '^\["task"' "$work/once") || fail "what went away is there again: $(whole | diff "$work/once" -)"
whole >"$work/once"

mv .ferry .ferry.here
ferry upload "$samples/keyed.xml" "$samples/basic.xml"
exits 0
whole | cmp -s - "$work/once" || fail "another state folder adds nothing: $(whole | diff "$work/once" -)"
exit 0
