#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who has the vendor's own reporters set up has set up ferry: their qase.config.json and their variables say where results go and into which run. Variables count
# before the file; what ferry has no use for is named, once; what is wrong in the file is told with its line.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
mock qase
workspace
answers 200 POST /v1/environment/AO '{"title":"Staging","slug":"staging"}'
answers 200 POST /v1/case/AO '{"title":"planned"}'
answers 200 POST /v1/plan/AO '{"title":"Smoke","cases":[1]}'
cat >r.xml <<END
<testsuite name="made"><testcase classname="made.S" name="a" time="0.1"/><testcase classname="made.S" name="b" time="0.1"><failure message="no"/></testcase>
<testcase classname="made.S" name="c" time="0.1"><error message="broke"/></testcase><testcase classname="made.S" name="d"><skipped/></testcase></testsuite>
END
written() { cat >qase.config.json; }
full() {
    written <<END
{
  "mode": "testops",
  "debug": false,
  "environment": "staging",
  "rootSuite": "Everything",
  "statusMapping": { "invalid": "failed" },
  "testops": {
    "api": { "token": "\${NOT_EXPANDED}", "host": "$url", "retries": 3 },
    "project": "AO",
    "run": { "title": "From the file", "description": "Of the reporters", "complete": true, "tags": ["a", "b"] },
    "plan": { "id": 1 },
    "batch": { "size": 2 },
    "defect": true,
    "statusFilter": ["skipped"]
  },
  "testops_multi": { "default_project": "AO", "projects": [] }
}
END
}

# All of it from the file, and the token from a variable, which counts first.
full
environment+=(QASE_TESTOPS_API_TOKEN=any FERRY_TRUST_HOST="$url")
answers 200 DELETE /_mock/requests
ferry upload r.xml
exits 0
says 'to qase:AO (QASE_TESTOPS_API_TOKEN and qase.config.json line 9 are set)'
says 'qase.config.json: ferry does not use mode, debug, testops.api.retries, testops_multi'
is "times it is said" "$(grep -c 'does not use' "$work/err")" 1
says 'status filter'
is "title" "$(state '.[0] == "run" and .[1] == "AO"' '.[3]')" "From the file"
is "results" "$(held result AO)" 3
answers 200 GET "/v1/run/AO/1?include=cases"
is "description" "$(answer_jq '.result.description' | head -n 1)" "Of the reporters"
is "environment" "$(answer_jq '.result.environment.slug // .result.environment')" staging
is "plan" "$(answer_jq .result.plan_id)" 1
is "tags" "$(answer_jq '[.result.tags[] | .title? // .] | join(" ")')" "a b"
is "completed" "$(answer_jq .result.status_text)" failed
answers 200 GET "/v1/result/AO?run=1&limit=100"
is "statuses" "$(answer_jq '[.result.entities[].status] | sort | join(" ")')" "failed failed passed"
is "root suite" "$(state '.[0] == "suite" and .[1] == "AO"' '.[]' | grep -c Everything)" 1
answers 200 GET /_mock/requests
is "requests with results, two in each" "$(answer_jq '[.[] | select(.route | test("v2/.*results$")) | .n] | add')" 2

# The same again adds nothing, from another state folder neither.
whole >"$work/once"
ferry upload r.xml
exits 0
rm -rf .ferry
ferry upload r.xml
exits 0
whole | cmp -s - "$work/once" || fail "twice is once: $(whole | diff "$work/once" - | head)"

# Variables count before it, flags before both; lists have commas.
environment+=(QASE_TESTOPS_RUN_TITLE="From a variable" QASE_TESTOPS_RUN_COMPLETE=false "QASE_TESTOPS_RUN_TAGS=x,y" "QASE_TESTOPS_STATUS_FILTER=passed,invalid"
    QASE_STATUS_MAPPING=failed=blocked QASE_TESTOPS_UPLOAD_ATTACHMENTS=true QASE_RUN_ID=77)
rm -rf .ferry
ferry upload --again r.xml
exits 0
says 'Qase: ferry does not use QASE_TESTOPS_UPLOAD_ATTACHMENTS'
says_not QASE_RUN_ID
answers 200 GET "/v1/run/AO/2"
is "title" "$(answer_jq .result.title)" "From a variable"
is "tags" "$(answer_jq '[.result.tags[] | .title? // .] | join(" ")')" "x y"
is "still open" "$(answer_jq .result.status_text)" in_progress
answers 200 GET "/v1/result/AO?run=2&limit=100"
is "statuses" "$(answer_jq '[.result.entities[].status] | sort | join(" ")')" "blocked skipped"
rm -rf .ferry
ferry upload --again --run-title "From a flag" --complete always r.xml
exits 0
answers 200 GET "/v1/run/AO/3"
is "title" "$(answer_jq .result.title)" "From a flag"
[ "$(answer_jq .result.status_text)" != in_progress ] || fail "a flag says that it is to be completed"

# A run that it names is joined, and completed as it says.
environment+=(QASE_TESTOPS_RUN_ID=2 QASE_TESTOPS_RUN_COMPLETE=true)
report two.xml one two
ferry upload two.xml
exits 0
says 'into run 2 of qase:AO, as its configuration says'
is "runs" "$(held run AO)" 3
answers 200 GET "/v1/run/AO/2"
[ "$(answer_jq .result.status_text)" != in_progress ] || fail "the named run is complete"
environment+=(QASE_TESTOPS_RUN_ID=99)
ferry upload two.xml
exits 2
says 99

# Where each value comes from.
environment=(QASE_TESTOPS_API_TOKEN=canary-4711 FERRY_TRUST_HOST="$url" "QASE_TESTOPS_RUN_TAGS=x,y")
ferry config show --origin
exits 0
grep -Eq '^qase:AO.token +\*\*\* +QASE_TESTOPS_API_TOKEN' "$work/out" || fail "the token's origin"
grep -Eq '^qase:AO.run_title +From the file +qase.config.json line 10' "$work/out" || fail "the title's origin"
grep -Eq '^qase:AO.tags +x, y +QASE_TESTOPS_RUN_TAGS' "$work/out" || fail "the tags' origin"
grep -Eq '^qase:AO.status_map +invalid=failed +qase.config.json line 6' "$work/out" || fail "the map's origin"
says_not canary

# Its place is the repository, so its host gets no token that comes from elsewhere, unless somebody else allows it.
written <<<'{"testops": {"project": "AO", "api": {"host": "https://collector.example"}}}'
ferry upload r.xml
exits 2
says collector.example
says 'ferry trust'

# A token of its own is taken, and it is said what that means; a tracker of ferry.json counts before it.
written <<END
{"testops": {"project": "AO", "api": {"host": "$url", "token": "canary-literal-4711"}}}
END
environment=(FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
ferry upload --again --run-title Literal r.xml
exits 0
says 'testops.api.token holds the secret itself'
is "times it is said" "$(grep -c 'holds the secret itself' "$work/err")" 1
says_not canary-literal
written <<<'{"testops": {"project": "NONE", "api": {"host": "https://collector.example"}, "run": {"title": "Not this"}}}'
# shellcheck disable=SC2016
printf '{"trackers": {"ao": {"plugin": "qase", "project": "AO", "url": "%s", "token": "${TOKEN}", "run_title": "Ours"}}}\n' "$url" >ferry.json
environment+=(TOKEN=any)
ferry upload --again r.xml
exits 0
is "the run's title" "$(state '.[0] == "run" and .[1] == "AO"' '.[3]' | tail -n 1)" Ours

# Who uploads elsewhere has nothing to do with it, whatever it holds.
rm ferry.json
written <<<'{"testops": '
ferry upload --to local:HERE r.xml
exits 0

# Wrong: the file, the line, what is there and what is wanted.
environment+=(QASE_TESTOPS_API_TOKEN=any)
wrong() { # TEXT-OF-THE-FILE MESSAGE
    printf '%b' "$1" | written
    ferry upload r.xml
    exits 2
    says "$2"
    says_not canary
}
wrong '{\n "testops": {"project": "AO"\n' 'qase.config.json line 3'
wrong '{\n "testops": {"project" "AO"}}' 'qase.config.json line 2'
wrong '[]' 'qase.config.json line 1, column 1: the file holds no object but a'
wrong '' 'qase.config.json'
wrong '{"testops":\n {"project": "AO", "plan": {"id": "many"}}}' 'qase.config.json line 2, column 29: testops.plan.id: "many" is no whole number'
wrong '{"testops": {"project": ["AO"]}}' 'line 1, column 14: "testops.project" is a list; it takes one value'
wrong '{"testops": {"project": {"a": 1}}}' '"testops.project" is an object; it takes a value'
wrong '{"testops": {"project": null}}' '"testops.project" is null; leave it out'
wrong '{"testops": "AO"}' '"testops" is no object; it holds further keys in {}'
wrong '{"testops": {"project": "AO", "project": "DEMO"}}' '"testops.project" is there twice; leave one'
wrong '{"testops": {"project": "AO", "defect": "perhaps"}}' 'testops.defect: "perhaps"'
wrong '{"testops": {"project": "AO", "run": {"tags": [["a"]]}}}' '"testops.run.tags" holds something else than texts and numbers'
wrong '{"statusMapping": ["invalid"], "testops": {"project": "AO"}}' 'status_map: "invalid" is not FROM=TO'
rm qase.config.json
mkdir qase.config.json
ferry upload --to AO r.xml
exits 2
says 'qase.config.json'
rmdir qase.config.json

# The older name of it; and the example of a .env that ferry ships: each of its keys is one that ferry knows.
written <<<'{"testops": {"project": "AO", "run": {"title": "Old name"}}}'
mv qase.config.json .qaserc
environment=(QASE_TESTOPS_PROJECT=AO)
(umask 077 && cp "$tree/.env.example" .env)
ferry config show --origin
exits 0
says 'Old name'
keys=$(sed -n 's/^\([A-Z_]*\)=.*/\1/p' .env)
[ -n "$keys" ] || fail "the example has keys"
for key in $keys; do
    says "$key (in .env)"
done
says sync_results_errors.log
