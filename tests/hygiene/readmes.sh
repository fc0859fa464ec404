#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# readmes.sh - every folder with source has a README.md that says what lives there, and its links lead somewhere. abi/README.md is the
# door of abi/ferry, whose files explain themselves.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

while read -r folder; do
    [ "$folder" != abi/ferry ] || continue
    [ -s "$root/$folder/README.md" ] ||
        finding "$folder/README.md" 1 "missing; say what lives here, what must not, and which file to read first"
done < <(files '*.c' '*.h' '*.cc' '*.cpp' '*.sh' '*.cmake' '*.js' '*.py' | sed -nE 's,/[^/]*$,,p' | sort -u)

while read -r page; do
    while IFS=: read -r line target; do
        case $target in
        *://* | '#'* | '') continue ;;
        esac
        [ -e "$root/$(dirname "$page")/${target%%#*}" ] || finding "$page" "$line" "links to $target, which is not there"
    done < <(grep -noE '\]\([^) ]*\)' "$root/$page" | sed -E 's/\]\(//; s/\)$//')
done < <(files '*.md')
verdict
