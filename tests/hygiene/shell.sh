#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shell.sh - shellcheck has nothing to say about any shell script; scripts that are run are executable.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v shellcheck >/dev/null || skip "no shellcheck; cmake/packages.sh installs it"
scripts() {
    files '*.sh'
    [ ! -f "$root/.ci/run" ] || echo .ci/run
}
look() {
    (cd "$root" && xargs -r -d '\n' shellcheck "$@" -f gcc --severity=style) || true # it tells by its output
}
# A scenario is looked at without the libraries that it sources: to go through those again for each took half a minute. Whether what it
# takes of theirs is there is known when it runs, by set -u.
scenario='^tests/scenarios/([^l/]|l[^i/]|li[^b/])[^/]*\.sh$'
told < <(
    scripts | { grep -vE "$scenario" || true; } | look -x -P SCRIPTDIR
    scripts | { grep -E "$scenario" || true; } | look -e SC1091,SC2034,SC2154
)
while read -r script; do
    if head -n 1 "$root/$script" | grep -q '^#!'; then
        [ -x "$root/$script" ] || finding "$script" 1 "begins with #! and is not executable"
    fi
done < <(scripts)
verdict
