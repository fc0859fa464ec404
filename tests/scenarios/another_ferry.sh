#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Another ferry is at it: whoever waits says for whom, and not for ever; status answers, and prune takes away nothing.
. "$(dirname "$0")/lib.sh"

mkdir shots
echo "a picture" >shots/a.png
cat >shown.xml <<'XML'
<testsuite name="shown"><testcase classname="s" name="one"><system-out>[[ATTACHMENT|shots/a.png]]</system-out></testcase></testsuite>
XML
report other.xml "t one=K_1" "t two"

# It stops in the middle of a capture: its attachment is spooled, and named by no row yet.
environment=(FERRY_CRASH_AT=capture_read:1 FERRY_CRASH_SIGNAL=19)
begin captures upload --to local:AO shown.xml
capturing=$begun
until_true state_is "$capturing" T
environment=()
ferry prune --older-than 0s
exits 0
err_has "another ferry is capturing"
out_has "forgot 0 runs and 0 spooled files"
ferry resume
exits 0
says_not "broken off"
environment=(FERRY_DELIVERY_LOCK_WAIT=1s)
ferry upload --to local:AO shown.xml
exits 74
err_has "another ferry (pid $capturing) is at it and has done nothing for 1 s; run again when it has ended"
environment=()
kill -CONT "$capturing"
ended captures "$capturing"
exits 0
is "attachments" "$(export_of AO | jq '[.results[].attachments // [] | .[]] | length')" 1

# It stops while it delivers.
environment=(FERRY_CRASH_AT=sent:1 FERRY_CRASH_SIGNAL=19)
begin delivers upload --to local:AO other.xml
delivering=$begun
until_true state_is "$delivering" T
environment=()
ferry status
exits 0
out_has "another ferry (pid $delivering) is at it"
ferry prune --older-than 0s
exits 0
report third.xml "t three=K_3"
environment=(FERRY_DELIVERY_LOCK_WAIT=1s)
ferry upload --to local:AO third.xml
exits 7
err_has "local:AO: another ferry (pid $delivering) is at it and has done nothing for 1 s"
err_has "ferry resume"
environment=()
begin waits upload --to local:AO third.xml
waiting=$begun
until_true grep -q "waiting for another ferry (pid $delivering), which delivers to local:AO" "$work/waits.err"
kill -CONT "$delivering"
ended delivers "$delivering"
exits 0
ended waits "$waiting"
exits 0
holds AO results 4
ferry status
out_has "nothing is waiting"
