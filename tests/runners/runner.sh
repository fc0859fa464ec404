# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# runner.sh - what every run.sh begins with: `run.sh REPORTS [PROGRAM]` runs its framework over the suite beside it and leaves the
# JUnit reports in REPORTS. It runs in a copy of the folder ($PWD), so that nothing is left behind here. PROGRAM is the compiled suite,
# where there is one.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC PYTHONDONTWRITEBYTECODE=1
mkdir -p "${1:?usage: run.sh REPORTS [PROGRAM]}"
# shellcheck disable=SC2034 # what run.sh fills
reports=$(realpath "$1")
program=${2:+$(realpath "$2")}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$(dirname "$0")"/. "$copy"
cd "$copy"

# skip WHY: what is needed is not on this machine.
skip() {
    printf 'skipped: %s\n' "$1"
    exit 77
}

# need COMMAND PACKAGE
need() {
    command -v "$1" >/dev/null || skip "no $1; it is in the package $2 of cmake/packages.txt"
}

# need_program LIBRARY: the compiled suite, which there is none of where its library was missing.
need_program() {
    [ -n "$program" ] || skip "the suite is not built: there was no $1 when cmake ran"
}

# ends_with CODE COMMAND...: the framework, and what it must say of a suite with these failures. What it prints goes to the log.
ends_with() {
    local wanted=$1 got=0
    shift
    "$@" >"$copy/log" 2>&1 </dev/null || got=$?
    if [ "$got" -ne "$wanted" ]; then
        cat "$copy/log"
        printf 'wanted exit code %s, got %s: %s\n' "$wanted" "$got" "$*"
        exit 1
    fi
}

# says_version COMMAND...: the first line of what it prints, for the log of the test.
says_version() {
    { "$@" 2>&1 || true; } | sed -n '/[0-9]/{p;q}'
}
