#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `ferry mirror` can be told: which run, what it is called there, which run it joins, how statuses are called there. What came from the
# target goes back into the very run it came from.
. "$(dirname "$0")/lib.sh"

# statuses PROJECT: of its results, by name.
statuses() {
    export_of "$1" | jq -r '[.results[] | "\(.name)=\(.status)"] | sort | join(" ")'
}
mirror() {
    ferry mirror --source-project local:AO --target-project "$@"
}

report r.xml a=K_1 b=K_2! "no key"
ferry upload --to local:AO --run-title Nightly r.xml
exits 0

# By title, under another title, with another word for a status.
mirror local:DEMO --source-run-title Nightly --target-run-title Copy --status-map failed=blocked --status-map errored=failed
exits 0
is "its title" "$(export_of DEMO | jq -r '.runs[0].title')" Copy
is "its statuses" "$(statuses DEMO)" "a=passed b=blocked"

# And back: into the run that it came from, where it is already.
mirror local:BACK --use-latest-source-run
exits 0
remember AO BACK
ferry mirror --source-project local:BACK --use-latest-source-run --target-project local:AO
exits 0
unchanged

# A run that a person made there is joined when it is named, and is not ferry's to complete.
ferry upload --to local:OWN --run-key OWN --run-title "by hand" <(printf '<testsuite><testcase name="x"/></testsuite>')
exits 0
mirror local:OWN --source-run-id 1 --target-run-id 1
exits 0
holds OWN runs 1
holds OWN results 3
is "what is mirrored" "$(statuses OWN)" "a=passed b=failed x=passed"

# Nothing is created there where that is not wanted; what stays behind is named.
mirror local:EMPTY --source-run-id 1 --no-create-cases
exits 0
says "no case: a (K_1), b (K_2)"
holds EMPTY results 0
holds EMPTY cases 0

# Two runs of one title: which of them, only a person knows.
ferry upload --to local:AO --run-title Nightly --again r.xml
exits 0
mirror local:LATER --source-run-title Nightly
exits 2
says 'local:AO: runs 1, 2 are all called "Nightly"; name one with --source-run-id'
mirror local:LATER --source-run-title Nightlies
exits 4
says "there is no run called Nightlies"
mirror local:LATER --source-run-id 1 --automation-field-title "Other Key"
exits 2
says 'there is no custom field "Other Key" on cases'

# A map that is none is found before anything is captured.
for map in failed =failed failed= "  = x"; do
    mirror local:LATER --source-run-id 2 --status-map "$map"
    exits 2
    says "--status-map: \"$map\" is not FROM=TO"
done
holds LATER runs 0
ferry status
exits 0
out_has "nothing is waiting"
