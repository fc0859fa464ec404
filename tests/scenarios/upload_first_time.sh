#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# No config, no account, no server: the first upload lands in the local tracker beside the reports, and the receipt counts it.
. "$(dirname "$0")/lib.sh"

cp "$samples/basic.xml" "$samples/keyed.xml" .
ferry upload --to local:AO '*.xml'
exits 0
holds AO results 11
holds AO runs 1
holds AO cases 11
holds AO keys 4
[ -d .ferry ] || fail "the state folder .ferry is made beside the reports"
out_has "local:AO"

ferry local list
exits 0
out_has AO

ferry upload --to local:AO --json '*.xml'
exits 0
is "stdout is one JSON document with a version" "$(out_jq 'has("schema_version")')" true

# Captured means captured: the reports may go now.
rm ./*.xml
ferry status
exits 0
holds AO results 11
