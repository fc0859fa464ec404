#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# --run-key: several uploads, in any order, share one run; parts tell parallel jobs apart; only `complete` completes it.
. "$(dirname "$0")/lib.sh"

# The state of AO's run of a run key.
state_of() {
    export_of AO | jq -r --arg marker "run-key=$1" '.runs[] | select(.marker == $marker) | .state'
}

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
is "the run is open" "$(state_of nightly-7)" open

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
is "the run is completed" "$(state_of nightly-7)" complete
is "the other run is not" "$(state_of matrix)" open
remember AO DEMO
ferry complete nightly-7
exits 0
unchanged
