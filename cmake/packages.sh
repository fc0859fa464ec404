#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# packages.sh - sees to it that the Debian packages of packages.txt are there. Called first by demo.sh and check.sh.
#
# Touches nothing, needs no rights and no network when they are. Never asks a question: without root it takes `sudo -n`, and where
# that is refused it says which command a person has to run. On a system without dpkg it says what it cannot check, and goes on.
#
#   cmake/packages.sh           install what is missing
#   cmake/packages.sh --list    print the names, one a line
#   cmake/packages.sh --dry-run print what is missing, install nothing
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
    printf 'packages.sh: %s\n' "$*" >&2
    exit 1
}

listed() {
    sed -e 's/#.*//' -e 's/[[:space:]].*//' -e '/^$/d' "$here/packages.txt"
}

# Prints the listed packages that dpkg does not know as installed.
missing() {
    local name state
    while read -r name; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) || state=absent
        [ "$state" = installed ] || printf '%s\n' "$name"
    done < <(listed)
}

# Before Debian's deb12u2, expat takes quadratic time for long tokens (CVE-2023-52425); the fix brought this function. An
# older -dev package on the machine counts as missing: apt upgrades it together with the library.
old_expat() {
    [ -e /usr/include/expat.h ] && ! grep -q XML_SetReparseDeferralEnabled /usr/include/expat.h
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    else
        fail "neither root nor a sudo without password; install them with: apt-get install ${wanted[*]}"
    fi
}

apt_get() {
    as_root apt-get -q -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

case ${1-} in
--list)
    listed
    exit 0
    ;;
--dry-run | '') ;;
*) fail "unknown option \"$1\"; there are --list and --dry-run" ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "packages.sh: no dpkg here: cmake/packages.txt tells what has to be installed" >&2
    exit 0
fi
mapfile -t wanted < <(missing)
if old_expat; then
    wanted+=(libexpat1 libexpat1-dev)
fi
if [ ${#wanted[@]} -eq 0 ]; then
    exit 0
fi
if [ "${1-}" = --dry-run ]; then
    printf '%s\n' "${wanted[@]}"
    exit 0
fi
echo "packages.sh: installing ${wanted[*]}" >&2
apt_get update >&2 || fail "apt-get update failed; it is needed once, for: ${wanted[*]}"
apt_get install -y --no-install-recommends "${wanted[@]}" >&2 ||
    fail "apt-get install failed for: ${wanted[*]}"
mapfile -t wanted < <(missing)
[ ${#wanted[@]} -eq 0 ] || fail "still missing after apt-get: ${wanted[*]}"
if old_expat; then
    fail "libexpat1-dev is older than 2.5.0-1+deb12u2 and apt has no newer one; enable the Debian security archive"
fi
