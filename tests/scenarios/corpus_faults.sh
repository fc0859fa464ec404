#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `ferry inspect` over every faulty report of the corpus, and over what runners wrote for it: the counts that its manifests want, the
# exit code, the notices that name each fault (corpus_faults.tsv), and nothing over 64 MiB. Says the worst time and memory of all.
. "$(dirname "$0")/lib.sh"
corpus=${FERRY_SHARED:-$tree/../shared}/corpus
[ -f "$corpus/_bad/MANIFEST_made.tsv" ] || {
    echo "skipped: no corpus at $corpus; FERRY_SHARED names the folder that holds it"
    exit 77
}
PEAK=${PEAK:-$(dirname "$FERRY")/../tests/scenarios/peak}
# A sanitizer's own memory is not the program's.
most_kib=$((64 * 1024))
if grep -q __asan_init "$FERRY"; then
    most_kib=$((1024 * 1024))
fi
bad=0 files=0 slowest="0 -" largest="0 -"

wrong() {
    printf '%s: %s\n' "$file" "$1"
    sed -n '1,6s/^/    /p' "$work/out" "$work/err" | cut -c1-400
    bad=$((bad + 1))
}

# Reads one file; $rc, $counts (tests/failed/errored/skipped and not run), $codes, $said come of it.
inspect() {
    local around=() took
    mapfile -d '' around < <(surroundings)
    rc=0
    env "${around[@]}" timeout -k 5 60 "$PEAK" "$work/took" "$FERRY" inspect --json "$1" >"$work/out" 2>"$work/err" || rc=$?
    read -ra took <"$work/took"
    [ "${took[0]}" -le "${slowest%% *}" ] || slowest="${took[0]} $file"
    [ "${took[1]}" -le "${largest%% *}" ] || largest="${took[1]} $file"
    [ "${took[1]}" -le "$most_kib" ] || wrong "took ${took[1]} KiB"
    {
        read -r counts
        read -r codes
        read -r said
    } < <(jq -r '.files[0] | "\(.tests)/\(.failed)/\(.errored)/\(.skipped + .not_run)",
        (reduce .warnings[].code as $c ([]; if index($c) then . else . + [$c] end) | join(" ") | if . == "" then "-" else . end),
        ([.error // empty, (.warnings[] | "\(.line):\(.column) \(.text)")] | join(" ; ") | if . == "" then "-" else . end)' "$work/out")
    files=$((files + 1))
}

# What corpus_faults.tsv says of a file.
expectation() {
    awk -F '\t' -v file="$file" '$1 == file { print; exit }' "$scenarios/corpus_faults.tsv"
}

check_fault() {
    local name exit_code want_counts want_codes text
    IFS=$'\t' read -r name exit_code want_counts want_codes text < <(expectation)
    if [ -z "$name" ]; then
        wrong "has no line in corpus_faults.tsv"
        return
    fi
    inspect "$1"
    [ "$rc" = "$exit_code" ] || wrong "exit code $rc, wanted $exit_code"
    [ "$counts" = "$want_counts" ] || wrong "counted $counts, wanted $want_counts"
    [ "$codes" = "$want_codes" ] || wrong "said \"$codes\", wanted \"$want_codes\""
    [[ $said == *"$text"* ]] || [ "$text" = - ] || wrong "said \"$said\", without \"$text\""
}

# Its lines but the first, with "-" for what is empty, because read takes tabs in a row for one.
rows() {
    awk -F '\t' -v OFS='\t' 'NR > 1 { for (i = 1; i <= NF; i++) if ($i == "") $i = "-"; print }' "$1"
}

# Made with one fault each. Where the manifest states counts, the table may not state others.
while IFS=$'\t' read -r file _ want _; do
    check_fault "$corpus/_bad/$file"
    want=${want#\"}
    if [[ $want =~ ^([0-9]+/[0-9]+/[0-9]+/[0-9]+) && $want != *refused* && $counts != "${BASH_REMATCH[1]}" ]]; then
        wrong "the manifest wants $want"
    fi
done < <(rows "$corpus/_bad/MANIFEST_made.tsv")
made=$files

# Found in the wild.
while IFS=$'\t' read -r file _; do
    check_fault "$corpus/$file"
done < <(rows "$corpus/_bad/MANIFEST_found.tsv")
found=$((files - made))

# Written by runners on the spot: exact counts; and where expat refuses the file, a notice or the reason why we do.
while IFS=$'\t' read -r file _ root wellformed _ _ tests failures errors skipped notrun _; do
    inspect "$corpus/$file"
    [ "$counts" = "$tests/$failures/$errors/$((skipped + notrun))" ] ||
        wrong "counted $counts, wanted $tests/$failures/$errors/$((skipped + notrun))"
    [ "$wellformed" = yes ] || [ "$said" != - ] || wrong "is not well-formed, and nothing is said of it"
    if [ "$tests" = 0 ]; then
        [[ $rc = 4 && $said == *"the root element is <$root>, as in "* ]] || wrong "is no report, and not told by what it is"
    else
        # gotestsum's has a package that did not build, and says so in a counter alone
        [ "$rc" = 0 ] || [[ $rc = 9 && $codes = counters ]] || wrong "exit code $rc"
    fi
done < <(rows "$corpus/generated/MANIFEST.tsv")

printf '%d made, %d found, %d generated: %d wrong; slowest %s ms, largest %s KiB\n' \
    "$made" "$found" $((files - made - found)) "$bad" "$slowest" "$largest"
[ "$made" -gt 0 ] && [ "$found" -gt 0 ] && [ $((files - made - found)) -gt 0 ] && [ "$bad" -eq 0 ]
