#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What was sent, in a file of each run: every request with its attempts, what was answered, what was waited for. It goes on where another process left
# it, whatever that one died of; it has bodies only where they were asked for, and never a secret; and trouble with it stops nothing.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

secret='CANARY+7f3b/9c51=e2d8'
token=$secret
environment=(TOKEN="$secret" FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
log() { # QUERY: of the one file there is
    jq -r "$1" xl/*.json || fail "the log is JSON that answers $1"
}
requests='.destinations[] | select(.destination == "qase:AO") | .requests[] | select(.request)'

mock qase --token "$secret"
workspace
mirrors='' config
report r.xml one=K_1 two=K_2! three

# Nobody asked for one.
ferry upload r.xml
exits 0
[ ! -e xl ] || fail "there is no log where none is asked for"

# Asked to come again later, and a lost answer.
curl -s --noproxy '*' -H "Token: $token" --data-binary $'POST /v2/** 1 status-429 1\nPOST /v2/** 2 drop-after\n' "$url/_mock/faults" >/dev/null
ferry upload --again --json --exchange-log xl r.xml
exits 0
job=$(out_jq .captured.run_key)
is "one file, called as the run is" "$(ls xl)" "$job.json"
is "the file is its owner's alone" "$(stat -c %a "xl/$job.json")" 600
is "job" "$(log .job_id)" "$job"
is "where it goes" "$(log '.destinations | map(.destination + " " + .role + " " + .status) | join(",")')" "qase:AO primary Success"
is "kinds" "$(log "$requests | .kind" | sort | paste -sd,)" "complete run,create result,create run"
is "items" "$(log "$requests | select(.kind == \"create result\") | [.items, .done, .rejected] | join(\" \")")" "3 3 0"
is "attempts at the results" "$(log "$requests | select(.kind == \"create result\") | [.attempts[] | (.status // .end | tostring)] | join(\",\")")" "429,no answer,202"
[ "$(log "$requests | select(.kind == \"create result\") | .attempts[0] | .waits_ms > 0 and (.reason | test(\"429\"))")" = true ] ||
    fail "the first attempt says how long was waited, and for what: $(log "$requests")"
[ "$(log "$requests | select(.kind == \"create result\") | .target | test(\"^/v2/AO/run/\")")" = true ] || fail "the target is told"
is "no bodies" "$(log '[.. | objects | select(has("request_body") or has("answer") or (.request | type) == "string")] | length')" 0
[ "$(log '[.destinations[].requests[] | select(.kind == "read")] | length')" -ge 2 ] || fail "what was read is told"
! grep -rF "${secret:0:6}" xl || fail "no secret is in it"

# With bodies, and a test that printed the secret.
printf '<testsuite name="l"><testcase classname="l.L" name="says %s"/></testsuite>' "$secret" >leak.xml
rm -rf xl
environment+=(FERRY_EXCHANGE_LOG_DIR=xl FERRY_EXCHANGE_LOG_BODIES=true)
ferry upload leak.xml
exits 0
log "$requests | select(.kind == \"create result\") | .attempts[0].request" | grep -q '"title":"says \*\*\*"' ||
    fail "bodies are there: $(log "$requests")"
log "$requests | select(.kind == \"create run\") | .attempts[0].answer" | jq -e '.result.id' >/dev/null || fail "and answers"
! grep -rF "${secret:0:6}" xl || fail "no secret is in it with bodies"

# The server is gone in the middle; another process goes on, also with the log.
rm -rf xl
curl -s --noproxy '*' -H "Token: $token" --data-binary $'POST /v2/** * status-429 1\n' "$url/_mock/faults" >/dev/null
ferry upload --again --deadline 1s r.xml
exits 7
is "broken off" "$(log '.destinations[0].status')" Failed
log '.destinations[0].error' | grep -q 'ferry resume' || fail "and why"
before=$(log "$requests | select(.kind == \"create result\") | .attempts | length")
curl -s --noproxy '*' -H "Token: $token" --data-binary '' "$url/_mock/faults" >/dev/null
ferry resume
exits 0
is "one file still" "$(find xl -type f | wc -l)" 1
is "now" "$(log '.destinations[0] | [.status, .error] | join(" ")')" "Success "
[ "$(log "$requests | select(.kind == \"create result\") | .attempts | length")" -gt "$before" ] || fail "the attempts of both are there: $(log .)"
is "the results, once" "$(log "[$requests | select(.kind == \"create result\")] | length")" 1

# Killed: what the dead one left unsaid, the next one says by the journal.
rm -rf xl
ferry upload --again r.xml
key=$(log .run_key)
jq '.destinations[0].requests |= map(select(.kind != "create result")) | .destinations[0].requests[-1].status = "Running"' "xl/$key.json" >cut.json
mv cut.json "xl/$key.json"
environment+=(FERRY_UPLOAD_COMPLETE=true)
ferry complete "$key"
is "what was missing" "$(log "$requests | select(.kind == \"create result\") | [.items, .done, .status] | join(\" \")")" "3 3 Success"
is "what was open" "$(log "[$requests | select(.status == \"Running\")] | length")" 0

# What lies there is no log: it is put aside, and said.
echo '{ half' >"xl/$key.json"
ferry complete "$key"
says "a new one is begun"
is "put aside" "$(cat "xl/$key.json.old")" '{ half'
jq -e .job_id "xl/$key.json" >/dev/null || fail "a new one is there"

# Another destination's part, by somebody else, stays.
rm -rf xl .ferry
mirrors='"demo"' config
ferry upload --again r.xml
is "both are told of" "$(log '[.destinations[].destination] | sort | join(" ")')" "qase:AO qase:DEMO"

# A name that is none for a file.
rm -rf xl
ferry upload --run-key '../../up and away' r.xml
exits 0
is "a fit name" "$(find xl -type f | sed -E 's|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|UUID|')" xl/UUID.json
is "the key itself is in it" "$(log .run_key)" '../../up and away'

# A disk that is full, a folder that is gone: said once, and nothing else.
rm -rf xl
mkdir real && ln -s real xl
ferry upload --again r.xml
exits 0
rm -rf xl real
: >xl
ferry upload --again r.xml
exits 2
says "xl"
exit 0
