#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# packages_install.sh ROOT - packages.sh touches apt only for what is missing, asks nothing, and says what a person has to do. apt,
# dpkg-query, id and sudo are stand-ins that write down how they were called.
# shellcheck disable=SC2016 # what so() gets is evaluated there
set -euo pipefail
export LC_ALL=C
root=$(cd "${1:?usage: packages_install.sh ROOT}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
bad=0

stand_in() {
    { echo '#!/bin/bash' && cat; } >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
{
    stand_in id <<<'echo "$UID_HERE"'
    stand_in dpkg-query <<<'grep -qxF -- "${@: -1}" "$WORK/missing" && exit 1; echo installed'
    stand_in sudo <<<'[ "$SUDO_WORKS" = 1 ] || exit 1; echo "sudo $*" >>"$WORK/calls"; shift; exec "$@"'
    stand_in apt-get <<'S'
echo "apt-get $* frontend=$DEBIAN_FRONTEND" >>"$WORK/calls"
if read -r -t 0.1 line; then echo "apt-get had a stdin" >>"$WORK/calls"; fi
[ "$APT_WORKS" = 1 ] || exit 100
case "$*" in *" install "*) : >"$WORK/missing" ;; esac
S
}

# given MISSING UID SUDO APT: runs packages.sh; $rc, $said and the file "calls" hold what came of it.
given() {
    # shellcheck disable=SC2086
    printf '%s\n' $1 >"$work/missing"
    : >"$work/calls"
    rc=0
    said=$(echo y | env PATH="$work/bin:$PATH" WORK="$work" UID_HERE="$2" SUDO_WORKS="$3" APT_WORKS="$4" \
        "$root/cmake/packages.sh" 2>&1) || rc=$?
}
so() {
    if ! eval "$2"; then
        printf '%s: not so: %s\nexit code %s\n%s\ncalls:\n%s\n' "$1" "$2" "$rc" "$said" "$(cat "$work/calls")"
        bad=1
    fi
}

given '' 1000 0 0
so "nothing is missing" '[ "$rc" -eq 0 ] && [ ! -s "$work/calls" ] && [ -z "$said" ]'
given 'jq check' 0 0 1
so "two are missing, as root" '[ "$rc" -eq 0 ] && [ "$(wc -l <"$work/calls")" -eq 2 ]'
so "apt is asked for these two" 'grep -qE "^apt-get .* install -y --no-install-recommends check jq frontend=noninteractive$" "$work/calls"'
so "the lists are fetched first" 'head -n 1 "$work/calls" | grep -q " update "'
so "apt has no stdin" '! grep -q stdin "$work/calls"'
given 'jq' 1000 1 1
so "one is missing, with sudo" '[ "$rc" -eq 0 ] && grep -q "^sudo -n env .*install.* jq$" "$work/calls"'
given 'jq' 1000 0 1
so "one is missing, without rights" '[ "$rc" -eq 1 ] && [ ! -s "$work/calls" ] && grep -qF "apt-get install jq" <<<"$said"'
given 'jq' 0 0 0
so "apt fails" '[ "$rc" -eq 1 ] && grep -q "apt-get update failed" <<<"$said"'
given 'jq' 0 0 1
so "an option it does not know" '! "$root/cmake/packages.sh" --lits >/dev/null 2>&1'
so "the list is not empty and has no doubles" '[ "$("$root/cmake/packages.sh" --list | sort | uniq | wc -l)" -gt 10 ] && [ -z "$("$root/cmake/packages.sh" --list | sort | uniq -d)" ]'
exit $bad
