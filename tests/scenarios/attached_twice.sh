#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A test that attaches the same file twice, or two files of the same bytes, does not wait for them for ever.
. "$(dirname "$0")/lib.sh"

mkdir shots
echo 'picture' >shots/1.png
cp shots/1.png shots/2.png
cat >r.xml <<'EOT'
<testsuite name="s">
<testcase name="one file, twice"><system-out>
[[ATTACHMENT|shots/1.png]]
[[ATTACHMENT|shots/1.png]]
</system-out></testcase>
<testcase name="two files, one picture" classname="c"><system-out>
[[ATTACHMENT|shots/1.png]]
[[ATTACHMENT|shots/2.png]]
</system-out><properties><property name="attachment" value="shots/2.png"/></properties></testcase>
</testsuite>
EOT
ferry upload --to local:AO r.xml
exits 0
says "receipt: complete"
holds AO results 2
ferry status
says "nothing is waiting"
