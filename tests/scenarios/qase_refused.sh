#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Qase takes a request whole or not at all. One bad result in 2,000 costs one result and a few requests, whether the server says which one it is or
# not; a smaller limit of items is found by halving; attachments that there is no room for cost no result. The server's words are in the receipt.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
mirrors=
served() { # METHOD ROUTE [STATUS]: how often
    curl -s --noproxy '*' "$url/_mock/requests" |
        jq "[.[] | select(.method == \"$1\" and .route == \"$2\" and (${3-0} == 0 or .status == ${3-0})) | .n] | add // 0"
}

# 1,999 results of the past, and one that took longer than Qase believes.
{
    echo '<testsuites><testsuite name="many">'
    seq -f '<testcase classname="many.Suite" name="test %g" time="0.001" timestamp="2024-05-02T06:10:00Z"/>' 1 1999
    echo '<testcase classname="late.Suite" name="took three years" time="94608000" timestamp="2024-05-02T06:10:00Z"/></testsuite></testsuites>'
} >many.xml

poisoned() {
    workspace
    config
    rm -rf .ferry
    ferry upload --json --to ao many.xml
    exits 6
    is "delivered" "$(out_jq '.destinations[0].delivered')" 1999
    is "rejected" "$(out_jq '.destinations[0].rejected')" 1
    out_jq '.destinations[0].not_delivered[0] | tostring' | grep -q 'took three years.*duration' ||
        fail "the one that was rejected is named, with the server's words"
    is "results in AO" "$(held result AO)" 1999
    posts=$(served POST v2/@/run/#/results)
    [ "$posts" -le $((10 + $1)) ] || fail "at most $1 requests more than 10: $posts"
    is "the run is complete all the same" "$(state '.[0] == "run"' '.[5]')" 1
    state '.[0] == "run"' '.[4]' | grep -q 'took three years' || fail "and names it: $(state '.[0] == "run"' .)"
}
mock qase
poisoned 1
kill "$server"
mock qase --option name_items=false
poisoned 13
kill "$server"

# A limit that nobody knows of.
mock qase --option most_results=60
workspace
config
rm -rf .ferry
ferry upload --json --to ao "$samples/basic.xml" "$samples/keyed.xml" many.xml
exits 6
is "delivered" "$(out_jq '.destinations[0].delivered')" 2010
is "results in AO" "$(held result AO)" 2010
[ "$(served POST v2/@/run/#/results 413)" -ge 1 ] || fail "there were answers 413"
kill "$server"

# No room for attachments.
mock qase --option storage=10
workspace
config
rm -rf .ferry
printf '%s' "longer than ten bytes" >shot.txt
cat >shot.xml <<END
<testsuite name="shots"><testcase classname="s.S" name="with a picture"><failure message="no"/>
<system-out>[[ATTACHMENT|$PWD/shot.txt]]</system-out></testcase><testcase classname="s.S" name="without"/></testsuite>
END
ferry upload --json --to ao shot.xml
is "results in AO" "$(held result AO)" 2
[ "$(served POST v1/attachment/@ 507)" -ge 1 ] || fail "the upload of the file was refused"
says "Insufficient Storage"
exits 6
exit 0
