#!/bin/sh
# SPDX-License-Identifier: MIT
# Each plugin of a folder exports ferry_plugin and, apart from the version's name, nothing else.
# usage: one_symbol.sh FOLDER
set -u
seen=0 failed=0
for so in "$1"/*.so; do
    [ -e "$so" ] || continue
    seen=$((seen + 1))
    # "A" with value 0 is the name of a version node
    symbols=$(nm -D --defined-only "$so" | awk '!($2 == "A" && $1 ~ /^0*$/) { sub(/@.*/, "", $3); print $3 }')
    if [ "$symbols" != ferry_plugin ]; then
        echo "$(basename "$so") exports: $(printf %s "$symbols" | paste -sd" " -); link it with ferry_add_plugin()"
        failed=1
    fi
done
if [ "$seen" -eq 0 ]; then
    echo "skipped: no plugins in $1"
    exit 77
fi
echo "$seen plugins"
exit $failed
