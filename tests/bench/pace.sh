#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How much of a limit ferry uses, and how often it runs into it, in real time: pace.sh [FERRY [A_MINUTE [MINUTES]]], by default 600 for three minutes. The build
# has to have test hooks (dev), for one result a request. unit/limiter_pace.c asserts the same of a time that is only counted.
set -euo pipefail
FERRY=$(realpath "${1:-build/dev/bin/ferry}") limit=${2:-600} minutes=${3:-3}
work=$(mktemp -d)
cd "$work"
mkdir .git
trap 'kill "$mock" ${upload:+"$upload"} 2>/dev/null || true; rm -rf "$work"' EXIT

exec 3< <(exec "$FERRY" mock qase --latency 50ms --option rate_limit="$limit" 2>/dev/null)
mock=$!
read -r url <&3
ask() {
    curl -s --noproxy '*' -H 'Token: any' "$@"
}
# The first minute begins with the first request.
from=${EPOCHREALTIME/./}
ask -o answer -H 'Content-Type: application/json' --data-binary '{"title":"Pace","code":"PACE"}' "$url/v1/project"
{
    echo '<testsuite name="pace">'
    seq -f '<testcase classname="p.P" name="test %g" time="0.001"/>' 1 $((limit * minutes + limit / 2))
    echo '</testsuite>'
} >many.xml
QASE_API_TOKEN=any QASE_BASE_URL=$url/v1 FERRY_BATCH=1 "$FERRY" upload --to qase:PACE many.xml >out 2>err &
upload=$!

answered() { # STATUS 429 or not
    ask "$url/_mock/requests" | jq "[.[] | select((.status == 429) == $1) | .n] | add // 0"
}
until [ "$(answered false)" -gt $((limit * minutes)) ]; do
    kill -0 "$upload" || { cat err; exit 1; }
    sleep 0.1
done
took=$(((${EPOCHREALTIME/./} - from) / 1000))
awk -v n=$((limit * minutes)) -v ms="$took" -v limit="$limit" -v refused="$(answered true)" 'BEGIN {
    printf "%d requests in %.1f s at %d a minute: %.1f %% used, %d answers 429 (%.2f %%)\n", n, ms / 1000, limit,
        100 * n / (ms / 60000 * limit), refused, 100 * refused / (n + refused)
}'
