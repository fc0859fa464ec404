#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Texts over 1 MiB reach the tracker whole, also by way of a mirror; those over the limit stay here and are named.
. "$(dirname "$0")/lib.sh"

# text WORD MIB
text() { yes "$1 of a test that had much to say ......................................." | head -c $(($2 * 1048576)); }
text trace 2 >trace.txt
text stdout 3 >stdout.txt
text stderr 1 >stderr.txt
text more 1 >>stderr.txt
{
    echo '<testsuite name="s"><testcase classname="c" name="talks"><properties><property name="Automation Key" value="K_1"/></properties>'
    printf '<failure message="no"><![CDATA[' && cat trace.txt && echo ']]></failure>'
    printf '<system-out>' && cat stdout.txt && echo '</system-out>'
    printf '<system-err>' && cat stderr.txt && echo '</system-err></testcase></testsuite>'
} >r.xml
sum() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
all="$(sum trace.txt) $(sum stdout.txt) $(sum stderr.txt)"

# blobs PROJECT: what its result names, in order; each of them has to be there with that digest.
blobs() { export_of "$1" | jq -r '.results[] | [.details_blob, .stdout_blob, .stderr_blob] | join(" ")'; }
kept() {
    local digest
    for digest in $1; do
        find .ferry/local -type f -name "*${digest:10}*" | grep -q . || fail "the local tracker has the bytes of $digest"
    done
}

ferry upload --to local:AO --mirror local:DEMO r.xml
exits 0
says_not "left out"
is "texts in the primary" "$(blobs AO)" "$all"
is "texts in the mirror" "$(blobs DEMO)" "$all"
kept "$all"

# A mirror that reads back has no report any more: the texts come from the source.
rm -rf .ferry/journal* .ferry/spool
ferry mirror --source-project local:AO --use-latest-source-run --target-project local:LATER
exits 0
is "texts read back" "$(blobs LATER)" "$all"

# One over the limit is kept here, named with the limit and its cure, and costs the result nothing else.
echo '{ "attachments": { "max_size": "2M" } }' >ferry.json
ferry upload --to local:SMALL --again r.xml
exits 0
err_has "r.xml: text-too-large: stdout of \"talks\" has 3145728 bytes, and 2097152 are the most that is sent (attachments.max_size)"
is "texts under the limit" "$(blobs SMALL)" "$(sum trace.txt)  $(sum stderr.txt)"
out_has "parts left out 1"
