#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# By Automation Key from Qase to ALM Octane, back, and from the local tracker; each again, and from another state folder: nothing is added.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"
. "$scenarios/lib_octane.sh"

environment=(SECRET=any TOKEN=any FERRY_DELIVERY_PATIENCE=30s FERRY_DELIVERY_SETTLE=0ms)

# Two mocks: $qase and $alm are where they are.
mock qase
qase=$url
workspace
mock octane --option task_duration=0ms --option task_queued=0ms
alm=$url
cat >ferry.json <<END
{ "trackers": {
    "ao":   { "plugin": "qase", "project": "AO", "url": "$qase", "token": "\${TOKEN}" },
    "demo": { "plugin": "qase", "project": "DEMO", "url": "$qase", "token": "\${TOKEN}" },
    "alm":  { "plugin": "octane", "url": "$alm", "space_id": 1001, "workspace_id": 1002, "client_id": "ferry", "client_secret": "\${SECRET}" } } }
END
at_octane() {
    url=$alm
    whole
}
at_qase() {
    curl -s --noproxy '*' "$qase/_mock/state"
}
# again ARGUMENT...: adds nothing anywhere, also from a state folder that knows of nothing.
again() {
    at_octane >"$work/alm" && at_qase >"$work/qase"
    for folder in here elsewhere; do
        [ "$folder" = here ] || mv .ferry .ferry.here
        ferry "$@"
        exits 0
        at_octane | cmp -s - "$work/alm" || fail "$folder: Octane has no more: $(at_octane | diff "$work/alm" -)"
        at_qase | cmp -s - "$work/qase" || fail "$folder: Qase has no more: $(at_qase | diff "$work/qase" -)"
    done
    rm -rf .ferry && mv .ferry.here .ferry
}

# Qase to Octane, as the results come and read back.
ferry upload --to ao --mirror alm --json "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "in Octane" "$(out_jq '.destinations[1].delivered')" 4
is "keys" "$(url=$alm state '.[0] == "test"' '.[5]' | sort | paste -sd ' ')" "ENG_001 ENG_002 ENG_003 ENG_004"
again mirror --source-project ao --use-latest-source-run --target-project alm
again upload --to ao --mirror alm "$samples/basic.xml" "$samples/keyed.xml"

# Octane to Qase: the run that was just made, into a project that has none of the cases.
ferry mirror --source-project alm --use-latest-source-run --target-project demo --json
exits 0
is "in DEMO" "$(curl -s --noproxy '*' "$qase/_mock/state" | jq -r 'select(.[0] == "result" and .[1] == "DEMO") | .[0]' | wc -l)" 4
again mirror --source-project alm --use-latest-source-run --target-project demo

# local to Octane.
ferry upload --to local:HERE --mirror alm --json "$samples/keyed.xml"
exits 0
is "in Octane" "$(out_jq '.destinations[1].delivered')" 4
again upload --to local:HERE --mirror alm "$samples/keyed.xml"
is "tests are those that there were" "$(url=$alm held test)" 4
exit 0
