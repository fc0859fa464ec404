#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shell.sh - shellcheck has nothing to say about any shell script; scripts that are run are executable.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v shellcheck >/dev/null || skip "no shellcheck; cmake/packages.sh installs it"
scripts() {
    files '*.sh'
    [ ! -f "$root/.ci/run" ] || echo .ci/run
}
told < <(
    cd "$root" && scripts | xargs -r -d '\n' shellcheck -x -P SCRIPTDIR -f gcc --severity=style
)
while read -r script; do
    if head -n 1 "$root/$script" | grep -q '^#!'; then
        [ -x "$root/$script" ] || finding "$script" 1 "begins with #! and is not executable"
    fi
done < <(scripts)
verdict
