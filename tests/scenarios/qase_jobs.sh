#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Qase keeps the ids of results to itself, so what is there has to be told by other means: jobs that share a run and have the same results all arrive;
# a run that is mirrored by upload, by `ferry mirror`, again and from elsewhere holds each result once; and the older interface does as well.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=any FERRY_DELIVERY_PATIENCE=2s FERRY_DELIVERY_SETTLE=0ms)
mock qase
workspace
config

# Three jobs, two state folders, one run; and all of it again.
report job.xml a=K-1 b=K-2! c
for _ in first again; do
    ferry upload --state s1 --run-key R --part linux job.xml
    exits 0
    ferry upload --state s2 --run-key R --part windows job.xml
    exits 0
    ferry upload --state s1 --run-key R --part mac job.xml
    exits 0
    is "results in AO" "$(held result AO)" 9
    is "results in DEMO" "$(held result DEMO)" 6
done
ferry complete --state s1 R
exits 0
is "runs are complete" "$(state '.[0] == "run"' '.[5]' | sort -u)" 1
ferry complete --state s2 R
exits 0
kill "$server"

# Read back and mirrored, then again by both ways; some durations are no whole milliseconds, and some there are none.
cat >odd.xml <<'END'
<testsuite name="odd"><testcase classname="o.O" name="rounded" time="0.0016"><properties><property name="Automation Key" value="O_1"/></properties></testcase>
<testcase classname="o.O" name="untimed"><properties><property name="Automation Key" value="O_2"/></properties></testcase>
<testcase classname="o.O" name="left out"><properties><property name="Automation Key" value="O_3"/></properties><skipped message="not today"/></testcase>
<testcase classname="o.O" name="fails" time="0.25"><properties><property name="Automation Key" value="O_4"/></properties><failure message="went wrong">at line 7</failure></testcase></testsuite>
END
mock qase
workspace
mirrors='' config
ferry upload --to ao odd.xml
exits 0
forth() {
    ferry mirror --source-project ao --use-latest-source-run --target-project demo
    exits 0
}
forth
is "results in DEMO" "$(held result DEMO)" 4
whole >"$work/once"
forth
config
ferry upload odd.xml
exits 0
mv .ferry .ferry.here
forth
ferry upload odd.xml
exits 0
ferry mirror --source-project demo --use-latest-source-run --target-project ao
exits 0
whole | cmp -s - "$work/once" || fail "each way adds nothing to the other: $(whole | diff "$work/once" -)"
kill "$server"

# v1 has no ids: the last line of a comment tells.
mock qase
workspace
more=', "api": "v1"' config
rm -rf .ferry
ferry upload "$samples/basic.xml" "$samples/keyed.xml"
exits 0
is "results in AO" "$(held result AO)" 11
whole >"$work/once"
ferry upload "$samples/keyed.xml" "$samples/basic.xml"
exits 0
rm -rf .ferry
ferry upload "$samples/keyed.xml" "$samples/basic.xml"
exits 0
whole | cmp -s - "$work/once" || fail "twice is once with v1, too: $(whole | diff "$work/once" -)"
# An answer that got lost: found again, not sent again.
report lost.xml one=L_1 two=L_2!
curl -s --noproxy '*' --data-binary $'POST /v1/result/* 1 drop-after\nPOST /v1/run/* 1 drop-after\n' "$url/_mock/faults" >/dev/null
ferry upload lost.xml
exits 0
is "results in AO" "$(held result AO)" 13
is "runs in AO" "$(held run AO)" 2
exit 0
