#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# self_test.sh CHECK - shows that a check can fail. A small tree that keeps every rule must pass; then each case below breaks it
# in one place, and the check must exit 1 and say where and what. Cases are functions named CHECK__WHAT; what they print is the
# text that the check has to tell.
# shellcheck disable=SC2016 # what stands in single quotes is text of other files
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
check=${1:?usage: self_test.sh CHECK}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
spdx='SPDX-License-Identifier: MIT'

# put FILE LINE...: a file of the tree.
put() {
    local file=$tree/$1
    shift
    mkdir -p "$(dirname "$file")"
    printf '%s\n' "$@" >"$file"
}

c_file() {
    local file=$1
    shift
    put "$file" "/* $spdx */" "$@"
}

# n lines of a statement.
statements() {
    local i
    for ((i = 0; i < $1; i++)); do
        echo '    n++;'
    done
}

# A tree in which every rule holds.
good_tree() {
    rm -rf "${tree:?}"/*
    put .clang-format 'BasedOnStyle: LLVM' 'IndentWidth: 4' 'BreakBeforeBraces: Linux'
    local d
    for d in core core/base core/host core/engine core/cmd plugins/kit plugins/one plugins/one/mock tests/unit tests/scenarios abi; do
        put "$d/README.md" "# $d"
    done
    put CMakeLists.txt "# $spdx"
    c_file abi/ferry/base.h '#include <stdint.h>'
    c_file abi/ferry/model.h '#include "base.h"'
    c_file core/base/buf.h '#include <ferry/base.h>'
    c_file core/base/db.h '#include "buf.h"' '#include <sqlite3.h>'
    c_file core/host/config.h '#include <buf.h>' '#include <ferry/model.h>'
    c_file core/engine/journal.h '#include <config.h>'
    c_file core/cmd/cmd.h '#include <journal.h>'
    c_file core/main.c '#include <cmd.h>'
    c_file plugins/one/own.h '#include <stddef.h>'
    c_file plugins/one/one.c '#include "own.h"' '' '#include <buf.h>' '#include <expat.h>' '#include <ferry/model.h>'
    c_file plugins/kit/service_kit.h '#include <buf.h>'
    c_file plugins/one/service_one.c '#include <service_kit.h>'
    c_file plugins/one/mock/mock.c '#include <libxml/tree.h>' '#include <service_kit.h>' '#include <zlib.h>'
    c_file core/base/buf.c '/* strcpy(a, b) */' 'static const char *text = "gets(x) \" sprintf(y)";' \
        'int f(int n)' '{' "$(statements 77)" '}'
    c_file tests/unit/buf.c 'int main(void);'
    put tests/scenarios/upload.sh '#!/bin/sh' "# $spdx" 'echo "$HOME"'
    chmod +x "$tree/tests/scenarios/upload.sh"
    put tests/optional.txt '# list' 'hygiene.format  no clang-format'
    put build/CTestTestfile.cmake 'add_test(unit.buf "true")' 'add_test(scenario.upload "true")' \
        'add_test(hygiene.format "true")'
}

includes__base_sees_host() { c_file core/base/x.h '#include <config.h>' && echo 'core/base/x.h:2: core/base includes config.h of core/host'; }
includes__base_sees_model() { c_file core/base/x.h '#include <ferry/model.h>' && echo 'core/base/x.h:2: core/base includes ferry/model.h'; }
includes__host_sees_engine() { c_file core/host/x.c '#include <journal.h>' && echo 'core/host/x.c:2: core/host includes journal.h'; }
includes__engine_sees_cmd() { c_file core/engine/x.c '#include "cmd.h"' && echo 'core/engine/x.c:2: core/engine includes cmd.h'; }
includes__core_sees_plugin() { c_file core/engine/x.c '#include <own.h>' && echo 'core/engine/x.c:2: core/engine includes own.h of plugins/one'; }
includes__plugin_sees_host() { c_file plugins/one/x.c '#include <config.h>' && echo 'plugins/one/x.c:2: a plugin includes config.h'; }
includes__plugin_sees_db() { c_file plugins/one/x.c '#include <db.h>' && echo 'plugins/one/x.c:2: a plugin includes db.h'; }
includes__plugin_sees_plugin() { c_file plugins/two/x.c '#include "own.h"' && echo 'plugins/two/x.c:2: a plugin includes own.h of plugins/one'; }
includes__plugin_sees_curl() { c_file plugins/one/x.c '#include <curl/curl.h>' && echo 'plugins/one/x.c:2: a plugin includes curl/curl.h'; }
includes__plugin_sees_unistd() { c_file plugins/one/x.c ' # include <unistd.h>' && echo 'plugins/one/x.c:2: a plugin includes unistd.h'; }
includes__codec_sees_kit() { c_file plugins/one/x.c '#include <service_kit.h>' && echo 'plugins/one/x.c:2: a plugin includes service_kit.h; it is for service'; }
includes__codec_sees_libxml() { c_file plugins/one/x.c '#include <libxml/tree.h>' && echo 'plugins/one/x.c:2: a plugin includes libxml/tree.h'; }
includes__abi_sees_core() { c_file abi/ferry/x.h '#include <buf.h>' && echo 'abi/ferry/x.h:2: abi/ includes buf.h'; }
includes__relative_path() { c_file core/base/x.c '#include "../host/config.h"' && echo 'core/base/x.c:2: "../host/config.h" leaves its folder'; }
includes__tree_path() { c_file core/cmd/x.c '#include <plugins/one/own.h>' && echo 'core/cmd/x.c:2: "plugins/one/own.h" names a folder'; }
includes__two_headers_one_name() { c_file core/engine/buf.h && echo 'core/engine/buf.h:1: core/base has a header of this name'; }

format__indent() { c_file core/base/x.c 'int f(void)' '{' '  return 1;' '}' && echo 'core/base/x.c:2: not as clang-format leaves it'; }
format__header() { c_file plugins/one/x.h 'int  f(void);' && echo 'plugins/one/x.h:2: not as clang-format leaves it'; }

banned__strcpy() { c_file core/base/x.c 'void f(void) { strcpy(a, b); }' && echo 'core/base/x.c:2: strcpy() is banned'; }
banned__in_tests() { c_file tests/unit/x.c 'int f(void) { return atoi (s); }' && echo 'tests/unit/x.c:2: atoi() is banned'; }
banned__after_a_string() { c_file core/x.c 'void f(void) { g("/*"); system("ls"); /* */ }' && echo 'core/x.c:2: system() is banned'; }
banned__nested() { c_file core/x.c 'int f(void) { return g(rand()); }' && echo 'core/x.c:2: rand() is banned'; }
banned__file_in_plugin() { c_file plugins/one/x.c 'void f(void) { fopen("x", "r"); }' && echo 'plugins/one/x.c:2: fopen() is banned'; }
banned__useless_allowance() { put tests/hygiene/banned_allow.txt $'core/base/buf.c\tsprintf\tnone' && echo 'nothing needs "core/base/buf.c sprintf"'; }

length__81_lines() { c_file core/base/x.c 'int f(int n)' '{' "$(statements 78)" '}' && echo 'core/base/x.c:2: f() has 81 lines'; }
length__in_header() { c_file core/base/x.h 'static inline int f(int n)' '{' "$(statements 90)" '}' && echo 'core/base/x.h:2: f() has 93 lines'; }

readmes__missing() { c_file plugins/two/two.c 'int n;' && echo 'plugins/two/README.md:1: missing'; }
readmes__dead_link() { put core/README.md '# core' '[here](nowhere.md)' && echo 'core/README.md:2: links to nowhere.md'; }

words__in_comment() { c_file core/x.c "/* FIX""ME: later */" && echo 'core/x.c:2: says "FIX''ME"'; }
words__in_cmake() { put cmake/x.cmake "# $spdx" "# TO""DO" && echo 'cmake/x.cmake:2: says "TO''DO"'; }
words__in_page() { put core/README.md "not yet imple""mented" && echo 'core/README.md:1: says "not yet imple''mented"'; }

spdx__c() { put core/x.c 'int n;' && echo 'core/x.c:1: does not begin with'; }
spdx__after_shebang() { put x.sh '#!/bin/sh' 'true' && echo 'x.sh:1: does not begin with'; }
spdx__cmake() { put core/CMakeLists.txt 'project(x)' && echo 'core/CMakeLists.txt:1: does not begin with'; }
spdx__empty() { : >"$tree/core/x.c" && echo 'core/x.c:1: is empty'; }

paths__home() { put core/README.md "see /ho""me/ann/ferry" && echo 'core/README.md:1: names a home folder'; }
paths__root_home() { c_file core/x.c "static const char *p = \"/ro""ot/x\";" && echo 'core/x.c:2: names a home folder'; }
paths__registry() { put cmake/x.cmake "# $spdx" "# https://regis""try.npmjs.org/x" && echo 'cmake/x.cmake:2: names the host of a package registry'; }
paths__above() { put core/README.md "cd $(dirname "$tree")/other" && echo 'core/README.md:1: names the folder above'; }

shell__quotes() { put x.sh '#!/bin/sh' 'rm $1' && chmod +x "$tree/x.sh" && echo 'x.sh:2:'; }
shell__scenario() { put tests/scenarios/x.sh '#!/bin/sh' 'rm $1' && chmod +x "$tree/tests/scenarios/x.sh" && echo 'tests/scenarios/x.sh:2:'; }
shell__library() { put tests/scenarios/lib.sh '# shellcheck shell=sh' 'rm $1' && echo 'tests/scenarios/lib.sh:2:'; }
shell__not_executable() { put x.sh '#!/bin/sh' 'true' && echo 'x.sh:1: begins with #!'; }
shell__ci() { put .ci/run '#!/bin/sh' 'rm $1' && chmod +x "$tree/.ci/run" && echo '.ci/run:2:'; }

names__no_area() { echo 'add_test(upload_twice "true")' >>"$tree/build/CTestTestfile.cmake" && echo 'test "upload_twice" is not named'; }
names__upper_case() { echo 'add_test(unit.Upload "true")' >>"$tree/build/CTestTestfile.cmake" && echo 'test "unit.Upload" is not named'; }
names__unit_not_registered() { c_file tests/unit/arena.c 'int main(void);' && echo 'tests/unit/arena.c:1: is not registered'; }
names__scenario_not_registered() { put tests/scenarios/x.sh "# $spdx" && echo 'tests/scenarios/x.sh:1: is not registered'; }
names__optional_unknown() { put tests/optional.txt 'unit.gone' && echo 'names unit.gone, and there is no such test'; }

# Runs the check on the tree: its exit code in $rc, what it said in $said.
run_check() {
    local extra=()
    [ "$check" != names ] || extra=("$tree/build")
    rc=0
    said=$("$here/$check.sh" "$tree" "${extra[@]}" 2>&1) || rc=$?
}

# paths.sh takes the folder above as this machine's; a tree right in /tmp would hide that.
if [ "$check" = paths ]; then
    mkdir -p "$tree/above/tree"
    tree=$tree/above/tree
    trap 'rm -rf "${tree%/above/tree}"' EXIT
fi
good_tree
run_check
if [ "$rc" -eq 77 ]; then
    printf '%s\n' "$said"
    exit 77
elif [ "$rc" -ne 0 ]; then
    printf 'a tree that keeps the rules did not pass (%d):\n%s\n' "$rc" "$said"
    exit 1
fi
failed=0 cases=0
for case in $(compgen -A function | grep "^${check}__"); do
    good_tree
    want=$("$case")
    run_check
    cases=$((cases + 1))
    if [ "$rc" -ne 1 ] || ! grep -qF -- "$want" <<<"$said"; then
        printf '%s: wanted exit 1 and "%s"; got exit %d and:\n%s\n' "$case" "$want" "$rc" "$said"
        failed=$((failed + 1))
    fi
done
printf '%s: %d broken trees, %d not caught\n' "$check" "$cases" "$failed"
[ "$cases" -gt 0 ] && [ "$failed" -eq 0 ]
