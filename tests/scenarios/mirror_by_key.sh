#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry mirror`: the latest run of AO into DEMO by Automation Key, and back; all of it again adds nothing.
. "$(dirname "$0")/lib.sh"

report ao.xml a=K_1 b=K_2! c=K_3 "no key"
ferry upload --to local:AO --run-title "Nightly AO" ao.xml
exits 0

forth() {
    ferry mirror --source-project local:AO --use-latest-source-run --target-project local:DEMO
    exits 0
}
back() {
    ferry mirror --source-project local:DEMO --use-latest-source-run --target-project local:AO
    exits 0
}
forth
holds DEMO runs 1
holds DEMO results 3
holds DEMO keys 3
is "statuses are the source's" \
    "$(export_of DEMO | jq -c '[.results[].status] | sort')" '["failed","passed","passed"]'

remember AO DEMO
forth
unchanged
back
unchanged
forth
back
unchanged

# A run of DEMO's own goes the other way.
report demo.xml c=K_3! e=K_5
ferry upload --to local:DEMO --run-title "Nightly DEMO" demo.xml
exits 0
back
holds AO runs 2
holds AO results 6
holds AO keys 4
remember AO DEMO
back
forth
unchanged
