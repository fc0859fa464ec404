#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How much goes on at once, and for how long: --jobs narrows what is in flight, counted at the server; --deadline ends a delivery to a server that never
# takes it, and everything is kept.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_SETTLE=0ms)
mirrors=''
seq 1 1000 |
    sed 's|.*|<testcase classname="many.Suite" name="test &" time="0.001"/>|; 1i <testsuite name="many">
$a </testsuite>' >many.xml

# Five requests of results. A number alone is of milliseconds.
mock qase --latency 200
workspace
config
most() { curl -s --noproxy '*' "$url/_mock/traffic" | jq .most_at_once; }
for jobs in 1 2; do
    rm -rf .ferry
    most >/dev/null
    ferry upload --jobs "$jobs" --run-key "jobs-$jobs" many.xml
    exits 0
    is "at once with --jobs $jobs" "$(most)" "$jobs"
done
rm -rf .ferry
most >/dev/null
ferry upload --run-key all many.xml
exits 0
now=$(most)
case $now in
3 | 4) ;;
*) fail "Qase takes four at once, where nobody says less: $now" ;;
esac
is "results" "$(held result AO)" 3000
kill "$server"

for wrong in -1 50min 1x ''; do
    ferry mock qase --latency "$wrong"
    exits 2
    err_has '--latency'
done

# A server that is busy for ever, and answers so at once: it is not given up for being silent, the time for it is over.
mock qase
workspace
config
rm -rf .ferry
curl -s --noproxy '*' --data-binary $'POST /v2/** * error-before 503\n' "$url/_mock/faults" >/dev/null
environment=(TOKEN=any FERRY_CLOCK=virtual FERRY_DELIVERY_PATIENCE=24h)
ferry upload --deadline 1m many.xml
exits 7
err_has 'the time for delivering (--deadline, delivery.deadline) is over; everything is kept, go on with "ferry resume"'
is "results then" "$(held result AO)" 0
is "runs that are complete" "$(state '.[0] == "run"' . | grep -c '"complete"')" 0
ferry status
exits 0
curl -s --noproxy '*' --data-binary '' "$url/_mock/faults" >/dev/null
ferry resume
exits 0
is "results" "$(held result AO)" 1000
