#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where an Automation Key may come from, in order: a property, a tag, a pattern in the name, a map file.
. "$(dirname "$0")/lib.sh"

cat >ferry.json <<'J'
{ "automation_key": { "pattern": "\\[([A-Z]+_[0-9]+)\\]", "map": "keys.csv" } }
J
printf '# a comment\nmade/made.Suite/mapped*,MAP_1\n**/property*,MAP_2\n' >keys.csv
report r.xml "property wins=P_1" "in the name [N_1]" "mapped one" "none at all"
ferry upload --to local:AO --mirror local:DEMO r.xml
exits 0
holds AO results 4
holds DEMO results 3
is "keys" "$(export_of DEMO | jq -r '[.cases[].automation_key] | sort | join(" ")')" "MAP_1 N_1 P_1"
