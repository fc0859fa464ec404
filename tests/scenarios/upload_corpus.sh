#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every result of the corpus of real reports arrives, also those that share suite, class and name with others of their file; and the same
# files in another order, or in two uploads with one run key, add nothing. What has to arrive is reckoned here from `ferry inspect`: of results
# that are alike to the last digit, as many as the one report holds that holds most of them, since a report that lies there twice is one report.
. "$(dirname "$0")/lib.sh"

corpus=${FERRY_SHARED:-$tree/../shared}/corpus
[ -r "$corpus/MANIFEST.tsv" ] || {
    echo "skipped: no corpus at $corpus; FERRY_SHARED names the folder that holds it"
    exit 77
}
mapfile -t files < <(awk -F'\t' -v at="$corpus" 'NR > 1 { print at "/" $1 }' "$corpus/MANIFEST.tsv")
mapfile -t backwards < <(printf '%s\n' "${files[@]}" | tac)
half=$((${#files[@]} / 2))

# A result on one line, the same from both sides; not which attempt it is: those of several files are numbered through.
line='[(.suite // []), (.class // ""), .name, .signature, .status, .start_ms, .duration_us, .message,
    [.parameters[]? | if type == "object" then [.name, .value] else . end]] | @json'

ferry inspect --ndjson "${files[@]}"
jq -r "[.path, ($line)] | @tsv" "$work/out" | sort | uniq -c | awk '
    { n = $1; sub(/^ *[0-9]+ [^\t]*\t/, ""); if (n > most[$0]) most[$0] = n }
    END { for (l in most) for (i = 0; i < most[l]; i++) print l }' | sort >"$work/wanted"
is "the corpus holds twins" "$(uniq -d "$work/wanted" | wc -l | awk '{ print ($1 > 10) }')" 1

arrived() {
    export_of "$1" | jq -r ".results[] | [($line)] | @tsv" | sort >"$work/got"
    cmp -s "$work/wanted" "$work/got" ||
        fail "what inspect reads arrived in $1: $(diff "$work/wanted" "$work/got" | head -n 20)"
    export_of "$1" | jq -e '[.results[].client_id] | length == (unique | length)' >/dev/null ||
        fail "each result in $1 has an id of its own"
}

# 3: three of the files are another format, and are refused by name. 9: some count what they do not hold.
upload() {
    ferry upload --to local:AO --run-key nightly "$@"
    case $rc in 0 | 3 | 9) ;; *) exits 3 ;; esac
}
upload "${files[@]}"
arrived AO
if [ "${SAMPLE:-1}" -eq 1 ]; then
    remember AO
    upload "${backwards[@]}"
    unchanged
    upload "${files[@]:half}"
    upload "${files[@]:0:half}"
    unchanged
fi
echo "$(wc -l <"$work/wanted") results of ${#files[@]} files arrived, each once"
