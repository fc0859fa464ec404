#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry serve` in a storm: completions that are told again and again, among callers without the secret, nonsense, bodies of a gigabyte, and requests
# that drip and never end; and it is killed (SIGKILL) and started again meanwhile. Each run that it was told of is mirrored, once.
# FERRY_TORTURE=full makes it a thousand deliveries about forty runs; FERRY_TORTURE_SEED chooses others.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"
HOOK_LOAD=${HOOK_LOAD:-$(dirname "$FERRY")/../tests/scenarios/hook_load}

runs=4 deliveries=70 kills=2
[ "${FERRY_TORTURE-}" != full ] || runs=40 deliveries=1000 kills=25
seed=${FERRY_TORTURE_SEED:-$EPOCHSECONDS}
RANDOM=$seed
echo "seed $seed"

environment=(TOKEN=any HOOK=open-sesame-4711 FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=300ms FERRY_SERVE_RETRY=100ms
    FERRY_SERVE_REQUEST_TIMEOUT=1s)
mock qase
workspace
# shellcheck disable=SC2016
mirrors='' more=', "webhook_secret": "${HOOK}"' config

# The first run by ferry, which makes the cases; the others as somebody else makes them.
ferry upload "$samples/keyed.xml"
exits 0
for ((run = 2; run <= runs; run++)); do
    answers 200 POST /v1/run/AO "{\"title\":\"run $run\",\"is_autotest\":true}"
    answers 202 POST "/v2/AO/run/$run/results" "$(for case in 1 2 3 4; do
        printf '{"title":"%s","testops_ids":[%s],"execution":{"status":"passed","duration":%s}}' $case $case $((run * 10 + case))
    done | jq -sc '{ results: . }')"
    answers 200 POST "/v1/run/AO/$run/complete"
done

port=0
serve() {
    rm -f "$work/serve.out"
    begin serve serve --listen "127.0.0.1:$port" --mirror ao=demo
    serving=$begun
    until_true test -s "$work/serve.out"
    hooks=$(head -n 1 "$work/serve.out")
    port=${hooks##*:}
}
most=0
# The most memory that the serving process has held, before it dies.
look_at_memory() {
    local kib
    kib=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$serving/status" 2>/dev/null)
    [ "${kib:-0}" -le "$most" ] || most=$kib
}
serve
"$HOOK_LOAD" "$port" open-sesame-4711 AO "$runs" "$deliveries" "$seed" >"$work/load" &
load=$!
undo+=("end_job $load")
for ((i = 0; i < kills; i++)); do
    sleep "0.$(printf %03d $((100 + RANDOM % 400)))"
    look_at_memory
    kill -KILL "$serving"
    { wait "$serving"; } 2>/dev/null
    serve
done
wait "$load" || fail "who calls is answered as he should be (seed $seed): $(cat "$work/load")"
cat "$work/load"

# None was left out by chance, and all are done.
for ((run = 1; run <= runs; run++)); do
    code=$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' -X POST -H 'X-Qase-Secret: open-sesame-4711' --data-binary \
        "{\"event_name\":\"run.completed\",\"timestamp\":$((1700000000 + run)),\"payload\":{\"id\":$run,\"cases\":2},\"project_code\":\"AO\"}" "$hooks/hooks/qase")
    is "the last delivery about run $run" "$code" 200
done
metric() {
    curl -s --noproxy '*' "$hooks/metrics" | sed -n "s/^$1 //p"
}
all_done() {
    [ "$(metric 'ferry_hooks{state="waiting"}')" = 0 ]
}
until_true all_done
is "given up" "$(metric 'ferry_hooks{state="given_up"}')" 0
is "events that are kept" "$(metric 'ferry_hooks{state="done"}')" "$runs"
look_at_memory
kill -TERM "$serving"
ended serve "$serving"
exits 143
says_not open-sesame

is "runs in DEMO" "$(held run DEMO)" "$runs"
is "runs of which they are mirrors" "$(state '.[0] == "run" and .[1] == "DEMO"' '.[4]' | grep -c '^run-key=\|^source=')" "$runs"
is "they are complete" "$(state '.[0] == "run" and .[1] == "DEMO"' '.[5]' | sort | uniq -c | tr -s ' ')" " $runs 1"
is "results of each" "$(state '.[0] == "result" and .[1] == "DEMO"' '.[2]' | sort | uniq -c | sed 's/^ *//; s/ .*//' | sort -u)" 4
is "all of them" "$(held result DEMO)" $((4 * runs))
is "cases in DEMO" "$(held value DEMO)" 4
# A gigabyte costs no memory: the process never held a twentieth of it. (A sanitizer keeps what is freed.)
[ "$most" -gt 0 ] || fail "the memory of the process can be seen"
[ "$most" -lt 51200 ] || [ "${SAMPLE-1}" != 1 ] || fail "at most 50 MiB of memory: $most KiB"
echo "$deliveries deliveries about $runs runs, $kills kills, at most $most KiB"
