#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# P6: the same command with the same input adds nothing; nor do the same files in another order, by other paths, or one of them said twice.
. "$(dirname "$0")/lib.sh"

mkdir reports
cp "$samples"/{basic,keyed}.xml reports/
ferry upload --to local:AO --mirror local:DEMO reports/basic.xml reports/keyed.xml
exits 0
holds AO results 11
holds DEMO results 4
remember AO DEMO

again() {
    ferry upload --to local:AO --mirror local:DEMO "$@"
    exits 0
    unchanged
}
again reports/basic.xml reports/keyed.xml
again reports/keyed.xml reports/basic.xml
again 'reports/*.xml'
again reports
again "$PWD/reports/keyed.xml" ./reports/basic.xml
again reports/basic.xml reports/keyed.xml 'reports/*.xml'

mv reports moved
again 'moved/*.xml'

# A title is a label: it neither finds nor makes a run.
again --run-title "Another name" 'moved/*.xml'
