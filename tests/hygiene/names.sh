#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# names.sh ROOT [BUILD] - test names say area and behaviour ("unit.buf", "scenario.upload_twice"), every unit test and scenario in the
# tree is registered with ctest, and tests/optional.txt names tests that exist. BUILD is a configured build folder.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
build=${2:?usage: names.sh ROOT BUILD}
areas='unit|abi|scenario|runners|hygiene|sample|torture|fuzz|bench|memcheck|plugin|service|engine'
mapfile -t names < <(ctest --test-dir "$build" -N | sed -nE 's/^ *Test +#[0-9]+: (.*)/\1/p')
[ ${#names[@]} -gt 0 ] || finding "$(basename "$build")" 1 "ctest lists no tests"

for name in "${names[@]}"; do
    [[ $name =~ ^($areas)(\.[a-z0-9]+([_-][a-z0-9]+)*)+$ ]] ||
        finding tests 1 "test \"$name\" is not named AREA.BEHAVIOUR in lower case; areas are ${areas//|/, }"
done
registered() {
    printf '%s\n' "${names[@]}" | grep -xF -- "$1" >/dev/null
}
while read -r file; do
    name=unit.$(basename "$file" .c)
    registered "$name" || grep -qF "${file#tests/}" "$root/tests/CMakeLists.txt" 2>/dev/null ||
        finding "$file" 1 "is not registered: there is no test $name, and tests/CMakeLists.txt does not name it"
done < <(files '*.c' | grep -E '^tests/unit/[^/]*\.c$' || true)
while read -r file; do
    name=scenario.$(basename "$file" .sh)
    registered "$name" || finding "$file" 1 "is not registered: there is no test $name"
done < <(files '*.sh' | grep -E '^tests/scenarios/[^/]*\.sh$' | grep -v '/lib[^/]*\.sh$' || true)
if [ -e "$root/tests/optional.txt" ]; then
    while read -r name; do
        registered "$name" || finding tests/optional.txt 1 "names $name, and there is no such test"
    done < <(sed -e 's/#.*//' -e 's/[[:space:]].*//' -e '/^$/d' "$root/tests/optional.txt")
fi
verdict
