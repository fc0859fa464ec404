#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same upload, mirrored, over a socket: five times in a row, and killed (SIGKILL) five times at moments that chance chooses, then finished. What the mock holds is
# what one undisturbed upload leaves, thing by thing. The seed is printed; FERRY_TORTURE_SEED repeats it as far as time can be repeated, and
# FERRY_TORTURE=full makes it twenty such uploads.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

# What was on its way when a client died is with the mock some ms later: within the settle time.
environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=10s FERRY_DELIVERY_SETTLE=250ms FERRY_BATCH=20)
seed=${FERRY_TORTURE_SEED:-$EPOCHSECONDS}
RANDOM=$seed
echo "seed $seed"

# 60 results with a key, 30 without, three of them with a file.
printf 'a picture' >shot.txt
{
    echo '<testsuite name="many">'
    seq 1 60 | sed 's|.*|<testcase classname="keyed.Suite" name="test &" time="0.25"><properties><property name="Automation Key" value="M_&"/></properties></testcase>|'
    seq 1 27 | sed 's|.*|<testcase classname="plain.Suite" name="plain &"><failure message="no &"/></testcase>|'
    seq 1 3 | sed "s|.*|<testcase classname=\"shot.Suite\" name=\"shot &\"><failure message=\"no\"/><system-out>[[ATTACHMENT\|$PWD/shot.txt]]</system-out></testcase>|"
    echo '</testsuite>'
} >many.xml

# All that is there, by names: whose turn it was to get which number differs from run to run.
canonical() {
    whole | jq -s -c '
        (map(select(.[0] == "case") | { key: "\(.[1]) \(.[2])", value: .[3] }) | from_entries) as $case |
        (map(select(.[0] == "suite") | { key: "\(.[1]) \(.[2])", value: .[4] }) | from_entries) as $suite |
        .[] | . as $l |
        if .[0] == "case" then .[2] = 0 | .[4] = (if .[4] then $suite["\($l[1]) \($l[4])"] else null end)
        elif .[0] == "suite" then .[2] = 0 | .[3] = (if .[3] then $suite["\($l[1]) \($l[3])"] else null end)
        elif .[0] == "value" then .[3] = $case["\($l[1]) \($l[3])"]
        elif .[0] == "result" then
            .[4] = $case["\($l[1]) \($l[4])"] | .[7].testops_ids |= (if . then map($case["\($l[1]) \(.)"]) else . end) |
            .[7].signature |= sub("^[0-9]+::"; "ID::")
        else . end' | sort
}
same_as_clean() {
    canonical >"$work/now"
    cmp -s "$work/clean" "$work/now" || fail "$1: as after one clean upload (seed $seed): $(diff "$work/clean" "$work/now" | head -n 20)"
}
# A mock that holds nothing, always at the same address, and no state folder.
port=0
fresh() {
    [ "$port" = 0 ] || { kill -KILL "$server" && wait "$server" 2>/dev/null; }
    mock qase --latency 5ms --port "$port"
    port=${url##*:}
    rm -rf .ferry
    workspace
    config
}
upload() {
    ferry upload many.xml
    exits 0
}

fresh
from=$EPOCHREALTIME
upload
took=$(((${EPOCHREALTIME/./} - ${from/./}) / 1000)) # ms
is "results" "$(held result AO) $(held result DEMO)" "90 60"
is "runs are complete" "$(state '.[0] == "run"' '.[5]' | paste -sd ' ')" "1 1"
canonical >"$work/clean"
for again in 2 3 4 5; do
    upload
    same_as_clean "upload $again"
done

# Killed five times before it is finished, by the same command or by resume; once it is through, the next death is another upload's.
deaths=0 uploads=0 wanted=5
[ "${FERRY_TORTURE-}" != full ] || wanted=100
while [ "$deaths" -lt "$wanted" ]; do
    fresh
    uploads=$((uploads + 1))
    [ "$uploads" -le $((wanted * 4)) ] || fail "five deaths in so many uploads"
    for ((i = 0; i < 5; i++)); do
        verb=(upload many.xml)
        [ "$i" = 0 ] || [ $((RANDOM % 2)) = 0 ] || [ ! -e .ferry ] || verb=(resume)
        begin killed "${verb[@]}"
        ms=$((RANDOM * took / (i > 0 ? 65536 : 32768))) # the later ones have less left to do
        sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
        kill -KILL "$begun" 2>/dev/null
        ended killed "$begun"
        [ "$rc" = 137 ] || [ "$rc" = 0 ] || fail "killed, or through"
        [ "$rc" = 137 ] || break
        deaths=$((deaths + 1))
    done
    upload
    same_as_clean "killed $deaths times"
    upload
    same_as_clean "and once more"
done
echo "$deaths deaths in $uploads uploads of $took ms"
