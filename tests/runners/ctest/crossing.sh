#!/bin/sh
# SPDX-License-Identifier: MIT
# crossing.sh WHAT - what the tests of CMakeLists.txt do.
case $1 in
passes) echo "all aboard" ;;
fails)
    echo "fare <&\"'> ]]> grüß 渡し船"
    exit 1
    ;;
crashes) kill -s SEGV $$ ;;
hangs) exec sleep 60 ;;
exits) exit "$2" ;;
astral)
    echo "rocket 🚀 landed"
    exit 1
    ;;
control_bytes)
    printf 'esc \033[31mred\033[0m one \001 bell \007 end\n'
    exit 1
    ;;
no_utf8)
    printf 'latin gr\374\337 end\n'
    exit 1
    ;;
boards)
    echo "seats: $2"
    [ "$2" -gt 0 ]
    ;;
esac
