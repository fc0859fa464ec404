#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The five command lines that people copy results between two Qase projects with, the program's name aside: token and address in a .env, the run
# by id, by title or the latest one, from either side, in CI. What is mirrored once is not mirrored again, whichever of them says it.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
mock qase
workspace
(umask 077 && printf 'QASE_API_TOKEN=any-token-will-do\nQASE_BASE_URL=%s/v1\n' "$url" >.env)

# What a reporter of the vendor's left in AO: two results of cases with a key, one of a case without.
answers 200 POST /v1/case/AO/bulk '{"cases":[{"title":"signs in","custom_field":{"1":"SIGN_001"}},{"title":"logs in","custom_field":{"1":"LOGIN_001"}},{"title":"by hand"}]}'
answers 200 POST /v1/run/AO '{"title":"Regression Run October 31","is_autotest":true,"cases":[1,2,3]}'
answers 200 POST /v1/result/AO/1/bulk '{"results":[{"case_id":1,"status":"passed","time_ms":1250,"comment":"as ever"},{"case_id":2,"status":"failed","time_ms":80,"comment":"no door","stacktrace":"at door:1"},{"case_id":3,"status":"passed","time_ms":5}]}'
answers 200 POST /v1/run/AO/1/complete
copied() {
    exits 0
    is "results in DEMO" "$(held result DEMO)" "$1"
    is "runs in DEMO" "$(held run DEMO)" "$2"
}

# First to see what would come of it: that asks, and sends nothing.
answers 200 DELETE /_mock/requests
ferry mirror --dry-run --source-project AO --use-latest-source-run --target-project DEMO
exits 0
answers 200 GET /_mock/requests
is "methods of a dry run" "$(answer_jq '[.[].method] | unique | join(" ")')" GET

# 1: the latest run.
ferry mirror --source-project AO --use-latest-source-run --target-project DEMO
copied 2 1
is "keys in DEMO" "$(state '.[0] == "value" and .[1] == "DEMO"' '.[5]' | sort | paste -sd ' ')" "LOGIN_001 SIGN_001"
is "title of the target's run" "$(state '.[0] == "run" and .[1] == "DEMO"' '.[3]')" "Regression Run October 31"
answers 200 GET "/v1/result/DEMO?run=1&status=failed&limit=100"
is "comment" "$(answer_jq '.result.entities[0].comment')" "[Mirrored from AO] no door"
is "time" "$(answer_jq '.result.entities[0].time_spent_ms')" 80
is "stack trace" "$(answer_jq '.result.entities[0].stacktrace')" "at door:1"
says "no key"

# 2: by its title, into the run of that title, which is there.
ferry mirror --source-project AO --source-run-title "Regression Run October 31" --target-project DEMO \
    --target-run-title "Regression Run October 31"
copied 2 1

# 3: the other way round: what came from AO finds its way home, and nothing is added to it.
ferry mirror --source-project DEMO --use-latest-source-run --target-project AO
exits 0
is "results in AO" "$(held result AO)" 3
is "runs in AO" "$(held run AO)" 1

# 4: the last step of a pipeline, the run's number from its environment.
QASE_RUN_ID=1 RUN_DATE=2026-11-30
ferry mirror --source-project AO --source-run-id "$QASE_RUN_ID" --target-project DEMO \
    --target-run-title "Regression Run $RUN_DATE"
copied 2 1
QASE_RUN_ID=
ferry mirror --source-project AO --source-run-id "$QASE_RUN_ID" --target-project DEMO
exits 2
says "source-run-id"

# 5: and in its simpler form; another title for the key's field is found missing before anything is sent.
ferry mirror --source-project AO --use-latest-source-run --target-project DEMO --automation-field-title "Automation Key"
copied 2 1
ferry mirror --source-project AO --use-latest-source-run --target-project DEMO --automation-field-title "Robot Key"
exits 2
says "Robot Key"
is "results in DEMO" "$(held result DEMO)" 2
# And one that is there is gone by, from end to end, also by `resume`.
answers 200 POST /v1/custom_field '{"title":"Robot Key","entity":0,"type":1,"is_enabled_for_all_projects":true}'
answers 200 PATCH /v1/case/AO/3 '{"custom_field":{"2":"ROBOT_3"}}'
ferry mirror --source-project AO --use-latest-source-run --target-project DEMO --automation-field-title "Robot Key" --target-run-title "By robots"
exits 0
is "keys of robots in DEMO" "$(state '.[0] == "value" and .[1] == "DEMO" and .[4] == 2' '.[5]')" ROBOT_3
ferry resume
exits 0
is "keys in DEMO" "$(state '.[0] == "value" and .[1] == "DEMO"' '.[5]' | sort | paste -sd ' ')" "LOGIN_001 ROBOT_3 SIGN_001"
