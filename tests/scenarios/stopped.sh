#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SIGTERM and SIGINT during every kind of wait: ferry ends by itself within five seconds, with the code of the signal, and says how to go
# on; then nothing is lost or doubled. (At every named step: torture.stops.)
. "$(dirname "$0")/lib.sh"
HOLD_LOCK=${HOLD_LOCK:-$(dirname "$FERRY")/../tests/scenarios/hold_lock}

# listens PID: it is no longer this shell's child that has yet to become ferry, and hears signals. sleeps PID: and it waits.
listens() {
    local caught
    [ "$(<"/proc/$1/comm")" != bash ] || return 1
    caught=$(sed -n 's/^SigCgt:[[:space:]]*/0x/p' "/proc/$1/status") && ((caught & 1 << 14))
}
sleeps() {
    listens "$1" && state_is "$1" S
}

# stops NAME PID SIGNAL CODE WORDS: it waits; gets the signal; ends in time and because it looked; says WORDS.
stops() {
    local name=$1 pid=$2 i
    until_true sleeps "$pid"
    kill "-$3" "$pid"
    for ((i = 0; i < 250; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    [ "$i" -lt 250 ] || fail "$name ends within five seconds of SIG$3"
    ended "$name" "$pid"
    exits "$4"
    says "$5"
    says_not "not done after"
}
again="run the same command again"

report r.xml one=K_1 two=K_2 three
mkfifo fifo endless
exec {writer}<>endless # somebody who never writes
echo '<testsuite><testcase name="a"/>' >&"$writer"

# stdin, and a pipe nobody writes to; their copies in the state folder go with the process.
for signal in TERM:143 INT:130; do
    input=endless
    begin stdin upload --to local:AO -
    unset input
    stops stdin "$begun" "${signal%:*}" "${signal#*:}" "$again"
    begin fifo upload --to local:AO fifo r.xml
    stops fifo "$begun" "${signal%:*}" "${signal#*:}" "$again"
    begin inspect inspect fifo
    stops inspect "$begun" "${signal%:*}" "${signal#*:}" "$again"
done
is "copies of streams" "$(find .ferry -name 'stream-*' | wc -l)" 0

# A report without end, and one whose digest takes long: both are at work, not waiting.
while echo '<testcase name="a"/>'; do :; done >fifo 2>/dev/null &
endless_report=$!
undo+=("end_job $endless_report")
begin long inspect fifo
until_true listens "$begun"
kill -TERM "$begun"
ended long "$begun"
exits 143
wait "$endless_report" 2>/dev/null # its reader is gone
truncate -s 64G huge.xml
begin huge upload --to local:AO huge.xml
until_true grep -q "to local:AO" "$work/huge.err"
kill -TERM "$begun"
ended huge "$begun"
exits 143
says "$again"
says_not "not done after"
rm huge.xml
holds AO results 0

# A tracker that asks for patience, when it is read and when it is written to.
printf '* ** * status-429 300\n' >faults
environment=(FERRY_FAULTS="$PWD/faults")
begin busy upload --to local:AO r.xml
stops busy "$begun" TERM 143 '"ferry resume" goes on'
printf 'POST **/results * status-429 300\n' >faults
begin busy resume
stops busy "$begun" INT 130 '"ferry resume" goes on'
environment=(FERRY_CLOCK=virtual) # what has to wait waits in the journal, whoever goes on
ferry resume
exits 0
environment=()
holds AO results 3

# The time in which an unanswered request may still act; "lag" makes the tracker one that needs it.
printf 'POST **/cases 1 drop-after\nGET **/none 1 lag 1\n' >faults
report s.xml four=K_4 five=K_5
environment=(FERRY_FAULTS="$PWD/faults")
begin settle upload --to local:AO s.xml
until_true test -s faults.fired
stops settle "$begun" TERM 143 '"ferry resume" goes on'
environment=(FERRY_CLOCK=virtual)
ferry resume
exits 0
environment=()
holds AO results 5
holds AO cases 5

# Another ferry: at the destination, at the run.
for step in sent:1 capture_read:1; do
    report "$step.xml" "$step=K_$step"
    environment=(FERRY_CRASH_AT="$step" FERRY_CRASH_SIGNAL=19)
    begin holder upload --to local:AO --run-key shared --part holder "$step.xml"
    holder=$begun
    until_true state_is "$holder" T
    environment=()
    begin waits upload --to local:AO --run-key shared --part "$step" "$step.xml"
    waits=$begun
    until_true grep -q "waiting for another ferry" "$work/waits.err"
    case $step in
    sent:1) stops waits "$waits" TERM 143 '"ferry resume" goes on' ;;
    *) stops waits "$waits" INT 130 "$again" ;;
    esac
    kill -CONT "$holder"
    ended holder "$holder"
    exits 0
done
ferry resume
exits 0
ferry upload --to local:AO --run-key shared --part capture_read:1 capture_read:1.xml
exits 0
holds AO results 9

# Another program that holds the journal, and one that does not read what ferry says.
environment=(FERRY_BUSY_MS=600000)
coproc LOCK { exec "$HOLD_LOCK" .ferry/journal.db; }
release=${LOCK[1]} program=$LOCK_PID
read -r answer <&"${LOCK[0]}"
is "the lock" "$answer" locked
report t.xml six=K_6
begin locked upload --to local:AO t.xml
stops locked "$begun" TERM 143 "$again"
exec {release}>&-
wait "$program" 2>/dev/null
environment=()
cases=()
for ((i = 0; i < 400; i++)); do
    cases+=("a test whose name is long enough to fill a pipe soon, of which there are many, number $i")
done
report many.xml "${cases[@]}"
ferry upload --to local:MANY many.xml
exits 0
mapfile -d '' around < <(surroundings)
env "${around[@]}" "$FERRY" local export --project MANY >endless 2>"$work/export.err" &
begun=$!
undo+=("end_job $begun")
: >"$work/export.out"
until_true sleeps "$begun"
kill -TERM "$begun"
ended export "$begun"
exits 143

# Asked twice, it does not end by itself: the second signal kills it, whichever the kernel makes the second one.
report u.xml seven=K_7
environment=(FERRY_CRASH_AT=sent:1 FERRY_CRASH_SIGNAL=19)
begin twice upload --to local:AO u.xml
until_true state_is "$begun" T
kill -INT "$begun"
kill -TERM "$begun"
kill -CONT "$begun"
ended twice "$begun"
[ "$rc" = 130 ] || exits 143
says_not "ferry resume"
environment=()
ferry resume
exits 0
ferry upload --to local:AO t.xml u.xml
exits 0
holds AO results 12
