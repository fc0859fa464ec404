#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How a workspace may be set up: the field of keys is missing, there twice, or a number; each side has an account of its own; tokens are wrong; a dry run
# only reads.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
field() { # TYPE [PROJECTS]: makes the field, after a look it has another id
    answers 200 POST /v1/custom_field "{\"title\":\"Automation Key\",\"entity\":0,\"type\":$1,${2-\"is_enabled_for_all_projects\":true}}"
}
mock qase
answers 200 POST /v1/project '{"title":"Automation only","code":"AO"}'
answers 200 POST /v1/project '{"title":"Everything","code":"DEMO"}'
config

# Nowhere: the primary goes by signature, and says so; a mirror has nothing to go by.
ferry upload "$samples/keyed.xml"
exits 2
says "qase:DEMO: there is no custom field \"Automation Key\" on cases"
says "nothing there can hold its key"
is "results in AO" "$(held result AO)" 5
is "results in DEMO" "$(held result DEMO)" 0

# In one project alone.
rm -rf .ferry
field 1 '"projects_codes":["AO"]'
ferry upload --again "$samples/keyed.xml"
exits 2
says "qase:DEMO: there is no custom field"
is "keys in AO" "$(held value AO)" 4
answers 200 DELETE "/v1/custom_field/1"

# A number cannot hold a key, and of two nobody can say which.
rm -rf .ferry
field 0
whole >"$work/before"
ferry upload --again "$samples/keyed.xml"
exits 2
says "\"Automation Key\" is of type number"
field 1
answers 200 DELETE "/v1/custom_field/2"
field 1
ferry upload --again "$samples/keyed.xml"
exits 2
says 'two values for "custom field "Automation Key"": "3" and "4"'
answers 200 DELETE "/v1/custom_field/3"
answers 200 DELETE "/v1/custom_field/4"
field 0
whole | sed 's/^\["field",5,/["field",2,/' | cmp -s - "$work/before" || fail "nothing was sent: $(whole | diff "$work/before" -)"
answers 200 DELETE "/v1/custom_field/5"
field 1

# A dry run: nothing but GETs.
rm -rf .ferry
answers 200 DELETE /_mock/requests
ferry upload --dry-run "$samples/keyed.xml" "$samples/basic.xml"
exits 0
answers 200 GET /_mock/requests
is "methods of a dry run" "$(answer_jq '[.[].method] | unique | join(" ")')" GET
is "their answers" "$(answer_jq '[.[].status] | unique | join(" ")')" 200
kill "$server"

# Two accounts, each with its token and its workspace; what is known of one is no use at the other.
token=left
mock qase --token left
left=$url
workspace
token=right
mock qase --token right
right=$url
answers 200 POST /v1/custom_field '{"title":"Other","entity":0,"type":1,"is_enabled_for_all_projects":true}'
workspace
cat >ferry.json <<END
{ "trackers": {
    "ao": { "plugin": "qase", "project": "AO", "url": "$left", "token": "\${LEFT}" },
    "demo": { "plugin": "qase", "project": "DEMO", "url": "$right", "token": "\${RIGHT}" } },
  "upload": { "to": "ao", "mirror": ["demo"] } }
END
rm -rf .ferry
environment=(LEFT=left RIGHT=right FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
ferry upload "$samples/keyed.xml"
exits 0
is "results on the right" "$(held result DEMO)" 4
is "the field on the right" "$(state '.[0] == "value"' '.[4]' | sort -u)" 2
url=$left
is "results on the left" "$(held result AO)" 5
is "nothing of the other on the left" "$(held result DEMO)" 0

# A token that is wrong: on one side, on both.
environment=(LEFT=left RIGHT=left FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
report more.xml x=K_9 y=K_10!
ferry upload more.xml
exits 11
says "check the credentials"
is "results on the left" "$(held result AO)" 7
environment=(LEFT=wrong RIGHT=wrong FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
report yet_more.xml x=K_9 y=K_10! z=K_11
ferry upload yet_more.xml
exits 5
says "check the credentials"
says_not wrong
is "results on the left" "$(held result AO)" 7

# With the right ones all of it arrives.
environment=(LEFT=left RIGHT=right FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
ferry resume
exits 0
is "results on the left" "$(held result AO)" 10
url=$right
is "results on the right" "$(held result DEMO)" 9
