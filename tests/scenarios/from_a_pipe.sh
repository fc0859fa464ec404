#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A report that comes through a pipe lies in no folder: what it attaches is not looked for where ferry keeps its copy. And a copy that a
# killed ferry left is swept.
. "$(dirname "$0")/lib.sh"

echo '<testsuite><testcase name="a"><system-out>[[ATTACHMENT|journal.db]] [[ATTACHMENT|../journal.db]]</system-out></testcase></testsuite>' >r.xml
mkfifo pipe
cat r.xml >pipe &
ferry upload --to local:AO pipe
exits 0
err_has 'attachment "journal.db": the report came'
holds AO results 1
is "attachments" "$(export_of AO | jq '[.results[].attachments // [] | .[]] | length')" 0
is "blobs" "$(find .ferry -path '*/spool/*' -type f | wc -l)" 0

exec {writer}<>pipe
input=pipe
begin killed upload --to local:AO -
echo '<testsuite>' >&"$writer"
copies() {
    find .ferry -name 'stream-*'
}
has_copy() {
    copies | grep -q .
}
until_true has_copy
kill -KILL "$begun"
wait "$begun" 2>/dev/null
ferry prune
exits 0
is "a copy that may still be written" "$(copies | wc -l)" 1
touch -d '2 days ago' "$(copies)"
ferry prune
exits 0
is "a copy of the day before yesterday" "$(copies | wc -l)" 0
