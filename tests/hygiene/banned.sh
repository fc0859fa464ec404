#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# banned.sh - calls that have no place here. banned.txt says which, where, and what to use instead; banned_allow.txt the places that
# wrap one. An entry of the allow-list that allows nothing is a finding too.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
allow=$root/tests/hygiene/banned_allow.txt
[ -e "$allow" ] || allow=/dev/null

told < <(
    files '*.c' '*.h' | grep -v '^demo/' | code_only |
        awk -v banned="$here/banned.txt" -v allow="$allow" '
        function rows(file,   row) {
            while ((getline row < file) > 0) {
                if (row !~ /^#/ && row != "") lines[++n] = row
            }
            close(file)
        }
        BEGIN {
            rows(banned)
            for (i = 1; i <= n; i++) { split(lines[i], f, "\t"); scope[f[1]] = f[2]; instead[f[1]] = f[3] }
            n = 0
            rows(allow)
            for (i = 1; i <= n; i++) { split(lines[i], f, "\t"); allowed[f[1] " " f[2]] = 1 }
        }
        {
            match($0, /^[^:]*:[0-9]+:/)
            place = substr($0, 1, RLENGTH - 1)
            code = substr($0, RLENGTH + 1)
            file = place; sub(/:.*/, "", file)
            while (match(code, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
                before = RSTART > 1 ? substr(code, RSTART - 1, 1) : ""
                member = before == "." || (before == ">" && RSTART > 2 && substr(code, RSTART - 2, 1) == "-")
                name = substr(code, RSTART, RLENGTH - 1); sub(/[ \t]+$/, "", name)
                code = substr(code, RSTART + RLENGTH)
                if (!(name in scope) || member || index(file, scope[name] == "*" ? "" : scope[name]) != 1) continue
                if ((file " " name) in allowed) { used[file " " name] = 1; continue }
                printf "%s: %s() is banned: %s\n", place, name, instead[name]
            }
        }
        END {
            for (key in allowed) if (!(key in used)) printf "tests/hygiene/banned_allow.txt:1: nothing needs \"%s\"\n", key
        }'
)
verdict
