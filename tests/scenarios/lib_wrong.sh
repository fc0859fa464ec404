# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
# lib_wrong.sh - a table of wrong inputs, beside lib.sh. Each line is one: its name, what is given (functions "given_NAME", joined by "+", or "-"),
# arguments of ferry ("-": none), the exit code, a part of what ferry says; tabs between. Every row runs in a folder of its own, and all rows
# are tried before the verdict.
bad=0 rows=0 left_out=0
runner=ferry # what runs the row's command; a given_ function may choose another

left_out_because() {
    printf 'left out: %s: %s\n' "$name" "$1"
    runner=none
    left_out=$((left_out + 1))
}

# --- one row ---

wrong() {
    printf '%s: %s\n$ ferry %s\nexit code %s\n' "$name" "$1" "$last" "$rc"
    head -n 20 "$work/out" | sed 's/^/stdout: /'
    head -n 20 "$work/err" | sed 's/^/stderr: /'
    bad=$((bad + 1))
}

row() {
    local given arguments=()
    [[ ${4-} =~ ^[0-9]+$ ]] || {
        wrong "the row has no exit code; are its fields parted by tabs, none of them empty?"
        return
    }
    environment=() after=() runner=ferry
    if declare -F before_row >/dev/null; then
        before_row
    fi
    mkdir -p "$work/rows/$name/.git"
    cd "$work/rows/$name" || exit 1
    for given in ${2//+/ }; do
        [ "$given" = - ] || "given_$given"
    done
    if [ "$runner" != none ]; then
        [ "$3" = - ] || eval "arguments=($3)"
        "$runner" "${arguments[@]}"
        if [ "$rc" -ne "$4" ]; then
            wrong "wanted exit code $4"
        elif [ -n "$5" ] && ! cat "$work/out" "$work/err" | grep -F -- "$5" >/dev/null; then
            wrong "wanted to read \"$5\""
        elif [ "$rc" -ne 0 ] && [ ! -s "$work/err" ] && [ ! -s "$work/out" ]; then
            wrong "wanted a word about it"
        elif [ -n "$chosen" ]; then
            sed "s/^/$name: /" "$work/err"
        fi
    fi
    for given in "${after[@]}"; do
        eval "$given"
    done
    cd "$work" || exit 1
}

# try_rows TABLE [NAME...]: all rows, or these with what ferry said.
try_rows() {
    local table=$1
    shift
    chosen=$*
    while IFS=$'\t' read -r name given arguments code text; do
        case $name in
        '#'* | '') continue ;;
        esac
        if [ -z "$chosen" ] || [[ " $chosen " = *" $name "* ]]; then
            row "$name" "$given" "$arguments" "$code" "$text"
            rows=$((rows + 1))
        fi
    done <"$table"
    printf '%d rows, %d wrong, %d left out\n' "$rows" "$bad" "$left_out"
    [ "$rows" -gt 0 ] && [ "$bad" -eq 0 ]
}
