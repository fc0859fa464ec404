#!/bin/sh
# SPDX-License-Identifier: MIT
# crossing.sh NAME - what the tests of meson.build do.
case $1 in
passes* | 'no key') echo "all aboard" ;;
fails*)
    echo "fare <&\"'> ]]> grüß 渡し船"
    exit 1
    ;;
breaks*) exit 99 ;;
skips*) exit 77 ;;
crashes*) kill -s SEGV $$ ;;
hangs*) exec sleep 60 ;;
astral*)
    echo "rocket 🚀 landed"
    exit 1
    ;;
control*)
    printf 'esc \033[31mred\033[0m one \001 bell \007 end\n'
    exit 1
    ;;
'no UTF-8'*)
    printf 'latin gr\374\337 end\n'
    exit 1
    ;;
tap)
    cat <<'T'
TAP version 13
1..7
ok 1 - boards [MES_012]
not ok 2 - is late [MES_013]
ok 3 - rests [MES_014] # SKIP no ferry on Sundays: Fähre ruht
not ok 4 - is known to leak [MES_015] # todo known defect 12
ok 5 - leaks no more [MES_016] # todo known defect 13
ok 6 - grüß 渡し船 🚀 <&> [MES_017]
T
    printf 'not ok 7 - esc \033[31m and one \001 [MES_018]\n'
    ;;
bails*)
    printf '1..2\nok 1 - first [MES_019]\nBail out! no pier\n'
    ;;
esac
