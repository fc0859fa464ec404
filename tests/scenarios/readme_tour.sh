#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The five-minute tour of the top README, command by command, as it stands there: each succeeds, and what it says of the outcome holds.
. "$(dirname "$0")/lib.sh"

cp "$samples"/*.xml .
mapfile -t commands < <(sed -n '/^## Five minutes/,/^## Commands/s/^ *ferry /ferry /p' "$tree/README.md")
[ ${#commands[@]} -ge 10 ] || fail "the tour has its commands; found ${#commands[@]}"
for command in "${commands[@]}"; do
    eval "$command"
    exits 0
done
holds AO runs 3
holds DEMO results 4
holds DEMO keys 4
