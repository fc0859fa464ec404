#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles on its own, whatever was or was not included before, as C and as C++,
# with every warning an author may have switched on; and a plugin can be defined in both.
# usage: headers_alone.sh CC CXX ABI_FOLDER
set -u
cc=$1 cxx=$2 abi=$3
warnings="-Wall -Wextra -pedantic -Werror"
failed=0 compiled=0

# shellcheck disable=SC2086 # the warnings are several words
compile() { # compiler language standard text what
    # shellcheck disable=SC2086 # several words
    printf '%s\n' "$4" | "$1" -x "$2" -std="$3" $warnings -I"$abi" -fsyntax-only - || {
        echo "failed: $5 as $3"
        failed=1
    }
    compiled=$((compiled + 1))
}

plugin='#include <ferry/ferry.h>
static const void *query(const char *id) { (void)id; return NULL; }
FERRY_PLUGIN_DEFINE(alone, "alone") = {FERRY_PLUGIN_HEAD, "alone", "Alone", "1.0.0", "MIT", NULL, query};'

for header in "$abi"/ferry/*.h; do
    name=$(basename "$header")
    text="#include <ferry/$name>
#include <ferry/$name>"
    for standard in c11 c17; do
        compile "$cc" c "$standard" "$text" "$name"
    done
    for standard in c++17 c++20; do
        compile "$cxx" c++ "$standard" "$text" "$name"
    done
    # nothing may be missing where an author asks for the oldest level
    compile "$cc" c c11 "#define FERRY_ABI_LEVEL 1
$text" "$name at level 1"
done
compile "$cc" c c11 "$plugin" "a plugin"
compile "$cxx" c++ c++17 "$plugin" "a plugin"
compile "$cc" c c11 "#define FERRY_STATIC
$plugin" "a static plugin"

if [ "$compiled" -lt 30 ]; then
    echo "only $compiled compilations: no headers in $abi/ferry?"
    exit 1
fi
echo "$compiled compilations"
exit $failed
