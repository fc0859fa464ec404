#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What was captured for one place is never delivered to another: where a tracker's name has come to mean another project or server, resume
# says so and how to go on, status remembers it, and with the old meaning back everything arrives.
. "$(dirname "$0")/lib.sh"

# means PROJECT [URL]: what the name "t" means from now on.
means() {
    jq -n --arg project "$1" --arg url "${2-}" \
        '{trackers: {t: ({plugin: "local", project: $project} + if $url == "" then {} else {url: $url} end)}}' >ferry.json
}

# serve [PORT]: a server of the local tracker; $url is where it is.
serve() {
    local around
    mapfile -d '' around < <(surroundings)
    exec 3< <(exec env "${around[@]}" "$FERRY" mock local --state "$work/served" --port "${1-0}" 2>"$work/mock.err")
    server=$!
    IFS= read -r -t 60 url <&3 || fail "the mock listens: $(cat "$work/mock.err")"
}
stop() {
    kill "$server"
    wait "$server" 2>/dev/null
    exec 3<&-
}

report r.xml a=K_1 b=K_2!
serve
stop
means AO "$url"
environment=(FERRY_CLOCK=virtual)
ferry upload --to t r.xml
environment=()
exits 7
says "captured 2 results"
ferry status
exits 0
out_has "0 of 0 delivered; to be planned"

means AO
ferry resume
exits 2
says "local:AO: was at $url when this was captured and is at this machine, in process now; give it its old \"url\", then resume"
holds AO results 0

means BO
ferry resume
exits 2
says '"t" meant local:AO when this was captured and means local:BO now; give it its old meaning, then resume'
holds BO results 0
ferry status --json
exits 0
is "the reason" "$(out_jq '.runs[0].error')" \
    '"t" meant local:AO when this was captured and means local:BO now; give it its old meaning, then resume'
is "its state" "$(out_jq '.runs[0].state')" "to be planned"

serve "${url##*:}"
undo+=(stop)
means AO "$url"
ferry resume
exits 0
says "2"
ferry status --all --json
exits 0
is "what arrived" "$(out_jq '.runs[0] | "\(.delivered) of \(.planned), \(.error), \(.state)"')" "2 of 2, null, done"
holds AO results 2 # at the server, where "t" leads
