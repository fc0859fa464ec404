#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# --run-key: several uploads, in any order, share one run; parts tell parallel jobs apart; only `complete` completes it.
. "$(dirname "$0")/lib.sh"

report one.xml a=K_1 b=K_2
report two.xml c=K_3 d
ferry upload --to local:AO --mirror local:DEMO --run-key nightly-7 one.xml
exits 0
ferry upload --to local:AO --mirror local:DEMO --run-key nightly-7 two.xml
exits 0
holds AO runs 1
holds AO results 4
holds DEMO runs 1
holds DEMO results 3
is "the run is open" "$(export_of AO | jq -r '.runs[0].completed // false')" false

# The other order, and both at once: nothing is added.
remember AO DEMO
ferry upload --to local:AO --mirror local:DEMO --run-key nightly-7 two.xml one.xml
exits 0
unchanged

# The same tests from two matrix jobs are two results each, not attempts of one another.
ferry upload --to local:AO --run-key matrix --part linux one.xml
exits 0
ferry upload --to local:AO --run-key matrix --part windows one.xml
exits 0
holds AO runs 2
holds AO results 8

ferry complete nightly-7
exits 0
is "the run is completed" "$(export_of AO | jq -r '.runs[0].completed')" true
is "the other run is not" "$(export_of AO | jq -r '.runs[1].completed // false')" false
remember AO DEMO
ferry complete nightly-7
exits 0
unchanged
