# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# lib.sh - what the hygiene checks share: which files are ours, how a finding is told, how a check ends. Sourced by each of them with
# the root of the tree as $1; a check reads files and writes only to stdout.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Every check takes the tree as its argument, so that self_test.sh can hand it a broken one.
# shellcheck disable=SC2034
root=$(cd "${1:?usage: CHECK.sh ROOT}" && pwd)
findings=0

# Our files, relative to the root, sorted; arguments are find's -name patterns. No git: a tarball has none.
files() {
    local pattern names=()
    for pattern in "$@"; do
        names+=(-o -name "$pattern")
    done
    (cd "$root" && find . \( -name .git -o -name build -o -name demo-out -o -name .ferry \) -prune \
        -o -type f \( "${names[@]:1}" \) -print | sed 's,^\./,,' | sort)
}

c_files() {
    files '*.c' '*.h'
}

# finding FILE LINE WHAT: one rule broken at one place.
finding() {
    printf '%s:%s: %s\n' "$1" "$2" "$3"
    findings=$((findings + 1))
}

# Adds what a pipeline printed as findings, one a line; for checks that are one awk.
told() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        findings=$((findings + 1))
    done
}

# skip WHY: what is needed is not on this machine.
skip() {
    printf 'skipped: %s\n' "$1"
    exit 77
}

# The last line of every check.
verdict() {
    if [ "$findings" -gt 0 ]; then
        printf '%d found\n' "$findings"
        exit 1
    fi
    exit 0
}

# The text of C files without comments, strings and character constants; lines stay where they are. Prints FILE:LINE:CODE.
code_only() {
    (cd "$root" && xargs -r -d '\n' awk -f "$here/code_only.awk")
}
