#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The five-minute tour of the top README, command by command, as it stands there: each succeeds, and what it says of the outcome holds.
. "$(dirname "$0")/lib.sh"

cp "$samples"/*.xml .
mapfile -t commands < <(sed -n '/^## Five minutes/,/^## Qase/s/^ *ferry /ferry /p' "$tree/README.md")
[ ${#commands[@]} -ge 10 ] || fail "the tour has its commands; found ${#commands[@]}"
for command in "${commands[@]}"; do
    eval "$command"
    exits 0
done
holds AO runs 3
holds DEMO results 4
holds DEMO keys 4

# The parts about other trackers, each in a shell of its own as a person's is, at a port that is free.
mapfile -d '' around < <(surroundings)
ln -s "$FERRY" ferry
# tour NAME PORT FROM TO: what stands in the README between two headings.
tour() {
    free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null) || {
        echo "the part about $1 is left out: no python3 to find a free port with"
        exit 0
    }
    sed -n "/^## $3/,/^## $4/s/^    \( *\)\([a-z]\)/\2/p" "$tree/README.md" | sed "s/$2/$free/g" >tour
    [ "$(wc -l <tour)" -ge 8 ] || fail "the part about $1 has its commands: $(cat tour)"
    env "${around[@]}" PATH="$PWD:$PATH" no_proxy='*' timeout 120 bash -emc "$(cat tour)" >"$work/out" 2>"$work/err" ||
        fail "each of it succeeds: $(cat tour)"
}
tour Qase 4010 "Qase, without" "ALM Octane"
is "results that the mock holds" "$(grep -c '^\["result"' "$work/out")" 15
is "uploads and mirrors that are complete" "$(grep -c 'receipt: complete, exit 0' "$work/out")" 3
tour Octane 4011 "ALM Octane" Commands
is "uploads and mirrors that are complete" "$(grep -c 'receipt: complete, exit 0' "$work/out")" 2
grep -q '^2[0-9]* *Success *slice 1' "$work/out" || fail "the task is told of: $(cat "$work/out")"
exit 0
