#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A run that jobs share, on trackers whose lists say of no result whose it is, and its mirror, made by every way in turn: by `ferry mirror` from
# elsewhere, by the jobs themselves, each from a state folder of its own that knows nothing. Whoever comes, each result is there once; and those of two jobs
# that look alike are two.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
report one.xml a=K-1 b=K-2!
report two.xml a=K-1 b=K-2! c=K-3
report three.xml a=K-1 d=K-4

fresh=0
job() { # PART REPORT [MORE]: from a state folder that knows nothing
    ferry upload --state "s$((++fresh))" --run-key R --part "$1" "$2" "${@:3}"
    exits 0
}
read_back() {
    ferry mirror --state "s$((++fresh))" --source-project ao --use-latest-source-run --target-project demo
    exits 0
}
both() { # IN-AO IN-DEMO
    is "results in AO" "$(held result AO)" "$1"
    is "results in DEMO" "$(held result DEMO)" "$2"
}

# Read back when two jobs were there; then the jobs again, with a mirror now; then a third one, and all again.
mock qase
workspace
mirrors='' config
job linux one.xml
job windows two.xml
both 5 0
read_back
both 5 5
config
job linux one.xml
both 5 5
job windows two.xml
both 5 5
job mac three.xml
both 7 7
read_back
both 7 7
job mac three.xml
job windows two.xml
both 7 7
kill "$server"

# Read back between two jobs: the one that comes then looks like the one that is there.
mock qase
workspace
mirrors='' config
job linux one.xml
read_back
both 2 2
config
job windows one.xml
both 4 4
job linux one.xml
read_back
both 4 4
# All of one job's is mirrored by itself, none of the other's: the latter is lacking, whoever brings it.
mirrors='' config
job mac three.xml
both 6 4
read_back
both 6 6
config
job mac three.xml
both 6 6
