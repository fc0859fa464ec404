#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Several uploads share a state folder at once: each delivers, none loses or repeats, and status answers meanwhile.
. "$(dirname "$0")/lib.sh"
# as long as people wait, not as short as the other scenarios
environment=(FERRY_BUSY_MS=60000)

for i in 1 2 3 4; do
    report "r$i.xml" "t$i one=K_${i}1" "t$i two=K_${i}2" "t$i three"
done
mapfile -d '' around < <(surroundings)
pids=()
for i in 1 2 3 4 1 2; do
    env "${around[@]}" timeout 100 "$FERRY" upload --to local:AO --mirror local:DEMO --run-key shared "r$i.xml" \
        >"$work/out.${#pids[@]}" 2>&1 </dev/null &
    pids+=($!)
done
ferry status
exits 0
for ((i = 0; i < ${#pids[@]}; i++)); do
    wait "${pids[i]}" || {
        rc=$?
        cp "$work/out.$i" "$work/err"
        fail "upload $i at the same time succeeds"
    }
done
holds AO runs 1
holds AO results 12
holds DEMO results 8
holds AO cases 12
