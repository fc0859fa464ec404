#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# format.sh - every C file is as clang-format leaves it; .clang-format decides.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v clang-format >/dev/null || skip "no clang-format; cmake/packages.sh installs it"
told < <(
    cd "$root" && c_files | xargs -r -d '\n' clang-format --dry-run -Werror --ferror-limit=1 2>&1 |
        sed -nE 's/^([^:]+:[0-9]+):[0-9]+: error: .*/\1: not as clang-format leaves it; run clang-format -i on it/p'
)
verdict
