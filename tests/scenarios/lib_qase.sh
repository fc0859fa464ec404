# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154
# lib_qase.sh - what scenarios with `ferry mock qase` share, beside lib.sh: a workspace, a configuration, and what the mock holds.

# Two projects and the custom field, all through the interface.
workspace() {
    answers 200 POST /v1/project '{"title":"Automation only","code":"AO"}'
    answers 200 POST /v1/project '{"title":"Everything","code":"DEMO"}'
    answers 200 POST /v1/custom_field '{"title":"Automation Key","entity":0,"type":1,"is_enabled_for_all_projects":true}'
}

# ao with demo as its mirror (mirrors= none), both at $url; more=', "api": "v1"' is said of both.
config() {
    cat >ferry.json <<END
{ "trackers": {
    "ao": { "plugin": "qase", "project": "AO", "url": "$url", "token": "\${TOKEN}"${more-} },
    "demo": { "plugin": "qase", "project": "DEMO", "url": "$url", "token": "\${TOKEN}"${more-} } },
  "upload": { "to": "ao", "mirror": [${mirrors-\"demo\"}] } }
END
}

# All that the mock holds. The title of a run has the minute in it.
whole() {
    curl -s --noproxy '*' "$url/_mock/state" | sed -E 's/here [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}/here, NOW/g'
}
# state CONDITION OUTPUT: lines of it, by jq.
state() {
    whole | jq -r "select($1) | $2"
}
# How many there are of a noun in a project: held result AO.
held() {
    state ".[0] == \"$1\" and .[1] == \"$2\"" .[0] | wc -l
}
