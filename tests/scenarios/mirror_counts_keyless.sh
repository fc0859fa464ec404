#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# P5: what has no key goes to the primary, is not mirrored, and is counted and named; several results of one key all are mirrored.
. "$(dirname "$0")/lib.sh"

report r.xml a=K_1 "lonely one" "lonely two!" b=K_2
ferry upload --to local:AO --mirror local:DEMO r.xml
exits 0
holds AO results 4
holds DEMO results 2
says "lonely one"
says "skipped       2, no key"

ferry upload --to local:AO --mirror local:DEMO --json --again r.xml
exits 0
is "the receipt counts what had no key" "$(out_jq '.captured.no_key')" 2
is "and the mirror's part of it says why" "$(out_jq '.destinations[] | select(.role == "mirror") | .skipped')" 2

# Nothing has a key: the primary gets all, the mirror nothing, and that is no error.
report none.xml x y z
ferry upload --to local:KEYLESS --mirror local:EMPTY none.xml
exits 0
holds KEYLESS results 3
holds EMPTY results 0

# One key, several results.
report several.xml p1=K_9 p2=K_9! p3=K_9
ferry upload --to local:MANY --mirror local:MANYTOO several.xml
exits 0
holds MANYTOO results 3
holds MANYTOO cases 1
