#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# includes.sh - who may include whom: base <- host <- engine <- cmd; base knows of ferry only ferry/base.h; a plugin sees abi/, its
# own folder, five headers of base, expat and the processor; its service (service*) and its mock (mock/) see the kit, too, and a mock
# libxml2 and zlib; abi/ sees itself and C; nothing includes a plugin. Tests see all.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What of C a plugin may use: nothing that opens, waits, asks the clock or the environment.
c_headers="assert.h ctype.h errno.h float.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h"
base_headers="arena.h buf.h calendar.h json.h multipart.h text.h"

# FILE LINE HEADER for every #include of the tree, "<x.h>" or "x.h" still in its brackets.
includes() {
    (cd "$root" && files '*.c' '*.h' '*.cc' '*.cpp' |
        xargs -r -d '\n' grep -HnE '^[[:space:]]*#[[:space:]]*include\b' |
        sed -nE 's/^([^:]*):([0-9]+):[^<"]*(<[^>]*>|"[^"]*").*/\1 \2 \3/p')
}

told < <(
    { files '*.h' | sed 's/^/header /'; includes | sed 's/^/include /'; } |
        awk -v c_headers="$c_headers" -v base_headers="$base_headers" '
        BEGIN {
            rank["core/base"] = 1; rank["core/host"] = 2; rank["core/engine"] = 3; rank["core/cmd"] = 4
            rank["core"] = 5
            split(c_headers, list, " "); for (i in list) c[list[i]] = 1
            split(base_headers, list, " "); for (i in list) base[list[i]] = 1
        }
        function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        function bare(path) { sub(/.*\//, "", path); return path }
        function tell(what) { printf "%s:%s: %s\n", file, line, what }

        $1 == "header" {
            exists[$2] = 1
            where = folder($2)
            if (where in rank) {
                if (bare($2) in core) printf "%s:1: %s has a header of this name too\n", $2, core[bare($2)]
                core[bare($2)] = where
            }
            if (where ~ /^plugins\//) plugin[bare($2)] = where
            next
        }
        { file = $2; line = $3; quoted = $4 ~ /^"/; name = substr($4, 2, length($4) - 2); own = folder(file) }
        own ~ /^(tests|demo)(\/|$)/ { next }
        name ~ /(^|\/)\.\.?(\/|$)/ { tell("\"" name "\" leaves its folder by a relative path"); next }
        name ~ /(^|\/)(core|plugins|tests)\// { tell("\"" name "\" names a folder of the tree; include paths do that"); next }
        quoted && ((own "/" name) in exists) { next }

        own ~ /^abi\/ferry$/ {
            if (!(name in c)) tell("abi/ includes " name "; it may see itself and C only")
            next
        }
        name ~ /^ferry\// {
            if (!(("abi/" name) in exists)) tell("there is no abi/" name)
            if (own == "core/base" && name != "ferry/base.h") tell("core/base includes " name "; of ferry it knows ferry/base.h only")
            next
        }
        own in rank {
            if (name in core) {
                if (rank[core[name]] > rank[own]) tell(own " includes " name " of " core[name] ", which is built on it")
            } else if (name in plugin) {
                tell(own " includes " name " of " plugin[name] "; nothing includes a plugin")
            }
            next
        }
        own ~ /^(plugins\/|abi\/)/ {
            if (name in c || name == "expat.h" || name ~ /^[a-z]*intrin\.h$/) next
            if (name in core && core[name] == "core/base" && name in base) next
            mock = own ~ /^plugins\/[^\/]+\/mock$/
            if (mock && (name ~ /^libxml\// || name == "zlib.h")) next
            if (name == "service_kit.h" && (mock || bare(file) ~ /^service/)) next
            if (name in core) tell("a plugin includes " name " of " core[name] "; of core it may see " base_headers)
            else if (name == "service_kit.h") tell("a plugin includes " name "; it is for service*.[ch] and mock/ alone")
            else if (name in plugin) tell("a plugin includes " name " of " plugin[name] "; nothing includes a plugin")
            else tell("a plugin includes " name "; it may see ferry/, its own folder, C, expat and the processor")
        }'
)
verdict
