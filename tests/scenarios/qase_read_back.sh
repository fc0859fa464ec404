#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What Qase's lists do not tell of a result (parameters, the texts of steps, bytes of attachments) reaches the mirror all the same: from ferry's journal where it
# sent the result itself, else from the source's case, else by its address; and what nobody knows is said.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
forth() {
    ferry -vv mirror --source-project ao --use-latest-source-run --target-project demo --wait-for-results 10ms
}
# The results of a project: parameters, steps and attachments as they were sent.
sent() {
    state ".[0] == \"result\" and .[1] == \"$1\"" '.[-1] | {params, steps, attachments} | tojson' | sort
}
# How many files the last call fetched.
fetched() {
    grep -c 'debug: GET .*/attachment/' "$work/err" || true
}
mock qase
workspace
mirrors='' config
printf 'shot' >shot.png
cat >steps.xml <<'XML'
<testsuite name="s"><testcase classname="s.S" name="walks[1]" time="0.5"><properties><property name="Automation Key" value="W_1"/>
<property name="step[passed]" value="open the door"/><property name="step[failed]" value="go through"/></properties>
<failure message="stuck">here</failure><system-out>[[ATTACHMENT|shot.png]]</system-out></testcase>
<testcase classname="s.S" name="talks[a]" time="0.1"><properties><property name="Automation Key" value="W_2"/></properties></testcase></testsuite>
XML
ferry upload --to ao steps.xml
exits 0
sent AO >"$work/in_ao"
grep -q 'open the door' "$work/in_ao" || fail "steps are sent: $(cat "$work/in_ao")"
grep -q ' shot.png' "$work/in_ao" || fail "attachments are sent: $(cat "$work/in_ao")"

# Ours: all of it, from the journal and the spool.
forth
exits 0
sent DEMO | cmp -s - "$work/in_ao" || fail "the mirror gets what was sent: $(sent DEMO | diff "$work/in_ao" -)"
is "attachments fetched" "$(fetched)" 0

# Somebody else's: bytes by their address, steps without texts, which is said.
rm -rf .ferry
answers 200 DELETE /v1/run/DEMO/1
forth
exits 0
says "the texts of 2 of its steps cannot be read back"
is "attachments fetched" "$(fetched)" 1
sent DEMO | grep -q ' shot.png' || fail "bytes are fetched by their address: $(sent DEMO)"
sent DEMO | grep -q '"status":"failed"' || fail "what is known of steps is kept: $(sent DEMO)"
# and again: nothing is fetched twice.
forth
exits 0
is "attachments fetched again" "$(fetched)" 0

# Bytes that their address does not give out, to whoever asks: left out by name, and everything else is there.
rm -rf .ferry
answers 200 DELETE /v1/run/DEMO/2
curl -s --noproxy '*' --data-binary $'GET /attachment/** * error-before 403\n' "$url/_mock/faults" >/dev/null
forth
exits 0
err_has 'attachment "shot.png" of result '
err_has 'is left out: qase:AO: 403 from '
is "results without it" "$(held result DEMO)" 2
sent DEMO | grep -q ' shot.png' && fail "what was refused is not there: $(sent DEMO)"
curl -s --noproxy '*' --data-binary '' "$url/_mock/faults" >/dev/null
answers 200 DELETE /v1/run/DEMO/3
rm -rf .ferry
forth
exits 0
is "attachments fetched then" "$(fetched)" 1

# A case that names its steps lends their texts.
rm -rf .ferry
answers 200 POST /v1/case/AO '{"title":"cooks","custom_field":{"1":"C_1"},"steps":[{"action":"heat the pan","expected_result":"it is hot"},{"action":"break the egg"}]}'
case_id=$(answer_jq .result.id)
answers 200 POST /v1/run/AO '{"title":"by hand","is_autotest":true,"cases":[]}'
run_id=$(answer_jq .result.id)
answers 200 POST "/v1/result/AO/$run_id" "{\"case_id\":$case_id,\"status\":\"passed\",\"time_ms\":3,\"steps\":[{\"status\":\"passed\",\"action\":\"x\",\"comment\":\"sizzles\"},{\"status\":\"passed\",\"action\":\"y\"}]}"
forth
exits 0
says_not "cannot be read back"
sent DEMO | grep 'heat the pan.*it is hot' | grep sizzles | grep -q 'break the egg' || fail "a case lends the texts: $(sent DEMO)"

# What a run was run in and for, by its names; one that the other project does not know is said.
answers 200 POST /v1/environment/AO '{"title":"Staging","slug":"staging"}'
for project in AO DEMO; do
    answers 200 POST "/v1/milestone/$project" '{"title":"an older one"}'
    answers 200 POST "/v1/milestone/$project" '{"title":"Release 3"}'
    answers 200 POST "/v1/configuration/$project/group" '{"title":"Browser"}'
    group=$(answer_jq .result.id)
    test "$project" = AO || answers 200 POST "/v1/configuration/$project" "{\"title\":\"Edge\",\"group_id\":$group}"
    answers 200 POST "/v1/configuration/$project" "{\"title\":\"Chrome\",\"group_id\":$group}"
done
answers 200 POST /v1/run/AO '{"title":"everywhere","is_autotest":true,"cases":[],"environment_slug":"staging","milestone_id":2,"configurations":[1],"tags":["night","wide"]}'
run_id=$(answer_jq .result.id)
answers 200 POST "/v1/result/AO/$run_id" "{\"case_id\":$case_id,\"status\":\"passed\",\"time_ms\":4}"
forth
exits 0
says 'environment: "staging" is not known in DEMO'
mirrored=$(state '.[0] == "run" and .[1] == "DEMO" and .[3] == "everywhere"' .[2])
answers 200 GET "/v1/run/DEMO/$mirrored"
is "milestone" "$(answer_jq .result.milestone.title)" "Release 3"
is "tags" "$(answer_jq '[.result.tags[].title] | join(",")')" night,wide
is "configurations" "$(answer_jq '.result.configurations | join(",")')" 2
is "environment" "$(answer_jq .result.environment)" null
answers 200 POST /v1/environment/DEMO '{"title":"Staging","slug":"staging"}'
answers 200 DELETE "/v1/run/DEMO/$mirrored"
rm -rf .ferry
forth
exits 0
says_not "is not known in DEMO"
mirrored=$(state '.[0] == "run" and .[1] == "DEMO" and .[3] == "everywhere"' .[2])
answers 200 GET "/v1/run/DEMO/$mirrored"
is "environment" "$(answer_jq .result.environment.slug)" staging

# What comes after the mirror was completed has begun after its end, which Qase refuses: it arrives without its time.
answers 200 POST /_mock/clock '{"advance_ms":60000}'
answers 200 POST /v1/case/AO '{"title":"comes late","custom_field":{"1":"C_2"}}'
answers 200 POST "/v1/result/AO/$run_id" "{\"case_id\":$(answer_jq .result.id),\"status\":\"passed\",\"time_ms\":5}"
forth
exits 0
says "outside the run's, so it is left out"
is "results in the mirror" "$(state ".[0] == \"result\" and .[1] == \"DEMO\" and .[2] == $mirrored" .[3] | wc -l)" 2
forth
exits 0
is "results in the mirror, again" "$(state ".[0] == \"result\" and .[1] == \"DEMO\" and .[2] == $mirrored" .[3] | wc -l)" 2
