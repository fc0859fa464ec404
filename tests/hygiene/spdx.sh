#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# spdx.sh - every source file begins with its licence, after the #! line where there is one.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck disable=SC2016 # $0 is awk's
told < <(
    cd "$root" && files '*.c' '*.h' '*.cc' '*.cpp' '*.sh' '*.cmake' '*.awk' '*.jq' '*.js' '*.mjs' '*.py' '*.rb' '*.lua' '*.php' '*.bats' '*.sql' CMakeLists.txt |
        xargs -r -d '\n' awk '
        FNR == 1 && /^#!/ { next }
        FNR <= 2 && !(FILENAME in seen) {
            seen[FILENAME] = 1
            if ($0 !~ /SPDX-License-Identifier: MIT/) printf "%s:1: does not begin with SPDX-License-Identifier: MIT\n", FILENAME
        }'
)
while read -r empty; do
    [ -s "$root/$empty" ] || finding "$empty" 1 "is empty"
done < <(files '*.c' '*.h' '*.sh' '*.cmake' CMakeLists.txt)
verdict
