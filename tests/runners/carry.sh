#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# carry.sh NAME [PROGRAM] - runs the framework of NAME/run.sh, and carries its reports: what ferry understood, what arrived in AO and in
# its mirror DEMO must be what NAME/expected.json says of the suite; a second upload adds nothing. PROGRAM is the compiled suite.
name=${1:?usage: carry.sh NAME [PROGRAM]}
program=${2:+$(realpath "$2")} # before lib.sh goes to a folder of its own
. "$(dirname "$0")/../scenarios/lib.sh"
folder=$tree/tests/runners/$name
expected=$folder/expected.json

# The framework has no more of this machine around it than ferry has.
run_framework() {
    local around code=0
    mapfile -d '' around < <(surroundings)
    env "${around[@]}" timeout -k 5 120 "$folder/run.sh" reports ${program:+"$program"} </dev/null || code=$?
    [ "$code" -eq 0 ] || exit "$code"
    grep -q '<testsuite' -r reports || fail "$name wrote a report"
    (cd reports && find . -type f -exec sha256sum {} +) >"$work/digests"
}

# Keys come from properties, from [KEY_001] in a name, or from keys.csv, as the framework allows.
configure() {
    local map=
    if [ -e "$folder/keys.csv" ]; then
        cp "$folder/keys.csv" .
        map=', "map": "keys.csv"'
    fi
    printf '{ "automation_key": { "pattern": "\\\\[([A-Z]+_[0-9]+)\\\\]"%s } }\n' "$map" >ferry.json
}

# The bytes that are no XML, found without ferry: each kind has to be warned of, and no other.
odd_bytes() {
    if cat reports/*.xml | LC_ALL=C grep -qaP '[\x00-\x08\x0b\x0c\x0e-\x1f]'; then
        echo control-byte
    fi
    if cat reports/*.xml | LC_ALL=C grep -qaiP '&#(0*([0-8]|1[124-9]|2[0-9]|3[01])|x0*([0-8bcef]|1[0-9a-f]));'; then
        echo illegal-reference
    fi
    if ! iconv -f UTF-8 -t UTF-8 reports/*.xml >"$work/utf8" 2>/dev/null; then
        echo invalid-utf8
    fi
}

# matches WHAT FILE WHICH: what stands in the file is what expected.json says; compare.jq says how.
matches() {
    local difference
    difference=$(jq -rs --slurpfile expected "$expected" --rawfile digests "$work/digests" \
        --arg odd "$odd" --arg which "$3" -f "$tree/tests/runners/compare.jq" "$2") || fail "$1 can be compared"
    [ -z "$difference" ] || fail "$1 is what expected.json says:"$'\n'"$difference"
}

inspects() {
    ferry inspect --json reports
    exits "$code"
    matches "what ferry counts" "$work/out" counted
    ferry inspect --ndjson reports
    exits "$code"
    matches "what ferry reads" "$work/out" read
}

uploads() {
    ferry upload --to local:AO --mirror local:DEMO --run-title "$name" reports
    exits "$code"
}

run_framework
configure
odd=$(odd_bytes)
code=$(jq '.exit // 0' "$expected") || fail "expected.json can be read"
inspects
uploads
remember AO DEMO
matches "what AO holds" "$work/before.AO" held
matches "what DEMO holds" "$work/before.DEMO" mirrored
uploads
unchanged
grep -m 1 '^captured' "$work/out"
