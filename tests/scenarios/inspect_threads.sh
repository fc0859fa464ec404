#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry inspect` reads several reports at a time and tells the same, in the same order, as one thread does: results, warnings, errors.
. "$(dirname "$0")/lib.sh"

mkdir -p build
{
    printf '<testsuite name="large">'
    for i in {1..6000}; do
        printf '<testcase classname="c" name="large %s" time="0.1"><system-out>%0200d</system-out></testcase>' "$i" "$i"
    done
    printf '</testsuite>'
} >build/a-large.xml
for i in {10..60}; do
    report "build/b-$i.xml" "one of $i" "two=K_$i" "three!"
done
printf '<testsuite name="s"><testcase name="cut off"/>' >build/b-20x.xml
printf '<testsuite name="s" tests="7"><testcase name="contradicts" time="soon"/></testsuite>' >build/b-30x.xml
printf '<project><modules/></project>' >build/b-40x.xml
: >build/b-50x.xml
{
    printf '<testsuite name="warned">'
    for i in {1..3000}; do
        printf '<testcase name="w %s" time="x%s"/>' "$i" "$i"
    done
    printf '</testsuite>'
} >build/b-55x.xml

for form in --color=never --json --ndjson; do
    ferry inspect "$form" --threads 1 'build/*.xml' nowhere.xml
    exits 3
    err_has "left out: build/b-40x.xml"
    cp "$work/out" "$work/out.1"
    cp "$work/err" "$work/err.1"
    for threads in 2 5 64; do
        ferry inspect "$form" --threads "$threads" 'build/*.xml' nowhere.xml
        exits 3
        cmp "$work/out.1" "$work/out" || fail "$form: $threads threads tell the same results in the same order"
        cmp "$work/err.1" "$work/err" || fail "$form: $threads threads tell the same errors in the same order"
    done
done
is "results" "$(grep -c . "$work/out.1")" "$((6000 + 51 * 3 + 1 + 1 + 3000))"

for wrong in 0 65 -1; do
    ferry inspect --threads="$wrong" build
    exits 2
    err_has "--threads $wrong: is not from 1 to 64"
done
