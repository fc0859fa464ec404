#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# New input makes a new run; --again makes one of the same input on purpose; --run-id joins one that exists.
. "$(dirname "$0")/lib.sh"

report r.xml a=K_1 b=K_2
ferry upload --to local:AO --run-title Nightly r.xml
exits 0
holds AO runs 1
holds AO results 2

ferry upload --to local:AO --run-title Nightly --again r.xml
exits 0
holds AO runs 2
holds AO results 4
holds AO cases 2

report other.xml a=K_1! b=K_2
ferry upload --to local:AO --run-title Nightly other.xml
exits 0
holds AO runs 3
holds AO results 6

first=$(export_of AO | jq -r '.runs[0].id')
report third.xml c=K_3
ferry upload --to local:AO --run-id "$first" third.xml
exits 0
holds AO runs 3
holds AO results 7
is "the run that was joined has three results" \
    "$(export_of AO | jq -r --argjson run "$first" '[.results[] | select(.run_id == $run)] | length')" 3

ferry upload --to local:AO --run-id "$first" third.xml
exits 0
holds AO runs 3
holds AO results 7
