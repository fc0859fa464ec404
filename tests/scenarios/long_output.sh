#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A test that printed without end: its output passes through bounded memory, into the spool, whole.
# FERRY_LONG_MIB=500 tries it with so many MiB.
. "$(dirname "$0")/lib.sh"
PEAK=${PEAK:-$(dirname "$FERRY")/../tests/scenarios/peak}
mib=${FERRY_LONG_MIB:-60}
most_kib=$((32 * 1024))
if grep -q __asan_init "$FERRY"; then # whose own memory is not the program's
    most_kib=$((1024 * 1024))
fi

output() { yes "a line of what a test printed, and it did not stop printing for a long while ." | head -c $((mib * 1048576)); }
long_report() {
    printf '<testsuite name="s"><testcase classname="c" name="talks"><system-out>%s' "$1"
    output
    printf '%s</system-out></testcase><testcase classname="c" name="after"/></testsuite>' "$2"
}

# piped ARGS...: ferry with the report of $open and $close on its stdin; $took is the most memory, in KiB.
open='<![CDATA[' close=']]>'
piped() {
    local around=()
    mapfile -d '' around < <(surroundings)
    last="$* <(a report with $mib MiB of output)"
    rc=0
    long_report "$open" "$close" | env "${around[@]}" timeout -k 5 600 "$PEAK" "$work/took" "$FERRY" "$@" >"$work/out" 2>"$work/err" || rc=$?
    read -r _ took <"$work/took"
    [ "$took" -lt "$most_kib" ] || fail "no more than $most_kib KiB; it took $took"
    echo "$mib MiB through $1: $took KiB"
}
size=$((mib * 1048576))
digest=$(output | sha256sum | cut -d' ' -f1)

piped inspect --ndjson -
exits 0
is "results" "$(out_jq .name | paste -sd' ')" "talks after"
is "bytes of output" "$(jq -r 'select(.name == "talks") | .out_blob.bytes' "$work/out")" "$size"

# The same as escaped text: no other road, no other answer.
cp "$work/out" "$work/first"
open='' close=''
piped inspect --ndjson -
cmp -s "$work/first" "$work/out" || fail "CDATA and text say the same"

piped upload --to local:AO -
exits 0
err_has "text-too-large: stdout of \"talks\" has $size bytes"
holds AO results 2
kept=$(find .ferry/spool -type f -size +"$((mib - 1))"M)
is "output in the spool" "$(sha256sum <"$kept" | cut -d' ' -f1)" "$digest"
