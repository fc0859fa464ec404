#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh - runs the fuzz targets, one after the other, each for so many seconds of processor time (not of the wall's: what else
# runs here costs no coverage). Builds the preset fuzz first. Ends with 1 when anything was found.
#
#   tests/fuzz/run.sh                       all targets, 60 seconds each
#   tests/fuzz/run.sh json junit 600        these two, ten minutes each
#
# What a target has learned is kept in build/fuzz/corpus, so that the next run goes on from there; what it found is in
# build/fuzz/findings, its log in build/fuzz/log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export LC_ALL=C
root=$PWD # some targets go to a folder of their own
out=$root/build/fuzz
seconds=60
targets=()
found=0
scratch=''
runner=''

fail() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 2
}

tools() {
    if ! command -v clang-14 clang++-14 >/dev/null; then
        fail "no clang-14; install it with: apt-get install clang-14 libclang-rt-14-dev"
    fi
    if ! compgen -G "$(clang-14 -print-resource-dir)/lib/linux/libclang_rt.fuzzer-*.a" >/dev/null; then
        fail "clang-14 has no libFuzzer; install it with: apt-get install libclang-rt-14-dev"
    fi
}

known() {
    sed -nE 's/^ferry_fuzz_target\(([a-z_]+).*/\1/p' tests/fuzz/CMakeLists.txt
}

program() {
    find "$out" -path '*/CMakeFiles' -prune -o -type f -name "fuzz_$1" -perm -u+x -print -quit
}

# The longest input that is tried. A longer one costs time and says no more, save where a file has a size of its own.
longest() {
    case $1 in
    journal_file) echo 65536 ;;
    elf | junit | read | json | service | http_answer) echo 8192 ;;
    times | retry) echo 128 ;;
    *) echo 2048 ;;
    esac
}

# Seconds of processor time that a process has used.
used() {
    local stat ticks
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || { echo 0 && return; }
    stat=${stat##*) }
    # shellcheck disable=SC2086 # words on purpose: fields 14 and 15 of the whole line
    set -- $stat
    ticks=$(getconf CLK_TCK)
    echo $(((${12} + ${13}) / ticks))
}

# The value behind a word in the last line of progress that has it.
last() {
    grep -oE "$2 [0-9]+" "$1" | tail -n 1 | grep -oE '[0-9]+$' || echo -
}

start() {
    local target=$1
    mkdir -p "$out/corpus/$target" "$out/findings" "$out/log"
    TMPDIR=$scratch ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "$(program "$target")" -dict="$root/tests/fuzz/dict/$target" -max_len="$(longest "$target")" \
        -rss_limit_mb=2048 -timeout=25 -print_final_stats=1 -artifact_prefix="$out/findings/$target-" \
        "$out/corpus/$target" "$root/tests/fuzz/corpus/$target" >"$out/log/$target" 2>&1 &
    runner=$!
}

run() {
    local target=$1 cpu=0 now=0 code=0 verdict=0
    start "$target"
    while kill -0 "$runner" 2>/dev/null; do
        now=$(used "$runner")
        [ "$now" -lt "$cpu" ] || cpu=$now
        if [ "$cpu" -ge "$seconds" ]; then
            kill -INT "$runner" 2>/dev/null || true
            break
        fi
        sleep 1
    done
    wait "$runner" || code=$?
    runner=''
    # 72 is libFuzzer's word for "interrupted"; anything else is a finding, or a program that did not begin.
    if [ "$code" -ne 72 ] && [ "$code" -ne 0 ]; then
        verdict="1 (exit $code, see build/fuzz/log/$target)"
        found=$((found + 1))
    fi
    find "$scratch" -mindepth 1 -delete
    printf '%-13s %7s %10s %8s %8s %7s  %s\n' "$target" "$cpu" \
        "$(last "$out/log/$target" 'stat::number_of_executed_units:')" "$(last "$out/log/$target" cov:)" \
        "$(last "$out/log/$target" ft:)" "$(find "$out/corpus/$target" -type f | wc -l)" "$verdict"
}

leave() {
    [ -z "$runner" ] || kill "$runner" 2>/dev/null || true
    [ -z "$scratch" ] || rm -rf "$scratch"
}

for word in "$@"; do
    if [[ $word =~ ^[0-9]+$ ]]; then
        seconds=$word
    elif known | grep -qxF -- "$word"; then
        targets+=("$word")
    else
        fail "there is no target \"$word\"; there are: $(known | paste -sd' ')"
    fi
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(known)
tools
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
trap leave EXIT
# In memory where that can be: some targets write a file for each input.
scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" ferry-fuzz-XXXXXX)
printf '%-13s %7s %10s %8s %8s %7s  %s\n' target cpu-s execs edges features corpus findings
for target in "${targets[@]}"; do
    run "$target"
done
[ "$found" -eq 0 ]
