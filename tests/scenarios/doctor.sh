#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry doctor`: one line for each thing that an upload needs, with cause and cure; the exit code that the upload would have had; and it changes
# nothing, wherever it looks.
unset TMPDIR # a state folder in memory is warned of
. "$(dirname "$0")/lib.sh"
HOLD_LOCK=${HOLD_LOCK:-$(dirname "$FERRY")/../tests/scenarios/hold_lock}
samples_path=("FERRY_PLUGIN_PATH=$(dirname "$FERRY")/../tests/samples/plugins")
# finds STATUS GROUP NAME TEXT: a line of this kind that has this text.
finds() {
    grep -E "^$1 +$2 +$3 " "$work/out" | grep -qF -- "$4" || fail "finds $1 $2 $3 \"$4\""
}
listing() {
    find "$1" -printf '%p %s %m %T@\n' | sort
}
# doctor ARGUMENT...: and nothing here has changed.
doctor() {
    listing "$work/here" >"$work/before"
    ferry doctor "$@"
    listing "$work/here" >"$work/after"
    cmp -s "$work/before" "$work/after" || fail "doctor changes nothing: $(diff "$work/before" "$work/after")"
}
# The state as it was after the first upload.
fresh_state() {
    rm -rf .ferry
    cp -a "$work/state" .ferry
}

# --- all is well ---
doctor
exits 0
finds ok plugin junit reader
finds ok config destination "local:HERE"
finds ok state folder "will be made"
finds ok machine ci none
out_has "0 warnings, 0 failures; exit 0"

report r.xml a=K_1 b
{
    echo '<testsuite name="long"><testcase classname="l" name="long"><system-out>'
    head -c 1500000 /dev/zero | tr '\0' x
    echo '</system-out></testcase></testsuite>'
} >long.xml
ferry upload --to local:AO r.xml long.xml
exits 0
doctor
exits 0
finds ok state journal "whole"
finds ok state work "1 runs, nothing waits"
finds ok state local "the tracker kept here is whole"
finds ok state spool "all as they were"
cp -a .ferry "$work/state"

doctor --json
exits 0
is "it is JSON, and adds up" "$(out_jq '(.checks | length) == .ok + .warn + .fail + .unchecked')" true
is "the exit code" "$(out_jq .exit_code)" 0
doctor -q
is "with -q nothing but the last line" "$(wc -l <"$work/out")" 1

# --- configuration: broken, and the rest is looked at all the same ---
echo '{ "upload": { "to": "local:AO" ' >ferry.json
doctor
exits 2
finds fail config ferry.json "line 2"
finds ok state journal "whole"
doctor --json
exits 2
is "one failure" "$(out_jq '[.checks[] | select(.status == "fail") | .exit_code] | @json')" '[2]'
echo '{ "upload": { "to": "mian" }, "trackers": { "main": { "plugin": "local", "project": "AO" } } }' >ferry.json
doctor
exits 2
finds fail config upload.to "mian"
finds ok tracker main "local:AO, served in process"
rm ferry.json
environment=(FERRY_DELIVERY_JOBS=many "FERRY_PART=$(printf 'a\nb')")
doctor
exits 2
finds fail config FERRY_DELIVERY_JOBS '"many" is no whole number'
finds fail machine ci "FERRY_PART"
environment=()
echo 'A=1' >.env
chmod 644 .env
doctor
exits 0
finds warn config .env "can be read by others; run chmod 600 on it"
rm .env

# --- trackers: secrets are named, never shown; hosts are not asked yet, and that is said ---
# shellcheck disable=SC2016 # for ferry to expand
echo '{ "trackers": { "v": { "plugin": "vendor", "project": "V", "token": "${VENDOR_API_TOKEN}" } } }' >ferry.json
environment=("${samples_path[@]}")
doctor
exits 2
finds fail tracker v "variable VENDOR_API_TOKEN is not set"
environment+=(VENDOR_API_TOKEN=canary-token-1)
doctor
exits 0
finds ok tracker v "vendor:V at https://api.vendor.example, token from ferry.json line 1, which may go to that host: the vendor's own"
finds unchecked tracker host "https://api.vendor.example: not asked; --online asks it"
sed -i 's,"project",  "url": "https://elsewhere.example"\, "project",' ferry.json
doctor
exits 2
finds fail tracker v "is not sent to elsewhere.example"
environment+=(FERRY_TRUST_HOST=elsewhere.example)
doctor
exits 0
finds ok tracker v "allowed by you"
doctor --json
if grep -q canary "$work/out" "$work/err"; then
    fail "the token is not shown"
fi
rm ferry.json

# --- plugins: a refused one is told; without any there is no upload ---
environment=("FERRY_PLUGIN_PATH=$work/here/mine")
mkdir mine && echo no >mine/odd.so && echo no >"mine/$(printf 'e\033[31m').so"
doctor
exits 0
finds warn plugin odd.so "refused:"
out_has 'e\x1b[31m.so'
if LC_ALL=C grep -q $'\033' "$work/out" "$work/err"; then
    fail "no escape reaches the terminal"
fi
rm -r mine
environment=()
mkdir "$work/alone" && cp "$FERRY" "$work/alone/"
(
    FERRY=$work/alone/ferry
    doctor
    exits 2
    finds fail plugin reader "no plugin is a reader"
) || exit 1

# --- the state folder ---
"$HOLD_LOCK" --user-version 100000 .ferry/journal.db
doctor
exits 74
finds fail state journal "written by a newer ferry"
finds ok state spool "all as they were"
fresh_state
head -c 8192 /dev/urandom | dd of=.ferry/journal.db bs=1 seek=24576 conv=notrunc status=none
doctor
exits 74
finds fail state journal "damaged"
fresh_state
printf 'no database, and long enough to be read as one: %0500d\n' 7 >.ferry/journal.db
doctor
exits 74
finds fail state journal "not a SQLite database"
fresh_state
head -c 4096 /dev/zero | dd of=.ferry/local/state.db bs=1 seek=8192 conv=notrunc status=none
doctor
exits 74
finds fail state local "damaged"
fresh_state
blob=$(find .ferry/spool -type f | head -n 1)
[ -n "$blob" ] || fail "a long text lies in the spool"
echo more >>"$blob"
doctor
exits 74
finds fail state spool "1 of 1 files are not what they were, the first is sha256:$(basename "$blob")"
fresh_state
touch -d '2 days ago' .ferry/spool/tmp/1-1
doctor
exits 0
finds ok state spool "leftovers of processes that died"
fresh_state
chmod 755 .ferry
doctor
exits 0
finds warn state folder "others can read it; run chmod 700 on it"
fresh_state
mkdir -p other && echo x >other/state
doctor --state other/state
exits 74
finds fail state folder "is a file"
doctor --state other/state/deeper
exits 74
finds fail state folder "other/state is a file"
doctor --state /proc/ferry
exits 74
finds fail state "file system" "proc: files cannot be made there"
if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ]; then
    doctor --state "/dev/shm/ferry-doctor-$$"
    exits 0
    finds warn state "file system" "tmpfs: what is captured here is lost"
fi

# Work that is left, and who is at it.
"$HOLD_LOCK" --sql "UPDATE op SET state = 5, settled_ms = NULL; UPDATE lane SET audit = NULL" .ferry/journal.db
doctor
exits 0
# shellcheck disable=SC2016 # a command to be typed
finds warn state work '`ferry resume` delivers it'
"$HOLD_LOCK" --sql "UPDATE lane SET error = 'no such host'" .ferry/journal.db
doctor
finds warn state work 'mend what it says'
fresh_state
dest=$(printf 'locked\n' >"$work/wanted" && echo 1)
coproc HOLDER { exec "$HOLD_LOCK" --byte $((dest * 2)) .ferry/lanes.lock; }
holder=$HOLDER_PID
undo+=("kill $holder 2>/dev/null || true")
read -r word <&"${HOLDER[0]}"
is "the lock is held" "$word" locked
doctor
exits 0
finds ok state lock "destination local:AO is worked on by process $holder (hold_lock)"
eval "exec ${HOLDER[1]}>&-"
wait "$holder" 2>/dev/null || true
doctor
says_not "is worked on"

# A journal that another process writes is read as that process left it, with its log.
coproc WRITER { exec "$HOLD_LOCK" .ferry/journal.db; }
writer=$WRITER_PID
undo+=("kill $writer 2>/dev/null || true")
read -r word <&"${WRITER[0]}"
ferry doctor
exits 0
finds ok state journal "whole"
eval "exec ${WRITER[1]}>&-"
wait "$writer" 2>/dev/null || true
fresh_state

# --- the machine ---
"$HOLD_LOCK" --sql "UPDATE run SET created_ms = created_ms + 7200000" .ferry/journal.db
doctor
exits 0
finds warn machine clock "the clock was set back"
fresh_state
environment=("TMPDIR=/nowhere" GITHUB_ACTIONS=true)
doctor
exits 0
finds warn machine "temporary files" "point TMPDIR to a folder that can be written"
finds warn machine ci "GITHUB_RUN_ID is not set"
environment=(GITHUB_ACTIONS=true GITHUB_RUN_ID=7 GITHUB_JOB=unit)
doctor
finds ok machine ci "GitHub Actions, part github:7:unit; jobs of a matrix look alike"
environment=()
(
    ulimit -n 64
    ulimit -f 100000
    doctor
    exits 0
    finds warn machine "open files" "a process may have 64"
    finds warn machine "file size" "no file may be longer"
) || exit 1

# Not even a folder to stand in.
mkdir gone
(
    cd gone && rmdir ../gone
    ferry doctor
    exits 2
    finds fail config "working folder" "change to another one"
    finds unchecked state folder "not known which"
) || exit 1
