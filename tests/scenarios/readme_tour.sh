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

# The part about Qase, in a shell of its own as a person's is, at a port that is free.
free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null) || {
    echo "the part about Qase is left out: no python3 to find a free port with"
    exit 0
}
sed -n '/^## Qase, without/,/^## Commands/s/^    \( *\)\([a-z]\)/\2/p' "$tree/README.md" | sed "s/4010/$free/g" >tour
[ "$(wc -l <tour)" -ge 10 ] || fail "the part about Qase has its commands: $(cat tour)"
mapfile -d '' around < <(surroundings)
ln -s "$FERRY" ferry
env "${around[@]}" PATH="$PWD:$PATH" no_proxy='*' timeout 120 bash -emc "$(cat tour)" >"$work/out" 2>"$work/err" || fail "each of it succeeds: $(cat tour)"
is "results that the mock holds" "$(grep -c '^\["result"' "$work/out")" 15
is "uploads and mirrors that are complete" "$(grep -c 'receipt: complete, exit 0' "$work/out")" 3
