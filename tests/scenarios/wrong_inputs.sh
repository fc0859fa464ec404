#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Each line of wrong_inputs.tsv: something is wrong in a command line, a config, a report, a plugin or on the disk; ferry must exit with that code
# and say that. Every row runs in a folder of its own, and all rows are tried before the verdict.
#
#   wrong_inputs.sh         all rows
#   wrong_inputs.sh NAME... these rows, with what ferry said
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_wrong.sh"
HOLD_LOCK=${HOLD_LOCK:-$(dirname "$FERRY")/../tests/scenarios/hold_lock}

# --- what is given, before the command; the second column names one or several, joined by "+" ---

given_report() { cp "$samples/basic.xml" r.xml; }
given_keyed() { cp "$samples/keyed.xml" r.xml; }
given_uploaded() {
    given_keyed
    ferry upload --to local:AO r.xml
    exits 0
}
given_open_run() {
    given_keyed
    ferry upload --to local:AO --run-key K r.xml
    exits 0
}
given_part_blank() { environment+=("FERRY_PART=  "); }
given_qase_token() { environment+=("QASE_API_TOKEN=a-token-for-nobody"); }
given_qase_hook() { environment+=("QASE_WEBHOOK_SECRET=open-sesame-4711"); }
given_token() { (umask 077 && echo 0123456789abcdef-token >token) && environment+=("FERRY_SERVE_UPLOAD_TOKEN_FILE=token"); }
given_token_missing() { environment+=("FERRY_SERVE_UPLOAD_TOKEN_FILE=nowhere"); }
given_token_shown() { given_token && chmod 644 token; }
given_token_short() { given_token && echo short >token; }
given_token_folder() { mkdir token && environment+=("FERRY_SERVE_UPLOAD_TOKEN_FILE=token"); }
given_token_repo() { echo '{ "serve": { "upload_token_file": "token" } }' | config; }
given_upload_size() { environment+=("FERRY_SERVE_UPLOAD_MAX_SIZE=2g"); }
given_upload_root_out() { echo '{ "serve": { "upload_root": "../elsewhere" } }' | config; }
given_half_tls() { environment+=("FERRY_SERVE_TLS_CERT=/nowhere.pem"); }
given_no_tls() { environment+=("FERRY_SERVE_TLS_CERT=/nowhere.pem" "FERRY_SERVE_TLS_KEY=/nowhere.key"); }
config() { cat >ferry.json; }
given_config_comma() { printf '{\n  "upload": { "to": "local:AO" }\n  "trackers": {}\n}\n' | config; }
given_config_cut() { printf '{\n  "upload": { "to": "local:AO"' | config; }
given_config_empty() { printf '' | config; }
given_config_list() { echo '[]' | config; }
given_config_key() { echo '{ "uplaod": { "to": "local:AO" } }' | config; }
given_config_nested_key() { printf '{\n  "upload": { "too": "local:AO" }\n}\n' | config; }
given_config_twice() { echo '{ "upload": { "to": "local:AO", "to": "local:DEMO" } }' | config; }
given_config_type() { echo '{ "upload": { "to": 7 } }' | config; }
given_config_choice() { echo '{ "upload": { "on_delivery_error": "shrug" } }' | config; }
# shellcheck disable=SC2016 # the variable is for ferry to expand
given_config_env() { echo '{ "upload": { "to": "${NO_SUCH_VARIABLE}" } }' | config; }
given_config_plugin() { echo '{ "trackers": { "main": { "plugin": "locall", "project": "AO" } }, "upload": { "to": "main" } }' | config; }
given_config_no_plugin() { echo '{ "trackers": { "main": { "project": "AO" } }, "upload": { "to": "main" } }' | config; }
given_config_option() { echo '{ "trackers": { "main": { "plugin": "local", "project": "AO", "tokn": "x" } }, "upload": { "to": "main" } }' | config; }
given_config_unknown_to() { echo '{ "trackers": { "main": { "plugin": "local", "project": "AO" } }, "upload": { "to": "mian" } }' | config; }
given_config_range() { echo '{ "delivery": { "jobs": 0 } }' | config; }
given_config_duration() { echo '{ "delivery": { "settle": "soon" } }' | config; }
given_config_folders() { echo '{ "plugins": { "folders": ["./mine"] } }' | config; }
given_config_tls() { echo '{ "tls": { "verify": false } }' | config; }
given_config_log_out() { echo '{ "exchange_log_dir": "../elsewhere" }' | config; }
given_config_log_bodies() { echo '{ "exchange_log_dir": "log", "exchange_log_bodies": "perhaps" }' | config; }
given_config_path_out() { echo '{ "state": { "path": "../elsewhere" } }' | config; }
given_config_bytes() { printf '{ "upload": { "to": "\377\376" } }\n' | config; }
given_config_folder() { mkdir ferry.json; }
given_config_empty_tracker() { echo '{ "trackers": { "main": {} } }' | config; }
given_config_list_option() { echo '{ "trackers": { "main": { "plugin": "local", "project": "AO", "auth": ["none"] } } }' | config; }
given_config_many_trackers() { jq -n '{trackers: ([range(300) | {key: "t\(.)", value: {plugin: "local", project: "AO"}}] | from_entries)}' | config; }
given_config_many_keys() { jq -n '{trackers: ([range(190) | {key: "t\(.)", value: ({plugin: "local"} + ([range(12) | {key: "k\(.)", value: 1}] | from_entries))}] | from_entries)}' | config; }
given_no_home() { environment+=("HOME="); }
given_map_missing() { echo '{ "automation_key": { "map": "keys.tsv" } }' | config; }

given_map_folder() { mkdir keys.tsv; }
given_map_pipe() { mkfifo keys.tsv; }
given_map_utf16() { printf '\377\376a\0,\0K\0\n\0' >keys.tsv; }
given_map_workbook() { printf 'PK\003\004\024\000' >keys.tsv; }
given_map_tabs() { printf '# test\tkey\n**/a\tK\n' >keys.tsv; }
given_map_semicolons() { printf '**/a;K\n' >keys.tsv; }
given_map_two_keys() { printf '**/a,K\n**/a,L\n' >keys.tsv; }
given_map_empty() { : >keys.tsv; }

given_empty_file() { : >r.xml; }
given_empty_root() { echo '<testsuites/>' >r.xml; }
given_contradiction() { echo '<testsuites errors="1"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>' >r.xml; }
given_html() { printf '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>\n' >r.xml; }
given_other_root() { printf '<project><target name="x"/></project>\n' >r.xml; }
given_pom() { echo '<project><modules/></project>' >pom.xml; }
given_json() { echo '{"results": []}' >r.xml; }
given_bytes() { head -c 5000 "$FERRY" >r.xml; }
given_cut() { head -c 700 "$samples/basic.xml" >r.xml; }
given_mismatched() { printf '<testsuite name="s">\n<testcase name="a"/>\n<testcase name="b"></testsuite>\n' >r.xml; }
given_laughs() {
    {
        echo '<!DOCTYPE x ['
        echo '<!ENTITY a0 "ha ha ha ha ha ha ha ha ha ha">'
        local i
        for ((i = 1; i < 12; i++)); do
            printf '<!ENTITY a%d "' "$i"
            printf "&a$((i - 1));%.0s" 1 2 3 4 5 6 7 8 9 10
            echo '">'
        done
        echo ']><testsuite name="s"><testcase name="a"><system-out>&a11;</system-out></testcase></testsuite>'
    } >r.xml
}
given_gzip_cut() { gzip -c "$samples/basic.xml" >whole.gz && head -c -60 whole.gz >r.xml.gz; }
given_link_to_nothing() { ln -s nowhere.xml r.xml; }
given_empty_folder() { mkdir reports; }
given_secret_report() { given_report && chmod 000 r.xml; }

plugins_from() { environment+=("FERRY_PLUGIN_PATH=$1"); }
given_plugins_relative() { plugins_from mine; }
given_plugins_absent() { plugins_from "$PWD/mine"; }
given_plugin_text() {
    mkdir mine && echo 'int ferry_plugin;' >mine/text.so
    plugins_from "$PWD/mine"
}
given_plugin_empty() {
    mkdir mine && : >mine/empty.so
    plugins_from "$PWD/mine"
}
given_plugin_foreign() {
    mkdir mine && cp "$(ldd "$FERRY" | sed -nE 's/.*=> ([^ ]*libz[^ ]*|[^ ]*libexpat[^ ]*|[^ ]*libc\.so[^ ]*) .*/\1/p' | head -n 1)" mine/foreign.so
    plugins_from "$PWD/mine"
}
given_plugin_cut() {
    mkdir mine && head -c 3000 "$(bundled junit)" >mine/cut.so
    plugins_from "$PWD/mine"
}
given_plugin_twice() {
    mkdir mine && cp "$(bundled junit)" mine/other.so
    plugins_from "$PWD/mine"
}
given_plugin_writable() {
    mkdir mine && cp "$(bundled junit)" mine/other.so && chmod 666 mine/other.so
    plugins_from "$PWD/mine"
}
bundled() { echo "$(dirname "$FERRY")/../plugins/$1.so"; }

given_state_is_file() { echo hello >.ferry; }
given_state_not_database() {
    given_uploaded
    local f
    for f in .ferry/*; do
        case $f in
        *journal*) [ ! -f "$f" ] || printf 'this is no database, and long enough to be read as one: %0500d\n' 7 >"$f" ;;
        esac
    done
}
given_state_newer() {
    given_uploaded
    "$HOLD_LOCK" --user-version 100000 .ferry/journal.db
}
given_readable_state() { chmod -R a+rX .ferry; }
given_no_state_home() { environment+=("FERRY_STATE=/proc/ferry-state"); }
given_state_relative() { environment+=("FERRY_STATE=../../../../../../../proc/nowhere"); }

# As somebody who may not write here. Root becomes "nobody", with a copy of the program where nobody can reach it.
as_nobody() {
    local around
    mapfile -d '' around < <(surroundings)
    last="$* (as nobody)"
    rc=0
    if [ "$(id -u)" -eq 0 ]; then
        around=(setpriv --reuid=65534 --regid=65534 --clear-groups env "${around[@]}")
    else
        around=(env "${around[@]}")
    fi
    "${around[@]}" timeout -k 5 60 "$work/program/bin/ferry" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}
given_nobody() {
    if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
        left_out_because "this container cannot change users"
        return
    fi
    if [ ! -d "$work/program" ]; then
        mkdir -p "$work/program/bin"
        cp "$FERRY" "$work/program/bin/"
        cp -r "$(dirname "$FERRY")/../plugins" "$work/program/plugins"
        chmod -R go-w,a+rX "$work/program"
    fi
    chmod 555 .
    after+=("chmod 755 '$PWD'")
    runner=as_nobody
}

# A disk that is full after so many KiB: a limit on the size of files, whose signal is ignored, so that writing fails.
with_file_limit() {
    (ulimit -f "$limit" && ferry "$@"; echo "$rc" >"$work/rc")
    rc=$(cat "$work/rc")
    last="$* (no file over $limit KiB)"
}
given_disk_small() { limit=8 runner=with_file_limit; }
given_disk_medium() { limit=96 runner=with_file_limit; }
# A real full disk, where this machine lets us mount one.
given_disk_tmpfs() {
    mkdir small
    if ! mount -t tmpfs -o size=128k tmpfs small 2>/dev/null; then
        left_out_because "this container cannot mount a small disk"
        return
    fi
    after+=("umount '$PWD/small'")
    environment+=("FERRY_STATE=$PWD/small/state")
}
to_full() {
    local around
    mapfile -d '' around < <(surroundings)
    last="$* >/dev/full"
    rc=0
    : >"$work/out"
    env "${around[@]}" timeout 60 "$FERRY" "$@" >/dev/full 2>"$work/err" </dev/null || rc=$?
}
given_stdout_full() { runner=to_full; }

try_rows "$scenarios/wrong_inputs.tsv" "$@"
