#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What becomes of payloads at ALM Octane: five at work at once and no more, a queue that is full, a session that ends in the middle of them, cookies
# that are replaced under way, tasks that end in a warning or fail, credentials that are wrong.
# shellcheck disable=SC2317 # until_true calls it
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_octane.sh"

environment=(SECRET=any FERRY_DELIVERY_PATIENCE=30s FERRY_DELIVERY_SETTLE=0ms)

# report N: so many tests in r.xml
report() {
    { printf '<testsuite name="many">' && seq "$1" | sed 's|.*|<testcase classname="a.B" name="t&" time="0.01"/>|' && printf '</testsuite>'; } >r.xml
}
# How often a route was answered so: served ROUTE STATUS.
served() {
    curl -s --noproxy '*' "$url/_mock/requests" | jq "[.[] | select(.route == \"$1\" and .status == $2) | .n] | add // 0"
}
posted() {
    [ "$(served test-results 202)" -ge "$1" ]
}
# Two hours later: the session has ended, and so has every task.
later() {
    curl -s --noproxy '*' -o "$work/answer" "$url/_mock/clock" --data-binary '{"advance_ms":7200000}'
}
# stops: the mock, and what was remembered of it
stops() {
    kill "$server"
    rm -rf .ferry "$work/cookies"
}

# Ten payloads, five of them at work when the session ends.
mock octane --option session_life=1h --option task_duration=2h --option task_queued=0ms
more=', "auto_runs_slice_size": 10' config
report 100
begin many upload --json r.xml
until_true posted 5
is "payloads under way" "$(served test-results 202)" 5
later
until_true posted 10
later
ended many "$begun"
exits 0
is "delivered" "$(out_jq '.destinations[0].delivered')" 100
is "runs" "$(held run)" 100
is "sign-ins" "$(served authentication/sign_in 200)" 3
stops

# Each third answer brings another cookie, and the one before is worth nothing.
mock octane --option rotate_every=3 --option rotate_grace=0ms --option odd_cookies=true --option task_duration=0ms --option task_queued=0ms
more=', "auto_runs_slice_size": 5' config
ferry upload --json r.xml
exits 0
is "runs" "$(held run)" 100
stops

# A queue of two, whatever it calls itself: nothing is lost, and nobody hangs.
for words in "429 testbox_queue_full error" "503 testbox.queue_full servlet" "400 testbox.request_limit description"; do
    read -r status code shape <<<"$words"
    mock octane --option queue=2 --option task_workers=1 --option task_duration=200ms --option "queue_status=$status" --option "queue_code=$code" --option "queue_body=$shape"
    more=', "auto_runs_slice_size": 20' config
    environment+=(FERRY_CLOCK=virtual FERRY_DELIVERY_DEADLINE=10h)
    ferry upload --json r.xml
    exits 0
    is "runs with $words" "$(held run)" 100
    [ "$(served test-results "$status")" -gt 0 ] || fail "the queue was full once"
    environment=("${environment[@]:0:3}")
    stops
done

# What is not there is left out and told; without skip_errors the task fails, and every result of it is named.
mock octane --option task_duration=0ms --option task_queued=0ms
report 3
more=', "release": "R9"' config
ferry upload --json r.xml
exits 0
is "runs" "$(held run)" 3
out_jq '.destinations[0].notes[].text' | grep -q 'R9 is not found' || fail "the release is named: $(cat "$work/out")"
more=', "release": "R9", "skip_errors": false' config
ferry upload --again --json r.xml
exits 6
is "runs" "$(held run)" 3
is "rejected" "$(out_jq '.destinations[0].rejected')" 3
out_jq '.destinations[0].not_delivered[].reason' | grep -q 'R9 is not found' || fail "the release is named: $(cat "$work/out")"
# What failed goes again once its reason has been mended, with other bytes: the same would be told of the task that failed.
octane 201 POST /releases '{"data":[{"name":"R9","start_date":"2026-01-01T00:00:00Z","end_date":"2027-01-01T00:00:00Z"}]}'
ferry octane retry --json
exits 0
is "runs" "$(held run)" 6
is "of release R9" "$(state '.[0] == "run"' '.[]' | grep -c '^R9$')" 3
ferry octane tasks --json
exits 0
is "what became of payloads" "$(out_jq '[.tasks[].status] | join(" ")')" "Success Failed Success"
ferry octane retry
exits 0
is "runs" "$(held run)" 6
stops

# Wrong credentials: nothing is sent, and what was wrong is named with the place where it stands.
mock octane --option client_id=ferry --option client_secret=right
more='' config
ferry upload r.xml
exits 5
err_has 'client_secret (ferry.json line'
is "payloads" "$(served test-results 202)" 0
is "doors tried" "$(served authentication/sign_in 401)" 1
environment+=(SECRET=right)
ferry resume
exits 0
is "runs" "$(held run)" 3
exit 0
