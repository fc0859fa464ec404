#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same road over a socket: `ferry mock` in front of the local tracker's service, as a server for a team would be. What arrives is what
# arrives in process; a wrong token, a server that is away and answers that get lost end as the table of exit codes says, and nothing twice.
. "$(dirname "$0")/lib.sh"

# serve [OPTION...]: $url and $server of a new one.
serve() {
    local around
    mapfile -d '' around < <(surroundings)
    exec 3< <(exec env "${around[@]}" "$FERRY" mock local --state "$work/served" --token right "$@" 2>"$work/mock.err")
    server=$!
    IFS= read -r -t 60 url <&3 || fail "the mock says where it is: $(cat "$work/mock.err")"
}
stop() {
    kill "$server"
    wait "$server" 2>/dev/null
    exec 3<&-
}
# shellcheck disable=SC2016
undo+=('kill "$server" 2>/dev/null')

config() {
    cat >ferry.json <<END
{ "trackers": {
    "ao": { "plugin": "local", "project": "AO", "url": "$url", "auth": "token", "token": "\${TOKEN}" },
    "demo": { "plugin": "local", "project": "DEMO", "url": "$url", "auth": "token", "token": "\${TOKEN}" } },
  "upload": { "to": "ao", "mirror": ["demo"] } }
END
}
# What the server holds, ids and times taken out.
held() {
    curl -s --noproxy '*' "$url/_mock/state" | sed -E 's/[0-9]{13}/TIME/g'
}

environment=(TOKEN=right FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
serve
config
ferry upload --json "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "delivered to the primary" "$(out_jq '.destinations[0].delivered')" 11
is "delivered to the mirror" "$(out_jq '.destinations[1].delivered')" 4
held >"$work/once"
[ "$(grep -c '^\["result"' "$work/once")" -eq 15 ] || fail "the server holds 15 results: $(cat "$work/once")"
ferry upload "$samples/keyed.xml" "$samples/basic.xml"
exits 0
held | cmp -s - "$work/once" || fail "twice adds nothing: $(held | diff "$work/once" -)"

ferry doctor --online
exits 0
says "answers, and takes our credentials"

environment=(TOKEN=wrong FERRY_DELIVERY_PATIENCE=1s)
ferry doctor --online
exits 5
ferry upload "$samples/flaky.xml"
exits 5
says "check the credentials"
says_not wrong
held | cmp -s - "$work/once" || fail "a wrong token changes nothing"
stop

# Away: captured all the same, and delivered when it is back, at the same address.
environment=(TOKEN=right FERRY_DELIVERY_PATIENCE=200ms FERRY_DELIVERY_SETTLE=0ms)
ferry upload "$samples/flaky.xml"
exits 7
says "ferry resume"
serve --port "${url##*:}"
ferry resume
exits 0
held >"$work/all"
[ "$(grep -c '^\["result"' "$work/all")" -gt 15 ] || fail "what was captured arrives"

# Answers that get lost after they were acted on: found again, not sent again.
mkdir other
report other/r.xml one=K-1 two=K-2! three
curl -s --noproxy '*' --data-binary $'POST * 1 drop-after\nPOST * 3 drop-after\nPOST * 5 error-after 502\n' "$url/_mock/faults" >/dev/null
ferry upload other/r.xml
exits 0
curl -s --noproxy '*' --data-binary '' "$url/_mock/faults" >/dev/null
held | grep '^\["result"' | sort | uniq -d | grep . && fail "nothing is there twice"
[ "$(held | grep -c '^\["result"')" -eq $(($(grep -c '^\["result"' "$work/all") + 5)) ] ||
    fail "five more: $(held | diff "$work/all" -)"
stop
