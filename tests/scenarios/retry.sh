#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A server that refused results, and takes them when somebody has mended it: `ferry retry` sends them once more, into the same run, which is then
# completed again and names nothing any more. What was taken the first time is not sent again. The slices tell their story all along.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
faults() {
    curl -s --noproxy '*' --data-binary "$1" "$url/_mock/faults" >/dev/null
}
tasks() { # QUERY
    ferry status --tasks --json
    exits 0
    out_jq "[.tasks[] | $1] | join(\",\")"
}
mock qase
workspace
config
report r.xml one=K_1 two=K_2! three four

ferry status --tasks
out_has "no results were sent yet"
ferry retry
exits 0
says "nothing was refused"

# AO refuses every result; the mirror takes them.
faults $'POST /v2/AO/** * error-before 400\n'
ferry upload --json r.xml
exits 6
key=$(out_jq .captured.run_key)
is "rejected" "$(out_jq '.destinations[0].rejected')" 4
is "in AO" "$(held result AO)" 0
is "in DEMO" "$(held result DEMO)" 2
state '.[0] == "run" and .[1] == "AO"' '.[4]' | grep -q '4 results were rejected' || fail "the run names them: $(state '.[0] == "run"' .)"
is "slices" "$(tasks '"\(.project) \(.status) \(.rejected)"' | tr ',' '\n' | sort | uniq -c | sed 's/^ *//' | paste -sd,)" "4 AO Failed 1,1 DEMO Success 0"
tasks .error | grep -q 400 || fail "a slice says why"

# Resume does not take them up by itself; and where nothing has changed, another try is refused likewise.
ferry resume
is "in AO" "$(held result AO)" 0
ferry retry --json
exits 6
is "rejected again" "$(out_jq '.destinations[0].rejected')" 4

# One by its name, when it is mended.
faults ''
is "tasks of which all went again" "$(tasks 'select(.project == "AO" and .retried == 1) | .request' | tr ',' '\n' | wc -l)" 4
task=$(tasks 'select(.project == "AO" and .retried == 0) | .request' | cut -d, -f1)
ferry retry --task "$task" --events ev.ndjson
exits 6 # three are left
is "in AO" "$(held result AO)" 1
is "its story" "$(jq -r 'select(.kind == "create result") | "\(.event) \(.edition)"' ev.ndjson | paste -sd,)" "again 2,sent 2,done 2"
state '.[0] == "run" and .[1] == "AO"' '.[4]' | grep -q '3 results were rejected' || fail "three are left, as the run says: $(state '.[0] == "run"' .)"

# All of the run.
ferry retry --json "$key"
exits 0
is "delivered" "$(out_jq '.destinations[0].delivered')" 3
is "in AO" "$(held result AO)" 4
is "in DEMO" "$(held result DEMO)" 2
is "the run is complete" "$(state '.[0] == "run" and .[1] == "AO"' '.[5]')" 1
! state '.[0] == "run"' '.[4]' | grep 'rejected' || fail "and names nothing any more"
is "runs" "$(held run AO) $(held run DEMO)" "1 1"

# Once more, and the upload once more: nothing.
whole >"$work/before"
ferry retry
says "nothing was refused"
ferry upload r.xml
exits 0
whole >"$work/after"
cmp "$work/before" "$work/after" || fail "nothing is added"

# By destination; and a case that was refused takes its results with it.
report new.xml five=K_5 six=K_6
faults $'POST /v1/case/AO/** * error-before 400\n'
ferry upload --json new.xml
exits 6
is "in DEMO" "$(held result DEMO)" 4
is "in AO" "$(held result AO)" 4
faults ''
ferry retry demo
says "nothing was refused"
ferry retry ao
exits 0
is "in AO" "$(held result AO)" 6
is "their keys" "$(held value AO)" 4
ferry retry qase:AO
says "nothing was refused"
exit 0
