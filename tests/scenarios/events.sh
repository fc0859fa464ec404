#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# For programs that look on: a line of JSON for each change of an operation, whole, in a file or a pipe, also from several processes at once; names that are
# hostile are inert there.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
ev() { # QUERY
    jq -r "$1" ev.ndjson || fail "each line is JSON that answers $1"
}
story() { # KIND: the events of its operations, in their order, each set once
    jq -rs "map(select(.kind == \"$1\")) | group_by([.destination, .operation]) | map(map(.event) | join(\",\")) | unique | .[]" ev.ndjson
}

# A dry run plans, and says so.
report r.xml one=K_1 two=K_2! three
ferry upload --dry-run --to local:AO --events ev.ndjson r.xml
exits 0
is "a dry run" "$(ev .event | sort -u)" planned
is "its results" "$(ev 'select(.kind == "create result") | .name' | sort | paste -sd,)" one,three,two

# As it should be.
rm ev.ndjson
ferry upload --to local:AO --mirror local:DEMO --events ev.ndjson r.xml
exits 0
is "results" "$(story 'create result')" planned,sent,done
is "a run" "$(story 'create run')" planned,sent,done
is "every line" "$(ev '[.schema_version, (.time | test("^2[0-9-]+T[0-9:.]+Z$")), .run_key != null, .operation != null, .destination != null] | tostring' | sort -u)" '[1,true,true,true,true]'
is "delivered to the primary" "$(ev 'select(.destination == "local:AO" and .kind == "create result" and .event == "done") | .name' | sort | paste -sd,)" one,three,two
is "to the mirror" "$(ev 'select(.destination == "local:DEMO" and .kind == "create result" and .event == "done") | "\(.role) \(.key) \(.id != null)"' | sort | paste -sd,)" "mirror K_1 true,mirror K_2 true"

# Again: nothing happens, and nothing is said.
lines=$(wc -l <ev.ndjson)
ferry upload --to local:AO --mirror local:DEMO --events ev.ndjson r.xml
is "nothing new" "$(wc -l <ev.ndjson)" "$lines"

# Busy, refused, lost, unreachable.
mock qase
workspace
mirrors='' config
report bad.xml good "$(printf 'x%.0s' {1..300})"
sed -i 's|name="good"|name="good" timestamp="2024-05-02T06:10:00Z"|; s|</testsuite>|<testcase classname="l.L" name="took years" time="94608000" timestamp="2024-05-02T06:10:00Z"/></testsuite>|' bad.xml
curl -s --noproxy '*' --data-binary $'POST /v2/** 1 error-before 503\nPOST /v2/** 2 drop-after\n' "$url/_mock/faults" >/dev/null
rm -f ev.ndjson
ferry upload --events ev.ndjson bad.xml
exits 6
ev 'select(.event == "rejected") | "\(.name): \(.reason)"' | grep -q '^took years: .*duration' || fail "a rejected one says why: $(ev .)"
is "it was in doubt" "$(ev 'select(.event == "doubt") | .kind' | sort -u)" "create result"
[ "$(ev 'select(.event == "doubt") | .reason | length > 0' | sort -u)" = true ] || fail "a doubt says why"
story 'create result' | grep -q ',done$' || fail "the others came through: $(story 'create result')"
rm -rf ev.ndjson .ferry
curl -s --noproxy '*' --data-binary $'POST /v2/** * status-429 1\n' "$url/_mock/faults" >/dev/null
environment+=(FERRY_CLOCK=virtual) # the time is over by what is waited for, not by how slow this machine is
ferry upload --again --deadline 5m --events ev.ndjson r.xml
exits 7
unset 'environment[-1]'
is "put off" "$(ev 'select(.event == "again") | "\(.kind) \(.waits_ms > 0)"' | sort -u)" "create result true"
curl -s --noproxy '*' --data-binary '' "$url/_mock/faults" >/dev/null
ferry resume --events ev.ndjson
exits 0
story 'create result' | grep -q 'again.*,sent,done$' || fail "another process tells the end: $(story 'create result')"

# Names that want to be more than names; and lines stay lines.
ferry upload --to local:EVIL --events evil.ndjson "$samples/basic.xml" r.xml
printf '<testsuite name="e"><testcase classname="e.E" name="&#10;::error::x&#x202e;&#x9b;31m&quot;{"/></testsuite>' >evil.xml
ferry upload --to local:EVIL --events evil.ndjson evil.xml
exits 0
lines=$(wc -l <evil.ndjson)
is "a line is a line" "$(jq -c . evil.ndjson | wc -l)" "$lines"
! LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae|\xc2\x9b' evil.ndjson || fail "nothing in it is active"

# Several at once, into one file.
rm -rf .ferry
environment+=(FERRY_BUSY_MS=60000)
for i in 1 2 3 4; do
    report "p$i.xml" "a $i" "b $i" "c $i" "d $i"
    begin "p$i" upload --to "local:P$i" --events shared.ndjson "p$i.xml"
    pids[i]=$begun
done
for i in 1 2 3 4; do
    ended "p$i" "${pids[i]}"
    exits 0
done
is "each line whole" "$(jq -rs 'map(select(.event == "done" and .kind == "create result")) | length' shared.ndjson)" 16

# A pipe; and one whose reader goes away stops nothing.
mkfifo pipe
jq -c 'select(.event == "done")' <pipe >heard &
reader=$!
ferry upload --to local:PIPE --events pipe r.xml
exits 0
wait "$reader"
[ "$(wc -l <heard)" -ge 4 ] || fail "the reader of a pipe hears it: $(cat heard)"
ferry upload --again --to local:PIPE --events pipe r.xml
exits 2
says "nobody reads from that pipe"
ferry upload --again --to local:PIPE --events /dev/full r.xml
exits 0
says "nothing more is told there"
exit 0
