#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The mock of ALM Octane over a socket, by curl alone: a session, a payload and what its task makes, queries, faults, the clock, the state.
. "$(dirname "$0")/lib.sh"
mock octane --option task_queued=1h --option task_duration=1h --option client_secret=right

api=/api/shared_spaces/1001/workspaces/1002
# ask METHOD PATH [CURL-ARGUMENT...]: with the cookies there are; $code is the status, $work/answer the body.
ask() {
    local method=$1 path=$2
    shift 2
    code=$(curl -s --noproxy '*' -b "$work/jar" -c "$work/jar" -o "$work/answer" -w '%{http_code}' -X "$method" "$@" "$url$path")
}
status_is() {
    [ "$code" = "$1" ] || fail "the status is $1, not $code: $(cat "$work/answer")"
}
answer_is() {
    [ "$(answer_jq "$1")" = "$2" ] || fail "$1 is $2: $(cat "$work/answer")"
}
json=(-H 'Content-Type: application/json' --data-binary)

# --- the door
ask GET $api/stories
status_is 401
ask GET /shared_spaces/1001/workspaces/1002/stories
status_is 404
grep -q '<html>' "$work/answer" || fail "a page is for people: $(cat "$work/answer")"
ask POST /authentication/sign_in "${json[@]}" '{"user":"me","password":"wrong"}'
status_is 401
ask POST /authentication/sign_in "${json[@]}" '{"client_id":"me","client_secret":"right"}'
status_is 200
grep -q $'\t/\t.*LWSSO_COOKIE_KEY' "$work/jar" || fail "the cookie is for every path: $(cat "$work/jar")"

# --- what results are about
ask POST $api/test_suites "${json[@]}" '{"data":[{"name":"Nightly"}]}'
status_is 201
suite=$(answer_jq '.data[0].id')
ask POST $api/stories "${json[@]}" '{"data":[{"name":"S","jira_key_udf":"A-1","parent":{"type":"work_item_root","id":"1001"},
    "phase":{"type":"phase","id":"phase.story.new"}},{"name":"no parent"}]}'
status_is 409
answer_is '.errors[0].index' 1
story=$(answer_jq '.data[0].id')

# --- a payload, and what becomes of it
cat >slice.xml <<END
<?xml version="1.0" encoding="UTF-8"?>
<test_result><suite_ref id="$suite" external_run_id="night"/><backlog_items><backlog_item_ref id="$story"/></backlog_items><test_runs>
<test_run module="m" package="p" class="c" name="t" duration="5" status="Passed" external_test_id="K-1"/>
<test_run name="u" duration="5" status="Failed"><milestone_ref id="9"/><error type="E" message="m">s</error></test_run>
</test_runs></test_result>
END
gzip -nk slice.xml
xml=(-H 'Content-Type: application/xml' --data-binary)
ask POST $api/test-results "${xml[@]}" '<test_result/>'
status_is 400
answer_is '.description | test("test_runs|Missing child")' true
ask POST "$api/test-results?skip-errors=false" "${xml[@]}" @slice.xml
status_is 202
answer_is .status queued
task=$(answer_jq .id)
ask POST "$api/test-results?skip-errors=false" -H 'Content-Encoding: gzip' "${xml[@]}" @slice.xml.gz
status_is 202
answer_is '[.id, .fromOlderPush] | tostring' "[$task,\"true\"]"
ask POST /_mock/clock "${json[@]}" '{"advance_ms":3700000}'
ask GET "$api/test-results/$task"
answer_is .status running
ask POST /_mock/clock "${json[@]}" '{"advance_ms":3700000}'
ask GET "$api/test-results/$task"
answer_is .status warning
answer_is '.errorDetails | startswith("test run 2 \"u\"")' true
ask GET "$api/test-results/$task/log"
grep -q '1 of 2 test runs' "$work/answer" || fail "the log says how many: $(cat "$work/answer")"

# --- asked back
query() {
    ask GET "$api/$1" -G --data-urlencode "query=\"$2\"" -d "fields=$3" -d order_by=-id -d limit=2
}
query suite_run "name EQ 'night';test EQ {id EQ $suite}" name
answer_is .total_count 1
query automated_runs "parent_suite EQ {name EQ ^night^}" 'name,test{external_test_id,covered_content{id}}'
status_is 400 # one level is all there is
query automated_runs "parent_suite EQ {name EQ ^night^}" 'name,test{external_test_id,covered_content}'
answer_is '.data[0].test.external_test_id' K-1
answer_is '.data[0].test.covered_content.data[0].id' "$story"
query metadata/fields "entity_name EQ 'run_automated';name EQ 'covered_content'" id
status_is 400
ask GET $api/metadata/fields -G --data-urlencode "query=\"entity_name EQ 'run_automated';name EQ 'covered_content'\""
answer_is .total_count 0

# --- faults of the host stand before it
ask POST /_mock/faults --data-binary 'GET /api/** 1 error-before 503'
ask GET $api/stories
status_is 503
ask GET $api/stories
status_is 200
curl -s --noproxy '*' "$url/_mock/state" >"$work/state"
[ "$(jq -r 'select(.[0] == "run") | .[5]' "$work/state")" = t ] || fail "one run is there: $(cat "$work/state")"
[ "$(jq -r 'select(.[0] == "task") | .[3]' "$work/state")" = warning ] || fail "one task is there: $(cat "$work/state")"
