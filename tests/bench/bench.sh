#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bench.sh [BUILD [MIRRORED [PLAIN [FILES]]]] - ferry against references on the same bytes and rows, in one run. Prints a table; asserts nothing
# but that everything ran. Build the release preset first; its folder is BUILD. See README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
mirrored=${2:-100000}
plain=${3:-1000000}
files=${4:-2000}
tools=$build/bench
ferry=$build/bin/ferry
work=$(mktemp -d "${TMPDIR:-/tmp}/ferry-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work
unset FERRY_PLUGIN_PATH FERRY_STATE QASE_API_TOKEN QASE_TESTOPS_API_TOKEN
cd "$work"

# measured RUNS COMMAND...: sets wall, middle, cpu (ms) and rss (KiB)
measured() {
    local line
    line=$("$tools/measure" "$@" 2>said) || {
        cat said >&2
        echo "bench: this failed: ${*:2}" >&2
        exit 1
    }
    # shellcheck disable=SC2034
    read -r wall middle cpu rss <<<"$line"
}

# row WHAT: what was measured last
row() {
    printf '%-44s %10.1f ms  cpu %10.1f ms  peak %7.1f MB\n' "$1" "$wall" "$cpu" "$(calc "$rss / 1024")"
}

calc() {
    awk "BEGIN { print $1 }"
}

ratio() {
    printf '%-44s %10.2f x wall, %.2f x cpu\n' "  against the reference" "$(calc "$wall / $ref_wall")" "$(calc "$cpu / $ref_cpu")"
}

reference() {
    ref_wall=$wall
    ref_cpu=$cpu
}

reading() {
    measured 3 "$tools/bare_expat" plain.xml
    row "bare expat, $1"
    reference
    measured 3 "$ferry" inspect plain.xml
    row "ferry inspect, the same"
    ratio
}

# $files reports of 50 kB each, read by as many threads as there are processors
reading_many() {
    mkdir many
    "$tools/gen_report" 235 >many/1.xml
    for ((i = 2; i <= files; i++)); do
        cp many/1.xml "many/$i.xml"
    done
    measured 3 "$tools/bare_expat" many/*.xml
    row "bare expat, $files files, one after the other"
    reference
    measured 3 "$ferry" inspect many
    row "ferry inspect, the same"
    ratio
    rm -r many
}

# sending WHAT REPORT OPTION...: an upload into a new state folder, then the rows of it stored bare
sending() {
    local what=$1 report=$2
    shift 2
    rm -rf state
    measured 1 "$ferry" upload --state "$work/state" --to local:AO "$@" "$report"
    row "$what"
    local w=$wall c=$cpu
    measured 1 "$tools/bare_insert" state/local/state.db bare.db
    row "  reference: SQLite stores the same rows"
    reference
    wall=$w cpu=$c
    ratio
    rm -rf state bare.db*
}

size() {
    printf '%s (%s MB)' "$1" "$(calc "int($(stat -c %s "$1") / 1e6)")"
}

"$tools/gen_report" "$mirrored" >mirrored.xml
"$tools/gen_report" "$plain" >plain.xml
echo "$(uname -srm), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
measured 20 "$ferry" help
row "ferry help"
"$tools/plugin_load" >loads || exit 1
while read -r id ms; do
    printf '%-44s %10.3f ms\n' "plugin: $id" "$ms"
done <loads
reading "$(size plain.xml)"
reading_many
sending "upload of $mirrored, mirrored" mirrored.xml --mirror local:DEMO
sending "upload of $plain" plain.xml
