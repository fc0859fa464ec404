#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# coverage.sh - which lines and branches the suite goes through, folder by folder. Builds the preset coverage, runs its tests (all of
# them, or what ctest's own options choose) and prints a table; build/coverage/coverage.info has the lines, one file a record.
#
#   tests/coverage.sh                  the whole suite
#   tests/coverage.sh -R 'unit\.'      a part of it
#   tests/coverage.sh --missing FILE   after a run: the lines of FILE with a line or branch that nothing took
#
# A process that is killed, as most of the torture's are, writes nothing down: what it went through counts only where another test
# goes through it to an end. A build of gcc counts each place where a call may fail as two branches.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C
build=build/coverage
info=$build/coverage.info
folders='core/base core/host core/engine core/cmd plugins/junit plugins/local plugins/mirror plugins/octane plugins/qase plugins/upload'

fail() {
    printf 'coverage.sh: %s\n' "$*" >&2
    exit 2
}

missing() {
    [ -s "$info" ] || fail "there is no $info; run tests/coverage.sh first"
    awk -F'[:,]' -v file="$PWD/$1" '
        $1 == "SF" { here = $2 == file; found += here }
        here && $1 == "DA" && $3 == 0 { line[$2] = "never" }
        here && $1 == "BRDA" && ($5 == "-" || $5 == 0) { if (line[$2] != "never") line[$2] = line[$2] " " $4 }
        END {
            if (!found) { print "not in the report: " file > "/dev/stderr"; exit 1 }
            for (n in line) print n "\t" line[n]
        }' "$info" | sort -n | while IFS=$'\t' read -r n what; do
        printf '%5d  %-12s %s\n' "$n" "$([ "$what" = never ] && echo never || echo "branch$what")" "$(sed -n "${n}p" "$1")"
    done
}

# FOLDER FILES LINES HIT BRANCHES HIT, for each folder.
table() {
    awk -F'[:,]' -v root="$PWD/" -v folders="$folders" '
        $1 == "SF" { folder = substr($2, length(root) + 1); sub(/\/[^\/]*$/, "", folder); files[folder]++ }
        $1 == "DA" { lines[folder]++; hit[folder] += $3 > 0 }
        $1 == "BRDA" { branches[folder]++; taken[folder] += $5 != "-" && $5 > 0 }
        END {
            printf "%-16s %6s %7s %8s %9s %9s\n", "folder", "files", "lines", "covered", "branches", "taken"
            n = split(folders, order, " ")
            for (i = 1; i <= n; i++) {
                f = order[i]
                if (f in files) printf "%-16s %6d %7d %7.1f%% %9d %8.1f%%\n", f, files[f], lines[f], \
                    100 * hit[f] / lines[f], branches[f], branches[f] ? 100 * taken[f] / branches[f] : 0
            }
        }' "$info"
}

if [ "${1-}" = --missing ]; then
    [ $# -eq 2 ] || fail "--missing takes one file, as core/base/buf.c"
    missing "$2"
    exit
fi
command -v lcov >/dev/null || fail "no lcov; install it with: apt-get install lcov"
cmake --preset coverage >/dev/null
cmake --build --preset coverage
find "$build" -name '*.gcda' -delete
failed=0
ctest --preset coverage -j "$(nproc)" "$@" || failed=1
# lcov of Debian 12 warns of itself; its words are kept, and shown where it fails.
count() {
    lcov --quiet --rc lcov_branch_coverage=1 "$@" 2>"$build/lcov.log" || { cat "$build/lcov.log" >&2 && fail "lcov failed"; }
}
count --capture --directory "$build" --base-directory "$PWD" --no-external --output-file "$info.all"
count --extract "$info.all" "$PWD/core/*" "$PWD/plugins/*" --output-file "$info"
table
[ "$failed" -eq 0 ] || fail "some tests failed; what they did not go through is missing above"
