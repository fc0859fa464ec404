#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# octane.sh [BUILD [RESULTS [TASK_MS [LATENCY_MS]]]] - an upload to `ferry mock octane`, whose tasks take TASK_MS each and whose answers LATENCY_MS, against the
# least that it could take: rounds of five slices of a thousand, one task after the other. By default 50,000 results, 2,000 ms and 50 ms: ten rounds, 20 s. Prints
# figures and asserts nothing; in real time. See README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
results=${2:-50000} task=${3:-2000} latency=${4:-50}
ferry=$build/bin/ferry
work=$(mktemp -d "${TMPDIR:-/dev/shm}/ferry-bench-XXXXXX")
mock=
trap '[ -z "$mock" ] || kill "$mock" || true; rm -rf "$work"' EXIT
export HOME=$work TMPDIR=$work
unset FERRY_PLUGIN_PATH FERRY_STATE
cd "$work"
mkdir .git

exec 3< <(exec "$ferry" mock octane --latency "${latency}ms" --option "task_duration=${task}ms" --option task_queued=0ms 2>mock.err)
mock=$!
read -r url <&3
cat >ferry.json <<END
{ "trackers": { "alm": { "plugin": "octane", "url": "$url", "space_id": 1001, "workspace_id": 1002, "client_id": "bench", "client_secret": "\${SECRET}" } },
  "upload": { "to": "alm" } }
END
"$build/bench/gen_report" "$results" >r.xml

SECRET=any "$build/bench/measure" 1 "$ferry" upload --state "$work/state" r.xml >figures 2>said || {
    cat said >&2
    exit 1
}
read -r wall _ cpu rss <figures
ask() {
    curl -s --noproxy '*' "$url/_mock/$1"
}
ask requests >requests.json
ask tasks >tasks.json
# Came and went, in the order of time: how many there were at once.
longest=$(jq '[.[] | [.posted_ms, 1], [.ends_ms, -1]] | sort | reduce .[] as $e ([0, 0]; [.[0] + $e[1], ([.[1], .[0] + $e[1]] | max)]) | .[1]' tasks.json)
# The sixth comes for the first that ends, and so on.
empty=$(jq '([.[].posted_ms] | sort) as $in | ([.[].ends_ms] | sort) as $out | [range(5; $in | length) | $in[.] - $out[. - 5]] | add / ([length, 1] | max) // 0' tasks.json)
awk -v wall="$wall" -v cpu="$cpu" -v rss="$rss" -v results="$results" -v task="$task" -v latency="$latency" -v longest="$longest" -v empty="$empty" \
    -v served="$(jq '[.[].n] | add' requests.json)" -v polls="$(jq '[.[] | select(.route == "test-results/#") | .n] | add' requests.json)" 'BEGIN {
    bound = int((results + 4999) / 5000) * task
    printf "%d results, tasks of %d ms, answers after %d ms\n", results, task, latency
    printf "wall %.1f s over a bound of %.1f s: %.2f\n", wall / 1000, bound / 1000, wall / bound
    printf "cpu %.1f s, peak %.1f MB\n", cpu / 1000, rss / 1024
    printf "%d requests, %d of them questions after tasks; longest queue %d; a place in it is empty for %d ms\n", served, polls, longest, empty
}'
