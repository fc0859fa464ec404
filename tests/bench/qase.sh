#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# qase.sh [BUILD [RESULTS [LATENCY]]] - results to a tracker that is 50 ms away (`ferry mock qase`), against one POST a result as scripts send them, measured on
# the same mock over a hundred of them. Prints times and requests; asserts nothing but that everything arrived. See README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
count=${2:-10000} latency=${3:-50ms}
ferry=$build/bin/ferry
work=$(mktemp -d "${TMPDIR:-/tmp}/ferry-bench-XXXXXX")
mock=''
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
export HOME=$work TOKEN=any FERRY_LOG_LEVEL=warn
unset FERRY_PLUGIN_PATH FERRY_STATE QASE_API_TOKEN QASE_TESTOPS_API_TOKEN
cd "$work"

ask() {
    curl -sf --noproxy '*' -H 'Token: any' -H 'Content-Type: application/json' "$@"
}

# A mock with two projects and the custom field, and a configuration for them.
begin() {
    exec 3< <(exec "$ferry" mock qase --latency "$latency" 2>/dev/null)
    mock=$!
    read -r url <&3
    ask -o /dev/null --data '{"title":"Automation only","code":"AO"}' "$url/v1/project"
    ask -o /dev/null --data '{"title":"Everything","code":"DEMO"}' "$url/v1/project"
    ask -o /dev/null --data '{"title":"Automation Key","entity":0,"type":1,"is_enabled_for_all_projects":true}' "$url/v1/custom_field"
    cat >ferry.json <<END
{ "trackers": {
    "ao": { "plugin": "qase", "project": "AO", "url": "$url", "token": "\${TOKEN}" },
    "demo": { "plugin": "qase", "project": "DEMO", "url": "$url", "token": "\${TOKEN}" } },
  "upload": { "to": "ao", "mirror": [] } }
END
}

end() {
    kill "$mock"
    wait "$mock" 2>/dev/null || true
    mock=''
}

requests() {
    ask "$url/_mock/requests" | jq '[.[] | .n] | add // 0'
}

# timed WHAT COMMAND...: wall, CPU, peak and the requests that it cost
timed() {
    local what=$1 line wall cpu rss before after
    shift
    before=$(requests)
    line=$("$build/bench/measure" 1 "$@" 2>said) || {
        cat said >&2
        echo "bench: this failed: $*" >&2
        exit 1
    }
    after=$(requests)
    read -r wall _ cpu rss <<<"$line"
    printf '%-52s %8.2f s  cpu %6.2f s  peak %5.1f MB  %4d requests  %5.0f x one by one\n' "$what" "$(calc "$wall / 1000")" \
        "$(calc "$cpu / 1000")" "$(calc "$rss / 1024")" "$((after - before))" "$(calc "$single * $count / $wall")"
}

calc() {
    awk "BEGIN { print $1 }"
}

# What one POST a result costs here, in ms: one connection, kept, as the script's session does.
one_by_one() {
    local n=100 run from
    run=$(ask --data '{"title":"one by one","is_autotest":true}' "$url/v1/run/AO" | jq .result.id)
    ask -o /dev/null --data '{"title":"a case"}' "$url/v1/case/AO"
    {
        for ((i = 0; i < n; i++)); do
            printf 'next\nurl = "%s/v1/result/AO/%s"\noutput = "/dev/null"\n' "$url" "$run"
            printf 'header = "Token: any"\nheader = "Content-Type: application/json"\ndata = "{\\"case_id\\":1,\\"status\\":\\"passed\\"}"\n'
        done
    } | sed 1d >posts
    from=${EPOCHREALTIME/./}
    curl -sf --noproxy '*' -K posts
    single=$(calc "(${EPOCHREALTIME/./} - $from) / 1000 / $n")
    printf '%-52s %8.2f ms\n' "one POST, of $n on one connection" "$single"
}

# Each test has a key, and each key a case in both projects. Another SECONDS is another night's run.
keyed() { # SECONDS
    awk -v n="$count" -v s="$1" 'BEGIN {
        print "<testsuite name=\"keyed\">"
        for (i = 0; i < n; i++)
            printf "<testcase classname=\"k.Keyed%d\" name=\"test %d\" time=\"%d.%03d\"><properties><property name=\"Automation Key\" value=\"KEY_%06d\"/></properties></testcase>\n", i / 100, i, s, i % 1000, i
        print "</testsuite>"
    }'
}

echo "$(uname -srm), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), $count results, $latency away"
"$build/bench/gen_report" "$count" >results.xml
keyed 0 >first.xml
keyed 1 >second.xml
begin
one_by_one
end
begin
timed "upload into an empty project, one in ten keyed" "$ferry" upload --quiet results.xml
end
begin
"$ferry" upload --quiet --mirror demo first.xml >seeded
timed "upload into a project of $count cases, all keyed" "$ferry" upload --quiet second.xml
timed "read-back mirror of it into $count cases" "$ferry" mirror --quiet --state "$work/other" --source-project ao --use-latest-source-run --target-project demo \
    --wait-for-results 100ms
end
