#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check.sh - everything that has to hold before a change goes in: installs what is missing, builds with warnings as errors, and
# runs every test under each preset. Asks nothing, changes nothing outside build/, and is offline once the packages are there.
#
#   ./check.sh            presets dev and asan
#   ./check.sh PRESET...  these presets
#
# The exit code is 0 only when nothing failed and nothing skipped that is not in tests/optional.txt. The last line is
# "N passed, N failed, N skipped", summed over the presets; a preset that does not build counts as one failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C.UTF-8
started=$SECONDS
passed=0 failed=0 skipped=0
failures=() # what failed, "preset: name"
skips=()    # what skipped, the same way

say() {
    printf '\n== %s\n' "$*"
}

# The names in tests/optional.txt.
optional() {
    sed -e 's/#.*//' -e 's/[[:space:]].*//' -e '/^$/d' tests/optional.txt
}

# One line a test, "STATE NAME", from the JUnit file that ctest wrote. What ctest could not start ("notrun" without the skip
# code) has failed; a disabled test counts as skipped, so that it has to be in the list as well.
verdicts() {
    awk '
        function flush() { if (name != "") print state, name; name = "" }
        /^\t<testcase / {
            flush()
            name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
            state = "failed"
            if (/ status="run"/) state = "passed"
            if (/ status="disabled"/) state = "skipped"
        }
        /^\t\t<skipped message="SKIP_(RETURN_CODE|REGULAR_EXPRESSION)/ { state = "skipped" }
        END { flush() }' "$1"
}

broken() {
    failed=$((failed + 1))
    failures+=("$1")
}

# Counts the verdicts of one preset, and judges its skips.
count() {
    local preset=$1 state name
    while read -r state name; do
        case $state in
        passed) passed=$((passed + 1)) ;;
        failed) broken "$preset: $name" ;;
        skipped)
            if grep -qxF -- "$name" <(optional); then
                skipped=$((skipped + 1))
                skips+=("$preset: $name")
            else
                broken "$preset: $name skipped, and is not in tests/optional.txt"
            fi
            ;;
        esac
    done < <(verdicts "build/$preset/ctest.xml")
}

# Tests write into memory where that can be: what they kill keeps its bytes there as it does on a disk, and their ten thousands of syncs are
# not waited for. It takes a folder with room, whose programs may run. A TMPDIR that was given stays.
scratch=''
work_in_memory() {
    local need=4194304 room # KiB
    [ -z "${TMPDIR-}" ] || return 0
    room=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1) || return 0
    [ "$room" -ge "$need" ] && awk -v need="$need" '/^MemAvailable:/ { exit $2 < need }' /proc/meminfo || return 0
    scratch=$(mktemp -d -p /dev/shm ferry-check-XXXXXX) || return 0
    chmod 755 "$scratch" # some tests are somebody else for a while
    printf '#!/bin/sh\n' >"$scratch/runs"
    chmod +x "$scratch/runs"
    if "$scratch/runs" 2>/dev/null; then
        export TMPDIR=$scratch
    fi
    rm "$scratch/runs"
}

run_preset() {
    local preset=$1
    say "$preset: build"
    if ! { cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 ||
        { cat "build/$preset.configure.log" && false; }; }; then
        broken "$preset: configure"
        return
    fi
    if ! cmake --build --preset "$preset" -- -k 0; then
        broken "$preset: build"
        return
    fi
    say "$preset: test"
    rm -f "build/$preset/ctest.xml"
    # ctest's own exit code says less than its report: a skipped test is a success to it. One more at once than there are processors:
    # tests wait, too.
    ctest --preset "$preset" -j "$(($(nproc) + 1))" --no-tests=error \
        --output-junit "$PWD/build/$preset/ctest.xml" || true
    if grep -q '<testcase ' "build/$preset/ctest.xml" 2>/dev/null; then
        count "$preset"
    else
        broken "$preset: ctest reports no test"
    fi
}

summary() {
    say "summary after $((SECONDS - started)) s"
    echo "may skip (tests/optional.txt): $(optional | paste -sd' ')"
    if [ ${#skips[@]} -gt 0 ]; then
        printf 'skipped: %s\n' "${skips[@]}"
    fi
    if [ ${#failures[@]} -gt 0 ]; then
        printf 'failed:  %s\n' "${failures[@]}"
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

for argument in "$@"; do
    case $argument in
    -* | */*)
        echo "check.sh: \"$argument\" is no preset; usage: ./check.sh [PRESET...]" >&2
        exit 2
        ;;
    esac
done
[ $# -gt 0 ] || set -- dev asan
say "packages"
cmake/packages.sh </dev/null
mkdir -p build
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT
work_in_memory
for preset in "$@"; do
    run_preset "$preset" </dev/null
done
summary
