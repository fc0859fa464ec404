#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# P1: killed at any moment after "captured", the next command finishes the work, with nothing lost and nothing twice.
. "$(dirname "$0")/lib.sh"

cases=()
for ((i = 0; i < 400; i++)); do
    cases+=("test $i=K_$i")
done
report big.xml "${cases[@]}"
mapfile -d '' around < <(surroundings)
for pause in 0.01 0.03 0.05 0.08 0.12 0.2; do
    env "${around[@]}" "$FERRY" upload --to local:AO --mirror local:DEMO big.xml >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$pause"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
done
ferry resume
ferry upload --to local:AO --mirror local:DEMO big.xml
exits 0
holds AO runs 1
holds AO results 400
holds AO cases 400
holds DEMO runs 1
holds DEMO results 400
remember AO DEMO
ferry resume
exits 0
unchanged
