#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry inspect` in its three forms: what is counted, what is refused and named, and that nothing of a report reaches a terminal raw.
. "$(dirname "$0")/lib.sh"

mkdir -p build/a build/b/shots
report build/a/TEST-1.xml one two=KEY_2 "three!"
report build/b/TEST-2.xml four
printf '<project><modules/></project>' >build/b/pom.xml
printf 'token' >secret
printf 'picture' >build/b/shots/1.png

# A pattern, expanded by ferry; a file that is no report is left out by name and costs nothing.
ferry inspect --json 'build/**/*.xml'
exits 0
err_has "build/b/pom.xml: no reader knows it"
is "members" "$(out_jq 'keys_unsorted | join(" ")')" "schema_version files totals"
is "file members" "$(out_jq '.files[0] | keys_unsorted | join(" ")')" \
    "path tests passed failed errored skipped not_run flaky duration_ms truncated warnings"
is "paths" "$(out_jq '[.files[].path] | join(" ")')" "build/a/TEST-1.xml build/b/TEST-2.xml"
is "totals" "$(out_jq '.totals | [.[]] | join(" ")')" "4 3 1 0 0 0 0 500"
cp "$work/out" "$work/first"
ferry inspect --json build/b build/a/TEST-1.xml 'build/?/TEST-2.xml'
exits 0
cmp -s "$work/first" "$work/out" || fail "order and grouping of inputs change nothing"

# Named itself, the same file is refused, and the rest is told.
ferry inspect --json build/a/TEST-1.xml build/b/pom.xml nowhere.xml
exits 3
is "errors" "$(out_jq '[.files[] | select(.error) | .path] | join(" ")')" "nowhere.xml build/b/pom.xml"
is "tests" "$(out_jq .totals.tests)" 3
ferry inspect build/b/pom.xml
exits 4
ferry inspect 'build/*.nothing'
exits 4
err_has "build/*.nothing: matches no file"
ferry inspect --allow-empty 'build/*.nothing'
exits 0
ferry inspect
exits 2
ferry inspect --json --ndjson build
exits 2
ferry inspect --reader-option junit.no-such-thing=1 build
exits 2

# Cut off: what was read counts, and the exit code tells.
head -c 330 build/a/TEST-1.xml >cut.xml
ferry inspect --json cut.xml
exits 3
is "truncated" "$(out_jq '.files[0].truncated')" true
[ "$(out_jq .totals.tests)" -gt 0 ] || fail "what stands before the cut is read"

# Packed, twice packed in one file, and cut.
gzip -c build/a/TEST-1.xml >one.xml.gz
ferry inspect --json one.xml.gz
exits 0
is "tests" "$(out_jq .totals.tests)" 3
head -c 150 one.xml.gz >cut.gz
ferry inspect --json cut.gz
says "gzip-truncated"
head -c 3000000 /dev/zero | gzip -c >bomb.gz
ferry inspect --max-unpacked 1m build/a/TEST-1.xml bomb.gz
exits 3

# Attachments: the one beside the report is opened, the one outside is named, neither costs the result anything.
cat >build/b/files.xml <<'X'
<testsuite name="s"><testcase classname="c" name="n"><system-out>[[ATTACHMENT|shots/1.png]]
[[ATTACHMENT|../../secret]]
[[ATTACHMENT|/etc/passwd]]</system-out></testcase></testsuite>
X
ferry inspect --json build/b/files.xml
exits 0
is "codes" "$(out_jq '[.files[0].warnings[].code] | join(" ")')" "attachment-outside attachment-outside"
ferry inspect --ndjson build/b/files.xml
is "opened" "$(out_jq '[.attachments[] | "\(.name):\(.opened):\(.bytes)"] | join(" ")')" \
    "1.png:true:7 secret:false:null passwd:false:null"

# One line a result, with its key.
ferry inspect --ndjson build/a
exits 0
is "lines" "$(wc -l <"$work/out")" 3
is "keys" "$(jq -rs '[.[] | .key // "-"] | join(" ")' "$work/out")" "- KEY_2 -"
is "names" "$(jq -rs '[.[] | "\(.suite | join("/")):\(.class):\(.name):\(.status)"] | join(" ")' "$work/out")" \
    "made:made.Suite:one:passed made:made.Suite:two:passed made:made.Suite:three:failed"

# What a report says never acts on a terminal, whichever form; a file's name neither.
evil=$(printf 'evil\033[31m\n::error::x.xml')
cat >"$evil" <<'X'
<testsuite name="s"><testcase classname="c&#27;[2J" name="red&#x9b;31m&#10;::error::x&#x202e;&#x7f;"><properties>
<property name="Automation Key" value="a&#x202e;"/><property name="Automation Key" value="b&#10;::error::"/></properties>
<system-out>[[ATTACHMENT|../&#x9b;&#x2028;]]</system-out></testcase></testsuite>
X
for form in "" --json --ndjson; do
    ferry inspect ${form:+"$form"} "$evil"
    exits 0
    if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]' "$work/out" "$work/err"; then
        fail "no character of a report acts on a terminal ($form)"
    fi
    if grep -q '^::' "$work/out" "$work/err"; then
        fail "no line of output begins with what a report says ($form)"
    fi
done
is "name" "$(out_jq .name | od -An -tx1 | tr -d ' \n' | cut -c1-10)" "726564c29b"

# From stdin, and it is not kept: nothing was written anywhere.
around=()
mapfile -d '' around < <(surroundings)
env "${around[@]}" "$FERRY" inspect --json - <build/a/TEST-1.xml >"$work/out" 2>"$work/err" ||
    fail "stdin is read"
is "path" "$(out_jq '.files[0].path')" "-"
[ ! -e .ferry ] || fail "inspect makes no state folder"
