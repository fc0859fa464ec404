#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A project whose cases have fields that must be filled: what nothing says is found out before anything is written, by the field's name, and
# "case_defaults" says it.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
mock qase --option required=severity
workspace
required() { # TITLE TYPE [MORE]
    answers 200 POST /v1/custom_field "{\"title\":\"$1\",\"entity\":0,\"type\":$2,\"is_required\":true,\"projects_codes\":[\"DEMO\"]${3-}}"
}
required Component 3 ',"value":[{"id":1,"title":"core"},{"id":2,"title":"web"}]'
required Owner 1
required "Has default" 1 ',"default_value":"so"'
answers 200 POST /v1/custom_field '{"title":"Reviewed","entity":0,"type":4,"projects_codes":["DEMO"]}'
answers 200 POST /v1/custom_field '{"title":"Parts","entity":0,"type":6,"projects_codes":["DEMO"],"value":[{"id":7,"title":"a"},{"id":9,"title":"b"}]}'
answers 200 POST /v1/custom_field '{"title":"Elsewhere","entity":0,"type":1,"is_required":true,"projects_codes":["AO"]}'
answers 200 POST /v1/custom_field '{"title":"Of runs","entity":1,"type":1,"is_enabled_for_all_projects":true}'

# The mock itself: no case without them.
answers 422 POST /v1/case/DEMO '{"title":"x"}'
answer_jq '[.errorFields[].error] | join(" ")' >"$work/said"
for field in Severity Component Owner; do
    grep -q "\"$field\\\\*\" is required" "$work/said" || fail "the mock misses $field: $(cat "$work/said")"
done
answers 422 POST /v1/case/DEMO/bulk '{"cases":[{"title":"x","severity":1,"custom_field":{"2":"3","3":"me"}}]}'
answers 200 DELETE /_mock/requests

# In the order in which they are found missing, and nothing has been written.
defaults() { # JSON of DEMO's case_defaults
    more=${1:+", \"case_defaults\": $1"}
    cat >ferry.json <<END
{ "trackers": { "demo": { "plugin": "qase", "project": "DEMO", "url": "$url", "token": "\${TOKEN}"$more } } }
END
    rm -rf .ferry
    ferry upload "$samples/keyed.xml"
}
wants() { # TEXT
    exits 2
    says "$1"
    is "runs" "$(held run DEMO)" 0
    is "cases" "$(held case DEMO)" 0
}
defaults
wants 'qase:DEMO: custom field "Component" is required on cases in project DEMO, and nothing says its value'
says '"case_defaults": {"Component": "..."} (core, web)'
# It is not for `resume` to begin without it.
ferry resume
wants '"Component" is required'
defaults '{"Component": "web"}'
wants 'custom field "Owner" is required'
defaults '{"component": "web", "Owner": "me"}'
wants 'system field "Severity" is required'
says 'blocker, critical, major'
defaults '{"Component": "cor", "Owner": "me", "severity": "major"}'
wants 'case_defaults: "Component" is "cor"; the field takes core, web'
defaults '{"Component": "web", "Owner": "me", "severity": "terrible"}'
wants 'case_defaults: "Severity" is "terrible"; the field takes'
defaults '{"Component": "web", "Owner": "me", "severity": "major", "Elsewhere": "x"}'
wants '"Elsewhere" is no field of cases in project DEMO'
defaults '{"Component": "web", "Owner": "me", "severity": "major", "Reviewed": "perhaps"}'
wants '"Reviewed" is "perhaps"; the field takes true or false'
defaults '["Component"]'
wants '"Component" is not FIELD=VALUE'
defaults '{"Component": ["web"]}'
wants '"trackers.demo.case_defaults" holds something else than texts and numbers'
defaults '{"Component": "web", "Component": "core"}'
wants 'says one name twice'
answers 200 GET /_mock/requests
is "what was asked" "$(answer_jq '[.[].method] | unique | join(" ")')" GET

# Said, all of it is there: by title or slug, options by title or number, one with a default and one that nobody requires too.
defaults '{"Component": "web", "Owner": "me", "severity": "major", "Reviewed": true, "Parts": "b, 7", "Has default": "other"}'
exits 0
is "cases" "$(held case DEMO)" 5
answers 200 GET '/v1/case/DEMO?limit=100'
keyed='[.result.entities[] | select(any(.custom_fields[]; .id == 1))]'
is "cases that ferry made" "$(answer_jq "$keyed | length")" 4
is "their fields" "$(answer_jq "$keyed | [.[] | [.severity, (.custom_fields[] | select(.id > 1) | .value)] | tostring] | unique | join(\" \")")" \
    '[3,"2","me","other","1","9,7"]'

# A list does, too; where no case is made nobody asks.
defaults '["Component=core", "Owner=me", "severity=3"]'
exits 0
is "cases" "$(held case DEMO)" 5
defaults
exits 0
report plain.xml x y
ferry upload plain.xml
exits 0

# A mirror's target is asked as well; its source's own are none of its business.
cat >ferry.json <<END
{ "trackers": {
    "ao": { "plugin": "qase", "project": "AO", "url": "$url", "token": "\${TOKEN}" },
    "demo": { "plugin": "qase", "project": "DEMO", "url": "$url", "token": "\${TOKEN}" } } }
END
ferry mirror --source-project demo --source-run-id 1 --target-project ao
exits 2
says 'qase:AO: custom field "Elsewhere" is required on cases in project AO'
is "cases" "$(held case AO)" 0
is "runs" "$(held run AO)" 0
