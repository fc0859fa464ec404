# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# lib.sh - what scenarios share: a private folder, a clean environment, ferry as a user would run it, and words to say what has to be
# true. The first thing that is not true ends the scenario, with the command, its output and the line of the script.
#
#   . "$(dirname "$0")/lib.sh"
#   ferry upload "$samples/basic.xml"
#   exits 0
#   says "6 results"
#   holds AO results 6
set -uo pipefail
scenarios=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$scenarios/../.." && pwd)
# shellcheck disable=SC2034
samples=$tree/tests/samples
FERRY=$(realpath "${FERRY:-$tree/build/dev/bin/ferry}")
[ -x "$FERRY" ] || {
    echo "no program at $FERRY; build it, or name it: FERRY=.../bin/ferry $0"
    exit 1
}
command -v jq >/dev/null || {
    echo "skipped: no jq; cmake/packages.sh installs it"
    exit 77
}

# A folder of its own, with a home and a checkout ("here", where ferry runs) that no file outside reaches into: the .git stops the
# search for a config.
work=$(mktemp -d)
chmod 755 "$work"
mkdir -p "$work/home" "$work/tmp" "$work/here/.git"
cd "$work/here" || exit 1
undo=() # commands to run at the end, last first
finish() {
    local i
    for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
        eval "${undo[i]}"
    done
    cd / && rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

rc=0
last= # the last command, for messages
# Variables for ferry beyond the clean ones: environment+=(NAME=VALUE).
environment=()

fail() {
    local i=0
    printf 'not so: %s\n' "$*"
    while caller $i | grep -q '/lib\.sh$'; do
        i=$((i + 1))
    done
    printf 'at %s\n' "$(caller $i | awk '{ print $3 ":" $1 }')"
    printf '$ ferry %s\nexit code %s\n' "$last" "$rc"
    sed 's/^/stdout: /' "$work/out" 2>/dev/null
    sed 's/^/stderr: /' "$work/err" 2>/dev/null
    exit 1
}

# What ferry's surroundings are, as arguments of env: nothing of this machine, no CI, no accounts.
surroundings() {
    printf '%s\0' -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" LC_ALL=C.UTF-8 TZ=UTC FERRY_BUSY_MS=500 \
        ASAN_OPTIONS="${ASAN_OPTIONS-}" UBSAN_OPTIONS="${UBSAN_OPTIONS-}" LSAN_OPTIONS="${LSAN_OPTIONS-}" \
        "${environment[@]}"
}

# Runs ferry; $rc, $work/out and $work/err hold what came of it. Never hangs: 124 after two minutes.
ferry() {
    local around
    mapfile -d '' around < <(surroundings)
    last="$*"
    rc=0
    env "${around[@]}" timeout -k 5 120 "$FERRY" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}

# Starts ferry and goes on: begin NAME ARGUMENT...; $begun is the process, what it says is in $work/NAME.out and .err. Its stdin
# is $input, if that is set. A background job of a script ignores SIGINT; a user's ferry does not.
begin() {
    local around name=$1
    shift
    mapfile -d '' around < <(surroundings)
    last="$*"
    env --default-signal=INT "${around[@]}" "$FERRY" "$@" >"$work/$name.out" 2>"$work/$name.err" <"${input:-/dev/null}" &
    begun=$!
    undo+=("end_job $begun")
}
end_job() {
    if jobs -p | grep -qx "$1"; then
        kill -KILL "$1"
    fi
}

# Ends when process PID does, with its exit code in $rc and what it said in $work/out and err: ended NAME PID.
ended() {
    rc=0
    { wait "$2"; } 2>/dev/null || rc=$?
    cp "$work/$1.out" "$work/out"
    cp "$work/$1.err" "$work/err"
}

# Starts `ferry mock ARGUMENT...` and says where: $url is its address, $server the process.
mock() {
    local around
    mapfile -d '' around < <(surroundings)
    exec 3< <(exec env "${around[@]}" "$FERRY" mock "$@" 2>"$work/mock.err")
    server=$!
    undo+=("kill $server 2>/dev/null")
    IFS= read -r -t 60 url <&3 || fail "the mock says where it is: $(cat "$work/mock.err")"
    exec 3<&-
    [ -z "${CONTRACT-}" ] || [ "$1" != qase ] || behind_contract
}
# What qase_contract.sh asks for: $url is Prism's, and it ends with this script.
behind_contract() {
    local words
    read -ra words <<<"$CONTRACT"
    exec 3< <(exec node "$scenarios/contract.js" "$url" "${words[@]}" 2>"$work/contract.err" < <(exec sleep 600))
    undo+=("kill $! 2>/dev/null")
    IFS= read -r -t 60 url <&3 || fail "Prism says where it is: $(cat "$work/contract.err")"
    exec 3<&-
}

# call METHOD PATH [BODY]: a request to $url with the token in $token; $code is the status, $work/answer the body.
call() {
    code=$(curl -s --noproxy '*' -o "$work/answer" -w '%{http_code}' -X "$1" -H "Token: ${token-any}" \
        ${3+-H "Content-Type: application/json" --data-binary "$3"} "$url$2") || fail "$1 $2 is answered"
}
# answers CODE METHOD PATH [BODY]
answers() {
    local want=$1
    shift
    call "$@"
    [ "$code" = "$want" ] || fail "$1 $2 is answered with $want, not $code: $(cat "$work/answer")"
}
# The answer through jq.
answer_jq() {
    jq -r "$1" "$work/answer" || fail "the answer is JSON that answers $1: $(cat "$work/answer")"
}

# until_true COMMAND...: tries again and again; a minute is a failure.
until_true() {
    local i
    for ((i = 0; i < 3000; i++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.02
    done
    fail "within a minute: $*"
}

# state_is PID LETTER: as ps says it; T is stopped, S sleeps.
state_is() {
    [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" = "$2" ]
}

# exits CODE
exits() {
    [ "$rc" -eq "$1" ] || fail "exit code $1"
}

# TEXT in stdout / in stderr / in either / in neither.
out_has() {
    grep -qF -- "$1" "$work/out" || fail "stdout has \"$1\""
}
err_has() {
    grep -qF -- "$1" "$work/err" || fail "stderr has \"$1\""
}
says() {
    cat "$work/out" "$work/err" | grep -F -- "$1" >/dev/null || fail "ferry says \"$1\""
}
says_not() {
    if cat "$work/out" "$work/err" | grep -F -- "$1" >/dev/null; then
        fail "ferry does not say \"$1\""
    fi
}

# is WHAT GOT WANTED
is() {
    [ "$2" = "$3" ] || fail "$1: wanted \"$3\", got \"$2\""
}

# The stdout of the last command through jq.
out_jq() {
    jq -r "$1" "$work/out" || fail "stdout is JSON that answers $1"
}

# What a local project holds, as JSON; an unknown project holds nothing. Does not disturb $rc and the output.
export_of() {
    local around
    mapfile -d '' around < <(surroundings)
    env "${around[@]}" timeout 120 "$FERRY" local export --project "$1" 2>/dev/null </dev/null || echo '{}'
}

# count PROJECT cases|runs|results|keys
count() {
    local query
    case $2 in
    cases) query='.cases // [] | length' ;;
    runs) query='.runs // [] | length' ;;
    results) query='.results // [] | length' ;;
    keys) query='[.cases // [] | .[].automation_key // empty] | unique | length' ;;
    *) fail "count knows \"$2\"" ;;
    esac
    export_of "$1" | jq -r "$query"
}

# holds PROJECT cases|runs|results|keys N
holds() {
    local n
    n=$(count "$1" "$2")
    [ "$n" = "$3" ] || fail "$1 holds $3 $2; it holds \"$n\""
}

# Remembers all that the projects hold; unchanged_since_remember compares.
remember() {
    remembered=("$@")
    local p
    for p in "$@"; do
        export_of "$p" >"$work/before.$p"
    done
}
unchanged() {
    local p
    for p in "${remembered[@]}"; do
        export_of "$p" >"$work/after.$p"
        cmp -s "$work/before.$p" "$work/after.$p" ||
            fail "$p holds what it held: $(diff "$work/before.$p" "$work/after.$p" | head -n 20)"
    done
}

# report FILE CASE...: a JUnit report on the spot; CASE is name[=key][!] where ! makes it fail.
report() {
    local file=$1 case name key failed
    shift
    {
        echo '<testsuite name="made">'
        for case in "$@"; do
            failed=
            case $case in
            *'!') failed='<failure message="no"/>' case=${case%!} ;;
            esac
            name=${case%%=*} key=
            [ "$name" = "$case" ] ||
                key="<properties><property name=\"Automation Key\" value=\"${case#*=}\"/></properties>"
            echo "<testcase classname=\"made.Suite\" name=\"$name\" time=\"0.125\">$key$failed</testcase>"
        done
        echo '</testsuite>'
    } >"$file"
}
