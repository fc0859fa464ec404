#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is there a second one of the cases that were made? Qase says how many it has: one request where nobody else was there, instead of one for each hundred of
# them; all of them are looked at where somebody was, and once more when what others did has had the time to show.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_SETTLE=1h)
mirrors=''
mock qase
workspace
config
names=()
for ((i = 0; i < 60; i++)); do
    names+=("many $i=M_$i" "keyless $i")
done
report many.xml "${names[@]}"
# Pages of cases that were asked for since this was asked the last time.
pages() {
    curl -s --noproxy '*' "$url/_mock/requests" | jq '[.[] | select(.method == "GET" and .route == "v1/case/@") | .n] | add // 0'
    curl -s --noproxy '*' -X DELETE -o /dev/null "$url/_mock/requests"
}

pages >/dev/null
ferry --state ../first upload --run-key one many.xml
exits 0
is "requests for cases, at first" "$(pages)" 2 # the list before, their number after
is "cases" "$(held case AO)" 120

# An audit when their time has not come asks nothing; the one after it lists them, and then it is known.
ferry --state ../first upload --run-key one many.xml
exits 0
is "requests for cases, soon after" "$(pages)" 2 # two pages, to plan by
environment=(TOKEN=any FERRY_DELIVERY_SETTLE=0ms)
ferry --state ../first upload --run-key one many.xml
exits 0
is "requests for cases, when their time has come" "$(pages)" 4
ferry --state ../first upload --run-key one many.xml
exits 0
is "requests for cases, after that" "$(pages)" 2

# In between somebody else makes two of them: the number is another one, and the audit finds which.
names=()
for ((i = 0; i < 60; i++)); do
    names+=("more $i=N_$i")
done
report more.xml "${names[@]}"
report few.xml "more 1=N_1" "more 59=N_59"
environment=(TOKEN=any FERRY_DELIVERY_SETTLE=1h FERRY_CRASH_AT=encoded:1 FERRY_CRASH_SIGNAL=19)
begin first --state ../first upload --run-key two more.xml
until_true state_is "$begun" T
environment=(TOKEN=any FERRY_DELIVERY_SETTLE=1h)
ferry --state ../second upload --run-key three few.xml
exits 0
kill -CONT "$begun"
ended first "$begun"
exits 10
says "2 duplicates"
