#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One test for each thing that bats can say; expected.json tells what has to arrive.

@test "passes [BATS_001]" {
    [ $((2 + 2)) -eq 4 ]
}

@test "fails with <&\"'> ]]> [BATS_002]" {
    echo "fare <&\"'> ]]> grüß 渡し船"
    return 1
}

@test "command not found [BATS_003]" {
    no-such-ferry --now
}

@test "skipped with a reason [BATS_004]" {
    skip "no ferry on Sundays: Fähre ruht"
}

@test "skipped without one" {
    skip
}

@test "astral 🚀 and grüß 渡し船 [BATS_005]" {
    echo "rocket 🚀 landed"
    false
}

@test "control bytes [BATS_006]" {
    printf 'esc \033[31mred\033[0m one \001 bell \007 end\n'
    false
}

@test "no UTF-8 [BATS_007]" {
    printf 'latin gr\374\337 end\n'
    false
}

@test "output of a test that passes [BATS_008]" {
    printf 'esc \033[31m' >&2
    echo "# said \"hello\"" >&3
}

@test "no key" {
    :
}
