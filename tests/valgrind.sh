#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# valgrind.sh - memcheck over what was built without sanitizers: every unit program, and every ferry that the scenarios start.
#
#   tests/valgrind.sh [BUILD]         all of it; BUILD is build/dev. Some minutes.
#   tests/valgrind.sh BUILD some      a selection, as ctest runs it
#   tests/valgrind.sh BUILD NAME...   these: unit.pack, scenario.prune
#
# A report is an error or memory that is definitely lost. Each is printed, with the test it belongs to; the last line is
# "N programs, R reports", and the exit code is 0 only for R = 0 and tests that pass.
set -uo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath "${1:-$tree/build/dev}")
[ $# -eq 0 ] || shift
command -v valgrind >/dev/null || {
    echo "skipped: no valgrind; cmake/packages.sh installs it"
    exit 77
}
[ -x "$build/bin/ferry" ] || {
    echo "no program at $build/bin/ferry; build it, or name the build: $0 BUILD"
    exit 1
}
some=(unit.batch scenario.prune)
# The driver of another program; and what compares with openat2(), of which valgrind 3.19 knows nothing.
left_out='^(scenario\.(cli|lib.*)|unit\.attach)$'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
memcheck=(valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
    --num-callers=20 --error-exitcode=99 --suppressions="$tree/tests/valgrind.supp")
programs=0 failed=()

# Each program that a test starts has a log of its own, empty where all is well.
begin_logs() {
    rm -rf "$work/logs"
    mkdir "$work/logs"
}
end_logs() {
    local n
    n=$(find "$work/logs" -type f | wc -l)
    programs=$((programs + n))
    # Only what memcheck says; that it knows no openat2() is no report.
    find "$work/logs" -type f -size +0 -exec sed -n "/^==/s|^|$1: |p" {} + | tee -a "$work/reports"
}

# unit.NAME in one process, because to begin costs valgrind more than to go on; save where a test damages the process or its files.
forked='^unit\.(base_db|base_file|command|read)$'
run_unit() {
    local program fork=no
    [[ ! $1 =~ $forked ]] || fork=yes
    program=$(find "$build/tests" -type f -name "unit_${1#unit.}" -perm -u+x | head -n 1)
    [ -n "$program" ] || {
        echo "$1: no such program in $build/tests"
        return 1
    }
    MEMCHECK=1 CK_FORK=$fork CK_TIMEOUT_MULTIPLIER=60 "${memcheck[@]}" --log-file="$work/logs/%p" "$program" >"$work/out" 2>&1
}

# scenario.NAME: with a ferry that is valgrind with ferry in it.
run_scenario() {
    cat >"$work/ferry" <<WRAPPER
#!/usr/bin/env bash
exec ${memcheck[*]@Q} --log-file=$work/logs/%p $build/bin/ferry "\$@"
WRAPPER
    chmod +x "$work/ferry"
    FERRY=$work/ferry HOLD_LOCK=$build/tests/scenarios/hold_lock "$tree/tests/scenarios/${1#scenario.}.sh" \
        >"$work/out" 2>&1
}

run_one() {
    local rc=0
    begin_logs
    case $1 in
    unit.*) run_unit "$1" || rc=$? ;;
    scenario.*) run_scenario "$1" || rc=$? ;;
    *) echo "$1: neither unit.NAME nor scenario.NAME" && rc=1 ;;
    esac
    end_logs "$1"
    [ "$rc" -eq 0 ] || [ "$rc" -eq 77 ] || {
        failed+=("$1")
        echo "$1 failed:"
        tail -n 20 "$work/out"
    }
}

all() {
    {
        find "$build/tests" -type f -name 'unit_*' -perm -u+x -printf '%f\n' | sed 's/^unit_/unit./'
        find "$tree/tests/scenarios" -name '*.sh' -printf '%f\n' | sed 's/^/scenario./; s/\.sh$//'
    } | grep -vE "$left_out"
}

[ "${1-}" != some ] || set -- "${some[@]}"
[ $# -gt 0 ] || mapfile -t tests < <(all | sort)
[ $# -eq 0 ] || tests=("$@")
: >"$work/reports"
for name in "${tests[@]}"; do
    run_one "$name"
done
reports=$(grep -cE '(Invalid|uninitialised|Mismatched|overlap|definitely lost in|Syscall param|bad address)' "$work/reports")
[ ${#failed[@]} -eq 0 ] || echo "failed: ${failed[*]}"
echo "$programs programs, $reports reports"
[ "$reports" -eq 0 ] && [ ! -s "$work/reports" ] && [ ${#failed[@]} -eq 0 ]
