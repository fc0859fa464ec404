#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Each line of octane_wrong_inputs.tsv: something is wrong with an account at ALM Octane, with what its configuration or a report says, or with what
# the workspace holds; ferry must exit with that code and say that. What the mock holds in the end is what it held before, but for rows that say so.
#
#   octane_wrong_inputs.sh         all rows
#   octane_wrong_inputs.sh NAME... these rows, with what ferry said
# shellcheck disable=SC2016,SC2317 # for ferry to expand; rows call them by their names
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_wrong.sh"
. "$scenarios/lib_octane.sh"

mock octane --option client_id=ferry --option client_secret=right --option task_duration=0ms --option task_queued=0ms
alm=$url
# Two modules of one name, and two milestones.
rm -f "$work/cookies"
curl -s --noproxy '*' -o /dev/null -c "$work/cookies" -H 'Content-Type: application/json' \
    --data-binary '{"client_id":"ferry","client_secret":"right"}' "$url/authentication/sign_in"
octane 201 POST /application_modules '{"data":[{"name":"Twin","parent":{"type":"application_module","id":"1002"},"business_impact":{"type":"list_node","id":"list_node.business_impact.no_impact"}}]}'
octane 201 POST /application_modules '{"data":[{"name":"Twin","parent":{"type":"application_module","id":"1002"},"business_impact":{"type":"list_node","id":"list_node.business_impact.no_impact"}}]}'
whole >"$work/before"

# --- what is given ---

before_row() {
    environment=(SECRET=right FERRY_DELIVERY_PATIENCE=200ms FERRY_DELIVERY_SETTLE=0ms FERRY_HTTP_CONNECT_TIMEOUT=5s FERRY_CLOCK=virtual)
    runner=configured
}
configured() {
    [ -e ferry.json ] || says
    [ -e r.xml ] || printf '<testsuite name="s"><testcase classname="%s" name="one"/></testsuite>' "$name" >r.xml
    ferry "$@"
}
# The configuration with members said otherwise, or more of them: says NAME VALUE ... (VALUE as JSON; none: without it).
says() {
    jq -n --arg url "$alm" '{trackers: {alm: {plugin: "octane", url: $url, space_id: 1001, workspace_id: 1002, client_id: "ferry", client_secret: "${SECRET}"}}}' >ferry.json
    while [ $# -gt 1 ]; do
        if [ "$2" = none ]; then
            jq "del(.trackers.alm.$1)" ferry.json >f && mv f ferry.json
        else
            jq --argjson v "$2" ".trackers.alm.$1 = \$v" ferry.json >f && mv f ferry.json
        fi
        shift 2
    done
}
set_to() { environment+=("$1"); } # the last one counts
given_secret_wrong() { set_to SECRET=canary-of-nobody; }
given_secret_none() { set_to SECRET=; }
given_client_wrong() { says client_id '"nobody"'; }
given_both_accounts() { says user '"me"' password '"p"'; }
given_user_alone() { says client_id none client_secret none user '"me"'; }
given_no_account() { says client_id none client_secret none; }
given_bearer_refused() { says client_id none client_secret none token '"${SECRET}"'; }
given_no_space() { says space_id none; }
given_no_place() { says space_id none workspace_id none project '"DEMO"'; }
given_space_word() { says space_id '"x"'; }
given_space_unknown() { says space_id 4711; }
given_workspace_unknown() { says workspace_id 4711; }
given_no_url() { says url none; }
given_url_word() { says url '"octane"'; }
given_url_nobody() { says url '"http://127.0.0.1:9"'; }
given_url_html() { says url "\"$alm/portal\""; }
given_url_plain() { says url '"http://octane.example"'; }
given_unverified() { says verifySSL false; }
given_option_unknown() { says sliceSize 5; }
given_slice_word() { says autoRunsSliceSize '"many"'; }
given_module_empty() { says module '"a//b"'; }
given_module_long() { says module "\"$(printf 'x%.0s' {1..300})\""; }
given_module_twin() { says module '"Twin"'; }
given_module_gone() { says module_id 4711; }
given_suite_blank() { says suite '" "'; }
given_suite_long() { says suite "\"$(printf 'x%.0s' {1..300})\""; }
given_suite_gone() { says suite_id 4711; }
given_template() { says suite_run '"{title}"'; }
given_field_type() { says test_fields '["Colour=Red"]'; }
given_field_form() { says test_fields '["Framework"]'; }
given_environment_form() { says environment '["Linux"]'; }
given_build_half() { says build '["job_id=7"]'; }
given_build_word() { says build '["colour=7"]'; }
given_milestone_unknown() { says milestone '"Nobody"'; }
given_release_strict() { says release '"R9"' skip_errors false; }
given_list_for_one() { says suite '["a","b"]'; }
given_status() { says status_map '["failed=flying"]'; }
given_key_long() { printf '<testsuite name="s"><testcase classname="a.B" name="one"><properties><property name="Automation Key" value="%s"/></properties></testcase></testsuite>' "$(printf 'k%.0s' {1..300})" >r.xml; }
given_big_one() { { printf '<testsuite name="s"><testcase classname="a.B" name="one"><failure message="' && head -c 3000000 /dev/zero | tr '\0' '"' | sed 's/"/\&quot;/g' && printf '"/></testcase></testsuite>'; } >r.xml; }
given_nothing() { printf '<testsuite name="s"/>' >r.xml; }

try_rows "$scenarios/octane_wrong_inputs.tsv" "$@"
verdict=$?
url=$alm
# Rows that end well enough to send make runs, but no module and nothing that the workspace was not told of.
modules() {
    grep -E '^\["(module|release|milestone|work item|program)"' "$1"
}
whole >"$work/after"
[ $# -gt 0 ] || cmp -s <(modules "$work/before") <(modules "$work/after") || fail "no module was made: $(diff "$work/before" "$work/after")"
exit $verdict
