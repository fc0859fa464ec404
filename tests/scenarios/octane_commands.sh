#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Modules, suites, runs and stories by commands, over a socket; results name the stories that they cover when they are uploaded, and links are added and
# taken away afterwards, through runs or, where Octane has no such field on runs, through their tests.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_octane.sh"

environment=(SECRET=any FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)
mock octane --option task_duration=0ms
more=', "suite": "Nightly", "jira_pattern": "[{key}]"' config

# --- got or made, once ---

ferry octane module root QZ
exits 0
out_has "2001  QZ  (made)"
for _ in 1 2; do
    ferry octane module create engine --parent QZ --json
    exits 0
done
is "the second time it is there" "$(out_jq '[.name, .parent.name, .made] | map(tostring) | join(" ")')" "engine QZ false"
ferry octane suite create Nightly --module engine
exits 0
ferry octane suite get Nightly --module QZ
exits 6
says "there is no test suite \"Nightly\" in 2001"
octane 201 POST /application_modules '{"data":[{"name":"engine","parent":{"type":"application_module","id":"2001"},"business_impact":{"type":"list_node","id":"list_node.business_impact.low"}}]}'
for verb in get create; do
    ferry octane module $verb engine --parent QZ
    exits 6
    says "application module \"engine\" is there 2 times, with the ids 2002 (in 2001), 2004 (in 2001)"
done
is "nothing was made beside them" "$(state '.[0] == "module"' '.[2]' | sort | paste -sd ' ')" "QZ engine engine"

# --- requests of one's own ---

story() { printf '{"name":"%s","jira_key_udf":"%s","parent":{"type":"work_item_root","id":"1001"},"phase":{"type":"phase","id":"phase.story.new"}}' "$1" "$2"; }
printf '{"data":[%s,%s,%s,%s]}' "$(story Login AO-1)" "$(story Logout AO-2)" "$(story Twice AO-3)" "$(story Twice AO-3)" >stories.json
ferry octane rest POST stories --data stories.json
exits 0
is "four were made" "$(out_jq '.total_count')" 4
ferry octane rest GET 'stories?query="jira_key_udf EQ ^AO-2^"&fields=name' --json
exits 0
is "what was asked for" "$(out_jq '.body.data[0].name')" Logout
ferry octane rest PUT "/api/shared_spaces/1001/workspaces/1002/stories" --data missing.json
exits 2
ferry octane rest GET 'stories?fields=nope'
exits 6
ferry octane story find --jira AO-1 --jira AO-3 --jira AO-9
exits 6
out_has "AO-1  2005  Login"
err_has "AO-3: several stories have this key: 2007, 2008"
err_has "AO-9: no story has this key"

# --- named when they are uploaded ---

cat >r.xml <<'END'
<testsuite name="s">
  <testcase classname="a.B" name="by property"><properties><property name="jira" value="AO-1, AO-2"/></properties></testcase>
  <testcase classname="a.B" name="by name [AO-2]"><failure message="m"/></testcase>
  <testcase classname="a.B" name="in vain"><properties><property name="issue" value="AO-9"/></properties></testcase>
</testsuite>
END
covers() { octane 200 GET '/automated_tests?fields=name,covered_content&order_by=id' && answer_jq '[.data[] | [.covered_content.data[].id] | join("+")] | join(" ")'; }
octane 201 POST /test_suites '{"data":[{"name":"Other"}]}'
ferry upload r.xml --run-title "It's here"
exits 0
says "in vain: jira: AO-9 has no story; once mended: ferry octane link --jira AO-9 --suite-run 'It'\\''s here"
is "each covers what it names" "$(covers)" "2005+2006 2006 "
octane 200 GET '/suite_run?fields=name'
run=$(answer_jq '.data[0].name')
ferry octane runs list "$run" --skip 1 --json
exits 0
is "two of three" "$(out_jq '[.total, .skipped, (.runs | length), .runs[0].status] | map(tostring) | join(" ")')" "3 1 2 failed"
ferry octane suite-run get "$run" --suite Other
exits 6
ferry octane suite-run get "$run" --suite Nightly --json
exits 0
is "its suite" "$(out_jq '.suite.name + " " + .status')" "Nightly failed"

# --- added and taken away, through tests ---

ferry octane link --jira AO-1 --suite-run "$run" --test "in vain"
exits 0
err_has "no \"covered_content\" on automated runs"
is "one more" "$(covers)" "2005+2006 2006 2005"
ferry octane link --story 2006 --jira AO-9 --suite-run "$run"
exits 6
err_has "then: ferry octane link --suite-run"
is "beside what was there" "$(covers)" "2005+2006 2006 2005+2006"
ferry octane unlink --story 2005 --suite-run "$run"
exits 0
out_has "2005  story  (no more in 2 automated tests)"
is "the other stays" "$(covers)" "2006 2006 2006"
ferry octane link --story 2005 --suite-run "$run" --replace
exits 0
is "instead of it" "$(covers)" "2005 2005 2005"
ferry octane unlink --all --suite-run "$run" --json
exits 0
is "named" "$(out_jq '.unlinked | map(.id + " " + (.from | tostring)) | join(",")')" "2005 3"
is "nothing is covered" "$(covers)" "  "

# --- through runs; a session for each command, not for each request ---

kill "$server"
mock octane --option task_duration=0ms --option run_coverage=true --option max_page=1000
rm -rf .ferry "$work/cookies"
config
ferry octane rest POST stories --data stories.json
exits 0
id=$(out_jq '.data[0].id')
mapfile -t names < <(seq -f 't%g' 450)
report many.xml "${names[@]}"
ferry upload many.xml
exits 0
octane 200 GET '/suite_run?fields=name'
run=$(answer_jq '.data[0].id')
curl -s --noproxy '*' -X DELETE "$url/_mock/requests" >/dev/null
ferry octane link --story "$id" --suite-run "$run"
exits 0
out_has "(450 automated runs)"
is "requests" "$(curl -s --noproxy '*' "$url/_mock/requests" | jq -r '[.[] | .method + " " + .route + " " + (.n | tostring)] | sort | join(", ")')" \
    "GET automated_runs 1, GET metadata/fields 1, GET suite_run 1, GET work_items 1, POST authentication/sign_in 1, POST authentication/sign_out 1, PUT automated_runs 3"
octane 200 GET '/automated_runs?limit=1000&fields=covered_content'
is "all are linked" "$(answer_jq "[.data[] | select(.covered_content.data[0].id == \"$id\")] | length")" 450

# --- a session that ends under way, a server that is busy ---

environment+=(FERRY_CHANCE=0)
answers 200 POST /_mock/faults $'GET /api/**/suite_run 1 error-before 401\nPUT /api/**/automated_runs 2 error-before 503'
curl -s --noproxy '*' -X DELETE "$url/_mock/requests" >/dev/null
ferry octane unlink --all --suite-run "$run"
exits 0
out_has "$id  story  (no more in 450 automated runs)"
is "two sessions, three requests done" "$(curl -s --noproxy '*' "$url/_mock/requests" | jq -c '[.[] | select(.method == "PUT" or .route == "authentication/sign_in") | .n] | sort')" "[2,3]"
exit 0
