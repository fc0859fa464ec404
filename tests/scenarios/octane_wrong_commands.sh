#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Each line of octane_wrong_commands.tsv: something is wrong with what a command asks of ALM Octane, or with the links of an upload; ferry must exit with that
# code and say that.
#
#   octane_wrong_commands.sh         all rows
#   octane_wrong_commands.sh NAME... these rows, with what ferry said
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_wrong.sh"
. "$scenarios/lib_octane.sh"

mock octane --option task_duration=0ms --option client_id=ferry --option client_secret=canary-1
right=$url
curl -s --noproxy '*' -o /dev/null -c "$work/cookies" -H 'Content-Type: application/json' \
    --data-binary '{"client_id":"ferry","client_secret":"canary-1"}' "$url/authentication/sign_in" || fail "a scenario signs in"
for _ in 1 2; do
    octane 201 POST /application_modules '{"data":[{"name":"Twin","parent":{"type":"application_module","id":"1002"},"business_impact":{"type":"list_node","id":"list_node.business_impact.low"}}]}'
done

before_row() {
    mkdir -p "$work/rows/$name"
    cd "$work/rows/$name" || exit 1
    environment=(SECRET=canary-1 FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
    url=$right more='' config
    cat >r.xml <<END
<testsuite name="s"><testcase classname="a.B" name="$name"><properties><property name="jira" value="AO-999"/></properties></testcase></testsuite>
END
}

# --- what is given ---

given_elsewhere() {
    rm ferry.json
    environment+=(OCTANE_URL="$right" OCTANE_CLIENT_ID=ferry OCTANE_CLIENT_SECRET=canary-1)
}
given_gone() { url=http://127.0.0.1:1 config; }
given_refused() { environment=(SECRET=canary-2); }
given_busy() {
    environment+=(FERRY_CHANCE=0) # no waiting between one try and the next
    answers 200 POST /_mock/faults 'GET /api/** * error-before 503'
    after+=("call POST /_mock/faults ''")
}
given_data() { echo '{"data":[{"title":"x"}]}' >data.json; }
given_folder() { mkdir folder; }
given_link_other() { more=', "link": "sometimes"' config; }
given_jira_word() { more=', "jira": ["AO-1", "17"]' config; }
given_pattern() { more=', "jira_pattern": "[key]"' config; }
given_field_words() { more=', "jira_field": "jira key"' config; }
given_field_unknown() { more=', "jira_field": "nope_udf"' config; }

try_rows "$scenarios/octane_wrong_commands.tsv" "$@" || exit 1
if grep -rn canary "$work/rows"; then
    fail "no secret is written anywhere"
fi
