#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One test said several times: each saying arrives as a result of its own, in the order of the report, and a second upload adds none.
. "$(dirname "$0")/lib.sh"

cat >r.xml <<'X'
<testsuites>
<testsuite name="pytest"><testcase classname="t.A" name="torn" time="0.1"><failure message="call">c</failure></testcase>
<testcase classname="t.A" name="torn" time="0.1"><error message="teardown">t</error></testcase></testsuite>
<testsuite name="gradle.T"><testcase classname="gradle.T" name="retried()" time="0.1"><failure message="1st"/></testcase>
<testcase classname="gradle.T" name="retried()" time="0.1"><failure message="2nd"/></testcase>
<testcase classname="gradle.T" name="retried()" time="0.1"/></testsuite>
<testsuite name="surefire.T"><testcase classname="surefire.T" name="reran" time="0.3"><failure message="first"/>
<rerunFailure message="second"/><rerunFailure message="third"/></testcase></testsuite>
<testsuite name="twins"><testcase classname="x" name="same"/><testcase classname="x" name="same"/></testsuite>
</testsuites>
X
cat >p.xml <<'X'
<testsuites id="" name=""><testsuite name="a.ts" hostname="chromium"><testcase name="works" classname="a.ts" time="0.1"/></testsuite>
<testsuite name="a.ts" hostname="firefox"><testcase name="works" classname="a.ts" time="0.1"><failure message="no"/></testcase></testsuite></testsuites>
X

# of NAME: attempt:status:message of its results, in the order of their attempts.
of() {
    export_of AO | jq -r --arg name "$1" \
        '[.results[] | select(.name == $name)] | sort_by(.attempt)[] | "\(.attempt):\(.status):\(.message // "-")"' | paste -sd' '
}

ferry upload --to local:AO r.xml p.xml
exits 0
holds AO results 12
is "call and teardown" "$(of torn)" "1:failed:call 2:errored:teardown"
is "retries" "$(of "retried()")" "1:failed:1st 2:failed:2nd 3:passed:-"
is "reruns" "$(of reran)" "1:failed:first 2:failed:second 3:failed:third"
is "twins" "$(of same)" "1:passed:- 2:passed:-"
is "two browsers are no attempts of each other" "$(of works)" "1:passed:- 1:failed:no"
is "browsers" "$(export_of AO | jq -r '[.results[] | select(.name == "works") | .parameters[0] | join("=")] | sort | join(" ")')" \
    "project=chromium project=firefox"
remember AO
ferry upload --to local:AO p.xml r.xml
exits 0
unchanged
