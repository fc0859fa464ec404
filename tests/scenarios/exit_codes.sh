#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The exit codes a pipeline acts on, each from the cause that it is documented for.
. "$(dirname "$0")/lib.sh"

cp "$samples"/*.xml .
ferry upload --to local:AO basic.xml
exits 0
ferry upload --to local:AO --fail-on-test-failure basic.xml
exits 1
report green.xml a b
ferry upload --to local:AO --fail-on-test-failure green.xml
exits 0

ferry upload --no-such-option basic.xml
exits 2

head -c 700 basic.xml >cut.xml
ferry upload --to local:CUT cut.xml
exits 3
says "cut.xml"
[ "$(count CUT results)" -gt 0 ] || fail "what was read of a cut report is delivered"
ferry upload --to local:CUTTOO cut.xml green.xml
exits 3
[ "$(count CUTTOO results)" -gt 2 ] || fail "the whole report beside a cut one is delivered"
# 3 stands above 1 in the table
ferry upload --to local:CUT --fail-on-test-failure cut.xml basic.xml
exits 3

ferry upload --to local:AO 'nothing-*.xml'
exits 4
says "nothing-*.xml"
echo '<testsuites/>' >empty.xml
ferry upload --to local:AO empty.xml
exits 4
ferry upload --to local:AO --allow-empty empty.xml
exits 0
ferry upload --to local:AO --allow-empty 'nothing-*.xml'
exits 0

ferry inspect basic.xml
exits 0
ferry inspect cut.xml
exits 3
ferry inspect empty.xml
exits 4
ferry help
exits 0
ferry plugins
exits 0
