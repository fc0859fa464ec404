#!/bin/sh
# SPDX-License-Identifier: MIT
# What an outside author does: install the ABI, copy the template, build it with CMake and with the bare compiler, and load it.
# Nothing of this tree is used but what was installed.
# usage: package.sh BUILD_FOLDER TRY_PLUGIN CC PKG_CONFIG SCRIPTS
set -eu
build=$1 try=$2 cc=$3 pkg_config=$4 scripts=$5
work=$(mktemp -d "${TMPDIR:-/tmp}/ferry-package-XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022
unset FERRY_PLUGIN_PATH || true
prefix=$work/prefix

step() { echo "== $*"; }

step "install to a prefix"
# the generator that is there: nobody has to have make
CMAKE_GENERATOR=Ninja
export CMAKE_GENERATOR
cmake --install "$build" --prefix "$prefix" --component abi > "$work/install.log"
for f in include/ferry/ferry.h share/ferry/ferry-plugin.map lib/cmake/ferry/ferry-config.cmake \
    lib/cmake/ferry/ferry-config-version.cmake lib/cmake/ferry/ferry-targets.cmake lib/pkgconfig/ferry-plugin.pc; do
    [ -f "$prefix/$f" ] || { echo "not installed: $f"; exit 1; }
done
if grep -rn "$build" "$prefix" > "$work/leaks"; then
    echo "the package names the folder it was built in:"
    cat "$work/leaks"
    exit 1
fi
# an installation may be moved as a whole
mv "$prefix" "$work/moved prefix"
prefix="$work/moved prefix"

step "the template with the CMake package"
cp -R "$prefix/share/ferry/template" "$work/tally"
cmake -S "$work/tally" -B "$work/cmake" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="-Wall -Wextra -pedantic -Werror" > "$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/cmake" > "$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
sh "$scripts/one_symbol.sh" "$work/cmake/plugins"
"$try" "$work/cmake/plugins" tally "$work/tally/sample.tally" "$work/tally/sample.expected"

step "another major is refused by the package"
mkdir "$work/newer"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(x C)\nfind_package(ferry 2 REQUIRED)\n' > "$work/newer/CMakeLists.txt"
if cmake -S "$work/newer" -B "$work/newer/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" \
    > "$work/newer.log" 2>&1; then
    echo "find_package(ferry 2) was answered with ABI major 1"
    exit 1
fi
grep -q "version: 1\." "$work/newer.log"

step "the template with pkg-config and the compiler alone"
# a path with a blank in it needs a shell's quoting, so this one goes back
mv "$prefix" "$work/prefix"
prefix=$work/prefix
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
mkdir "$work/plain"
# shellcheck disable=SC2046 # several words
$cc -std=c11 -Wall -Wextra -pedantic -Werror $("$pkg_config" --cflags ferry-plugin) \
    "$work/tally/tally.c" -o "$work/plain/tally.so" $("$pkg_config" --libs ferry-plugin)
sh "$scripts/one_symbol.sh" "$work/plain"
"$try" "$work/plain" tally "$work/tally/sample.tally" "$work/tally/sample.expected"
[ "$("$pkg_config" --variable=abi ferry-plugin)" = 1 ]
[ -f "$("$pkg_config" --variable=map ferry-plugin)" ]
[ "$(realpath -m "$("$pkg_config" --variable=plugindir ferry-plugin)")" = "$(realpath -m "$prefix/lib/ferry/plugins")" ]

step "the template has at most 60 lines"
[ "$(wc -l < "$work/tally/tally.c")" -le 60 ]
