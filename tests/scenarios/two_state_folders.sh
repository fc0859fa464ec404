#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Two state folders, one destination, one new key at the same time: whoever comes second finds the case before it makes another one, also
# when its plan is an old one; and where both make it in the same moment, the last to do so sees it and names it.
. "$(dirname "$0")/lib.sh"

report warm.xml warm
ferry --state ../first upload --to local:AO warm.xml
exits 0
mkdir ../second
ln -s ../first/local ../second/local # the same tracker, another journal

# both STEP SIGNAL: the first is stopped or killed at STEP, the second does its work. Sets $key and $begun.
both() {
    key=K_$1_$2
    report a.xml "one of first=$key" "two of first"
    report b.xml "one of second=$key"
    environment=(FERRY_CRASH_AT="$1" FERRY_CRASH_SIGNAL="$2")
    begin first --state ../first upload --to local:AO a.xml
    if [ "$2" = 9 ]; then
        ended first "$begun"
    else
        until_true state_is "$begun" T
    fi
    environment=()
    ferry --state ../second upload --to local:AO b.xml
    exits 0
}
cases_of() {
    environment=()
    ferry --state ../second local export --project AO
    jq "[.cases[] | select(.automation_key == \"$1\")] | length" "$work/out"
}

# Planned, and not yet sent: it looks again, because somebody else was there.
both planned:1 19
kill -CONT "$begun"
ended first "$begun"
exits 0
is "cases with $key" "$(cases_of "$key")" 1

# Planned by a process that died since, whose looks are no looks any more. The run, too, was to be made.
both planned:1 9
ferry --state ../first resume
exits 0
is "cases with $key" "$(cases_of "$key")" 1

# Looked, encoded, and overtaken all the same: there are two, and that is said, each time, until somebody has tidied up.
both encoded:1 19
kill -CONT "$begun"
ended first "$begun"
exits 10
says "1 duplicates"
out_has "duplicate     one of first: id: "
is "cases with $key" "$(cases_of "$key")" 2
ferry --state ../first upload --to local:AO warm.xml
exits 0

# More of them than are asked for one by one.
names=()
for ((i = 0; i < 60; i++)); do
    names+=("many $i=M_$i")
done
report many.xml "${names[@]}"
environment=(FERRY_CRASH_AT=encoded:1 FERRY_CRASH_SIGNAL=19)
begin first --state ../first upload --to local:MANY many.xml
until_true state_is "$begun" T
environment=()
report few.xml "few 1=M_1" "few 59=M_59"
ferry --state ../second upload --to local:MANY few.xml
exits 0
kill -CONT "$begun"
ended first "$begun"
exits 10
says "2 duplicates"
