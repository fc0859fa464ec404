#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# compare_can_fail.sh - compare.jq passes what is as expected, and sees every way in which it may not be.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

cat >"$work/expected.json" <<'J'
{ "counts": { "tests": 3 }, "warnings": ["cdata-end"], "results": [
  { "name": "a", "status": "passed", "key": "K_1", "parameters": { "p": "1" }, "attachments": ["shots/a.txt"] },
  { "name": "twin", "status": "failed", "key": "K_2", "lent": "no", "class": "c", "suite": "s/t", "says": ["grüß 🚀", "err"] },
  { "name": "twin", "status": "failed", "lent": "K_3", "properties": { "q": "2" }, "steps": [{ "passed": "go" }] }] }
J
cat >"$work/read" <<'J'
{ "name": "twin", "status": "failed", "properties": [{ "name": "q", "value": "2" }], "steps": [{ "status": "passed", "action": "go" }] }
{ "name": "twin", "status": "failed", "key": "K_2", "class": "c", "suite": ["s", "t"], "message": "grüß 🚀", "err": "err" }
{ "name": "a", "status": "passed", "key": "K_1", "parameters": [{ "name": "p", "value": "1" }], "attachments": [{ "name": "a.txt", "opened": true }] }
J
printf '{ "totals": { "tests": 3, "flaky": 0, "duration_ms": 1 }, "files": [{ "truncated": false, "warnings": [{ "code": "cdata-end" }, { "code": "control-byte" }] }] }\n' \
    >"$work/counted"
printf '%064d  ./shots/a.txt\n' 7 >"$work/digests"
jq -s --arg digest "sha256:$(printf '%064d' 7)" '{ runs: [{}], cases: [{ automation_key: "K_1" }, { automation_key: "K_2" }, { automation_key: "K_3" }],
    results: map(if .name == "a" then .attachments[0].digest = $digest else . end
        | if .steps then .automation_key = "K_3" else . end | with_entries(if .key == "key" then .key = "automation_key" else . end)) }' \
    "$work/read" >"$work/held"

# said WHICH FILE
said() {
    jq -rs --slurpfile expected "$work/expected.json" --rawfile digests "$work/digests" --arg odd control-byte --arg which "$1" \
        -f "$here/compare.jq" "$2"
}

# sees WHICH EDIT...: with each of the edits to what ferry said, there is something to say.
sees() {
    local which=$1 file=$work/$1 edit
    [ "$which" != mirrored ] || file=$work/held
    if [ -n "$(said "$which" "$file")" ]; then
        printf '%s: says of what is as expected: %s\n' "$which" "$(said "$which" "$file")"
        bad=1
    fi
    for edit in "${@:2}"; do
        jq -s "$edit | .[]" "$file" >"$work/edited"
        if [ -z "$(said "$which" "$work/edited")" ]; then
            printf '%s: does not see %s\n' "$which" "$edit"
            bad=1
        fi
    done
}

sees counted '.[0].totals.tests = 2' '.[0].totals.failed = 1' '.[0].files[0].truncated = true' '.[0].files[0].warnings = []' \
    '.[0].files[0].warnings[1].code = "cdata-end"' '.[0].files[0].warnings[2].code = "time"'
sees read 'del(.[0])' '. + [.[0]]' '.[0] = .[1]' '.[2].name = "b"' '.[2].status = "failed"' '.[2].key = "K_9"' '.[0].key = "K_3"' \
    '.[2].parameters = []' '.[2].parameters[0].value = "2"' '.[2].attachments = []' '.[2].attachments[0].opened = false' \
    '.[2].attachments[1].name = "b"' '.[1].class = "d"' '.[1].suite = ["s"]' '.[1].message = "gr"' '.[0].properties = []' \
    '.[0].steps = []' '.[0].steps[0].status = "failed"'
sees held '.[0].runs = []' '.[0].runs[1] = {}' '.[0].cases[0].automation_key = "K_9"' '.[0].cases[3].automation_key = "K_1"' \
    '.[0].results |= .[1:]' '.[0].results[3] = .[0].results[0]' '.[0].results[0].automation_key = null' \
    '.[0].results[2].attachments[0].digest = "sha256:0"'
sees mirrored '.[0].cases[3] = {}' '.[0].results[3] = { name: "b", status: "passed" }' '.[0].results[0].automation_key = "K_2"'
exit $bad
