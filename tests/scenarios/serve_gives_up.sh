#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry serve` and a run that never has anything to mirror: some tries, less and less often, then it is given up by name, with the command that does it
# by hand. A later call is another matter. Time is virtual: what is waited for has passed.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any HOOK=open-sesame-4711 FERRY_CLOCK=virtual)
mock qase
workspace
# shellcheck disable=SC2016
mirrors='' more=', "webhook_secret": "${HOOK}"' config
answers 200 POST /v1/run/AO '{"title":"empty","is_autotest":true,"cases":[]}'
run=$(answer_jq .result.id)
answers 200 POST "/v1/run/AO/$run/complete"

begin serve serve --listen 127.0.0.1:0 --mirror ao=demo
serving=$begun
until_true test -s "$work/serve.out"
hooks=$(head -n 1 "$work/serve.out")
call() { # TIMESTAMP
    curl -s --noproxy '*' -X POST -H 'X-Qase-Secret: open-sesame-4711' --data-binary \
        "{\"event_name\":\"run.completed\",\"timestamp\":$1,\"payload\":{\"id\":$run},\"project_code\":\"AO\"}" "$hooks/hooks/qase" >/dev/null
}
metric() {
    curl -s --noproxy '*' "$hooks/metrics" | sed -n "s/^$1 //p"
}
given_up() {
    [ "$(metric 'ferry_hooks{state="given_up"}')" = "$1" ]
}
call 1700000001
until_true given_up 1
is "waiting" "$(metric 'ferry_hooks{state="waiting"}')" 0
is "tries" "$(metric 'ferry_mirrors_total{outcome="unfinished"}')" 5
grep -q "run $run of AO: given up after 5 tries; \`ferry mirror --source-project qase:AO --source-run-id $run\` does it by hand" "$work/serve.err" ||
    fail "what was given up is named: $(tail -n 5 "$work/serve.err")"
# The same call is known; another one begins anew.
call 1700000001
call 1700000002
until_true given_up 2
is "tries" "$(metric 'ferry_mirrors_total{outcome="unfinished"}')" 10
kill -TERM "$serving"
ended serve "$serving"
exits 143
