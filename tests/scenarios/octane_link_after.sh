#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Stories linked when the results are there ("link": "after", "both"): through automated runs where this Octane has the field on them, else through their
# tests; once, whoever dies in between, and what cannot be linked costs the link alone.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_octane.sh"

environment=(SECRET=any FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)
cat >r.xml <<'END2'
<testsuite name="s">
<testcase classname="a.B" name="one"><properties><property name="jira" value="AO-1"/></properties></testcase>
<testcase classname="a.B" name="two"><properties><property name="jira" value="AO-1, AO-2"/></properties></testcase>
<testcase classname="a.B" name="three"><properties><property name="jira" value="AO-9"/></properties></testcase>
<testcase classname="a.B" name="four"/>
</testsuite>
END2
story() {
    octane 201 POST /stories "{\"data\":[{\"name\":\"story $1\",\"jira_key_udf\":\"$1\",\"parent\":{\"type\":\"work_item_root\",\"id\":\"1001\"},\"phase\":{\"type\":\"phase\",\"id\":\"phase.story.new\"}}]}"
}
# What runs, or tests, cover: "one: story AO-1".
runs_cover() {
    state '.[0] == "run"' '"\(.[5]): \(.[-1])"' | sort | paste -sd ';'
}
tests_cover() {
    state '.[0] == "test"' '"\(.[4]): \(.[6])"' | sort | paste -sd ';'
}
begin_with() { # OPTION...
    rm -rf .ferry "$work/cookies"
    mock octane --option task_duration=0ms --option task_queued=0ms "$@"
    story AO-1
    story AO-2
}
nothing="four: null;one: null;three: null;two: null"
all="four: null;one: story AO-1;three: null;two: story AO-1 | story AO-2"

begin_with --option run_coverage=true
more=', "link": "after"' config
ferry upload --json r.xml
exits 0
is "delivered" "$(out_jq '.destinations[0].delivered')" 4
is "what runs cover" "$(runs_cover)" "$all"
is "what tests cover" "$(tests_cover)" "$nothing"
out_jq '.destinations[0].notes[].text' | grep -q 'AO-9 has no story' || fail "what has no story is told: $(cat "$work/out")"
written() {
    curl -s --noproxy '*' "$url/_mock/requests" | jq "[.[] | select(.route == \"automated_runs\" and .method == \"PUT\" and .status == 200) | .n] | add // 0"
}
is "requests that link" "$(written)" 1
whole >"$work/once"
ferry upload r.xml
exits 0
whole | cmp -s - "$work/once" || fail "again adds nothing: $(whole | diff "$work/once" -)"
is "requests that link" "$(written)" 1
kill "$server"

# What the reports do not say, a map may: by name or pattern, several keys a test.
begin_with --option run_coverage=true
more=', "link": "after"' config
printf '%s\n' '# what is about what' '**/four,"AO-2, AO-1"' 's/a.B/thr*,AO-2' >stories.csv
environment+=(FERRY_JIRA_MAP=stories.csv)
ferry upload --json r.xml
exits 0
is "what runs cover" "$(runs_cover)" "four: story AO-1 | story AO-2;one: story AO-1;three: story AO-2;two: story AO-1 | story AO-2"
echo 'no comma' >stories.csv
ferry upload --again r.xml
exits 2
err_has 'stories.csv line 1'
environment=("${environment[@]:0:3}")
kill "$server"

# Answers are lost, refused for a while, and cut: it is linked all the same, and no result is sent twice.
begin_with --option run_coverage=true
more=', "link": "both"' config
environment+=(FERRY_CHANCE=0)
curl -s --noproxy '*' -o "$work/answer" "$url/_mock/faults" --data-binary $'PUT /api/**/automated_runs 1 error-after 503\nGET /api/**/automated_runs 1 error-before 503'
ferry upload --json r.xml
exits 0
is "runs" "$(held run)" 4
is "what runs cover" "$(runs_cover)" "$all"
is "what tests cover, by the payload" "$(tests_cover)" "$all"
kill "$server"
environment=("${environment[@]:0:3}")

# Killed before each of the requests that link, and resumed. (In a release nobody dies, and the resume has nothing to do.)
for step in answered:1 settled:2 encoded:4 sent:4 sent_committed:5 answered:5 settled:5; do
    begin_with --option run_coverage=true
    more=', "link": "after"' config
    environment+=(FERRY_CRASH_AT="$step")
    ferry upload r.xml
    died="exit $rc: $(tail -n 3 "$work/err")"
    environment=("${environment[@]:0:3}")
    ferry resume
    exits 0
    is "runs after a death at $step ($died)" "$(held run)" 4
    is "what runs cover after a death at $step" "$(runs_cover)" "$all"
    kill "$server"
done

# No such field on runs: their tests carry it. A server that refuses it costs the link.
begin_with
more=', "link": "after"' config
ferry upload r.xml
exits 0
is "what tests cover" "$(tests_cover)" "$all"
kill "$server"
begin_with --option run_coverage=true
more=', "link": "after"' config
curl -s --noproxy '*' -o "$work/answer" "$url/_mock/faults" --data-binary $'PUT /api/**/automated_runs * error-before 400'
ferry upload --json r.xml
exits 0
is "delivered" "$(out_jq '.destinations[0].delivered')" 4
is "what runs cover" "$(runs_cover)" "$nothing"
is "links left out, and told" "$(out_jq '.destinations[0].parts_left_out')" 3
kill "$server"

# Said for one upload: it counts more than the configuration, also for who goes on with it after a death.
begin_with --option run_coverage=true
more=', "link": "none"' config
environment+=(FERRY_CRASH_AT=sent_committed:2)
ferry upload --link after --jira AO-2 r.xml
environment=("${environment[@]:0:3}")
ferry resume
exits 0
is "what runs cover" "$(runs_cover)" "four: story AO-2;one: story AO-1 | story AO-2;three: story AO-2;two: story AO-1 | story AO-2"
ferry upload --again --link none r.xml
exits 0
is "covered by the second run" "$(state '.[0] == "run" and .[-1] != null' .[5] | grep -c .)" 4
ferry upload --again --link later r.xml
exits 2
says '--link: "later" is not one of payload, after, both, none'
ferry upload --again --to local:AO --link after r.xml
exits 2
says '--link: local:AO has no such option; plugin "local" does without'
kill "$server"
exit 0
