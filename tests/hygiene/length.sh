#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# length.sh - no function over 80 lines, its first and last line counted; no line over 100 columns in C is clang-format's business.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
limit=80
if ! ctags --version 2>/dev/null | grep -q 'Universal Ctags'; then
    skip "no universal-ctags; cmake/packages.sh installs it"
fi
told < <(
    cd "$root" && c_files | ctags --options=NONE --quiet=yes -x --languages=C --langmap=C:.c.h --kinds-C=f --fields=+ne \
        --_xformat='%F %n %e %N' -L - |
        awk -v limit="$limit" '
        $3 - $2 + 1 > limit {
            printf "%s:%d: %s() has %d lines; %d is the limit, 60 the habit\n", $1, $2, $4, $3 - $2 + 1, limit
        }'
)
verdict
