#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry serve`: Qase says that a run is complete, and it is mirrored, once: whoever calls, however often, and whatever happens meanwhile.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any HOOK=open-sesame-4711 FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms FERRY_SERVE_RETRY=100ms
    FERRY_HTTP_CONNECT_TIMEOUT=500ms)
mock qase --state "$work/qase" --option webhook_secret=open-sesame-4711
port=${url##*:}
workspace
# shellcheck disable=SC2016
mirrors='' more=', "webhook_secret": "${HOOK}"' config

# serve [OPTION...]: $hooks is its address, $serving the process.
serve() {
    rm -f "$work/serve.out"
    begin serve serve --listen 127.0.0.1:0 "$@"
    serving=$begun
    until_true test -s "$work/serve.out"
    hooks=$(head -n 1 "$work/serve.out")
}
# event TIMESTAMP RUN [PROJECT [NAME]]
event() {
    printf '{"event_name":"%s","timestamp":%s,"payload":{"id":%s,"cases":2},"project_code":"%s"}' \
        "${4-run.completed}" "$1" "$2" "${3-AO}"
}
# deliver CODE BODY [HEADER]: to our hook.
deliver() {
    code=$(curl -s --noproxy '*' -o "$work/answer" -w '%{http_code}' -X POST -H "${3-X-Qase-Secret: open-sesame-4711}" \
        --data-binary "$2" "$hooks/hooks/qase")
    [ "$code" = "$1" ] || fail "a delivery is answered with $1, not $code: $(cat "$work/answer")"
}
metric() {
    curl -s --noproxy '*' "$hooks/metrics" | sed -n "s/^$1 //p"
}
holds_results() {
    [ "$(held result "$1")" = "$2" ]
}
all_done() {
    [ "$(metric 'ferry_hooks{state="waiting"}')" = 0 ]
}

serve --mirror ao=demo
is "healthy" "$(curl -s --noproxy '*' "$hooks/healthz")" ok
exec 4<>"/dev/tcp/127.0.0.1/${hooks##*:}"
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&4
is "without any header" "$(tail -n 1 <&4)" ok
exec 4>&-
ferry upload "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "nothing is mirrored yet" "$(held result DEMO)" 0

# As Qase sends it.
curl -s --noproxy '*' "$url/_mock/webhooks" | jq -c '[.. | objects | select(has("body"))] | .[] | .body' >"$work/events"
grep -q 'run.completed' "$work/events" || fail "the run's completion is called about: $(cat "$work/events")"
body=$(grep 'run.completed' "$work/events" | tail -n 1 | jq -r 'if type == "string" then . else tojson end')

# Who has no secret, or another one, is told nothing and starts nothing.
deliver 401 "$body" 'X-Qase-Secret: open-sesame-4712'
deliver 401 "$body" 'X-Qase-Secret: open-sesame'
deliver 401 "$body" 'X-Other: open-sesame-4711'
deliver 400 'no JSON'
deliver 400 '{"event_name":"run.completed","timestamp":1,"payload":{"id":"../1"},"project_code":"AO"}'
deliver 400 '{"event_name":"run.completed","timestamp":1,"payload":{"id":0},"project_code":"AO"}'
deliver 200 "$(event 1 1 AO run.started)"
deliver 200 "$(event 1 1 OTHER)"
is "queued so far" "$(metric 'ferry_hooks_total{outcome="queued"}')" 0
is "refused" "$(metric 'ferry_hooks_total{outcome="refused"}')" 3
is "malformed" "$(metric 'ferry_hooks_total{outcome="malformed"}')" 3
is "a GET" "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$hooks/hooks/qase")" 405
is "elsewhere" "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$hooks/")" 404
is "too long" "$(head -c 3000000 /dev/zero | curl -s --noproxy '*' -o /dev/null -w '%{http_code}' --data-binary @- \
    -H 'X-Qase-Secret: open-sesame-4711' "$hooks/hooks/qase")" 413

# Once, however often it is said.
deliver 200 "$body"
for _ in 1 2 3; do
    deliver 200 "$body"
    grep -q known "$work/answer" || fail "a repeated delivery is known"
done
until_true holds_results DEMO 4
until_true all_done
whole >"$work/once"
is "repeated" "$(metric 'ferry_hooks_total{outcome="repeated"}')" 3
is "mirrored" "$(metric 'ferry_mirrors_total{outcome="complete"}')" 1

# Completed again, with more in it: what is new is mirrored.
run=$(state '.[0] == "run" and .[1] == "AO"' '.[2]' | head -n 1)
report more.xml one=ENG_001 two=NEW_007
ferry upload --to ao --run-id "$run" more.xml
exits 0
deliver 200 "$(event 1700000001 "$run")"
until_true holds_results DEMO 6
until_true all_done
kill -TERM "$serving"
ended serve "$serving"
exits 143
says_not open-sesame

# Killed when it had said "queued", with the tracker away: the next one mirrors it, once.
ferry upload "$samples/flaky.xml"
exits 0
run=$(state '.[0] == "run" and .[1] == "AO"' '.[2]' | sort -n | tail -n 1)
whole >"$work/before"
kill "$server"
wait "$server" 2>/dev/null
serve --mirror ao=demo
deliver 200 "$(event 1700000002 "$run")"
tried() {
    [ "$(metric 'ferry_mirrors_total{outcome="unfinished"}')" -gt 0 ]
}
until_true tried
kill -KILL "$serving"
ended serve "$serving"
mock qase --state "$work/qase" --port "$port"
whole | cmp -s - "$work/before" || fail "the mock holds what it held: $(whole | diff "$work/before" - | head)"

# Both ways at once: what came from one side is not sent back, and nothing goes round in circles.
serve --mirror ao=demo --mirror demo=ao
until_true all_done
ours=$(held result AO) theirs=$(held result DEMO)
for run in $(state '.[0] == "run" and .[1] == "DEMO"' '.[2]'); do
    deliver 200 "$(event 1700000003 "$run" DEMO)"
done
for run in $(state '.[0] == "run" and .[1] == "AO"' '.[2]'); do
    deliver 200 "$(event 1700000004 "$run" AO)"
done
until_true all_done
is "results in AO" "$(held result AO)" "$ours"
is "results in DEMO" "$(held result DEMO)" "$theirs"
kill -TERM "$serving"
ended serve "$serving"
exits 143

# Behind a gateway that signs the body.
environment+=(FERRY_SERVE_HMAC_HEADER=x-signature)
serve --mirror ao=demo
body=$(event 1700000005 1)
mac=$(printf %s "$body" | openssl dgst -sha256 -hmac open-sesame-4711 | sed 's/.* //')
deliver 401 "$body"
deliver 401 "$body " "X-Signature: sha256=$mac"
deliver 200 "$body" "X-Signature: sha256=$mac"
deliver 200 "$body" "X-Signature: $mac"
grep -q known "$work/answer" || fail "with the same body it is the same event"
