#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the script that many copied results between two Qase projects with left behind: [INFO] and [WARN] on the console, and a file of errors, made
# on the first one. Whoever has its variables finds both; whoever has trackers in a ferry.json gets the file by naming it.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
token=canary-4711-of-the-mock
mock qase --token "$token"
workspace
dotenv() { # the lines of it
    printf '%s\n' "$@" | (umask 077 && cat >.env)
}
answers 200 POST /v1/case/AO/bulk '{"cases":[{"title":"signs in","custom_field":{"1":"SIGN_001"}},{"title":"by hand"}]}'
answers 200 POST /v1/run/AO '{"title":"Regression","is_autotest":true,"cases":[1,2]}'
answers 200 POST /v1/result/AO/1/bulk '{"results":[{"case_id":1,"status":"passed"},{"case_id":2,"status":"passed"}]}'
answers 200 POST /v1/run/AO/1/complete
latest=(mirror --source-project AO --use-latest-source-run --target-project DEMO)
errors=sync_results_errors.log
line='^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8},[0-9]{3} - ERROR - [a-z]+ - '
shaped() { # FILE LINES: so many, all of the shape, none with the token in it
    is "lines of $1" "$(wc -l <"$1")" "$2"
    is "lines of another shape in $1" "$(grep -cvE "$line" "$1")" 0
    is "the token in $1" "$(grep -c canary "$1")" 0
}

# Nothing went wrong: no file, and each line of the console says what it is.
dotenv "QASE_API_TOKEN=$token" "QASE_BASE_URL=$url/v1"
ferry "${latest[@]}"
exits 0
err_has '[INFO] from run 1 "Regression" of qase:AO'
is "lines of the console that say nothing of themselves" "$(grep -cvE '^\[(INFO|WARN)\] ' "$work/err")" 0
[ ! -e "$errors" ] || fail "no file without an error: $(cat "$errors")"

# The first error makes it, the next adds to it; what ferry was about stands in each line.
ferry mirror --source-project AO --source-run-title "Nobody's" --target-project DEMO
exits 4
err_has '[ERROR] qase:AO: there is no run called Nobody'
shaped "$errors" 1
grep -q " - ERROR - source - qase:AO: there is no run called Nobody's" "$errors" || fail "it says which: $(cat "$errors")"
ferry mirror --source-project AO --target-project DEMO
exits 2
shaped "$errors" 2
grep -q ' - ERROR - arguments - say which run' "$errors" || fail "it says which: $(cat "$errors")"
dotenv "QASE_API_TOKEN=canary-of-somebody-else" "QASE_BASE_URL=$url/v1"
ferry "${latest[@]}"
exits 5
shaped "$errors" 3
grep -q ' - ERROR - target - .*credentials' "$errors" || fail "it says which: $(cat "$errors")"
says_not canary

# Another name for it: from the environment anywhere, from a .env inside its folder.
mv "$errors" before
environment+=("QASE_SYNC_LOG_FILE=$work/tmp/mine.log")
ferry "${latest[@]}"
exits 5
shaped "$work/tmp/mine.log" 1
unset 'environment[-1]'
dotenv "QASE_API_TOKEN=$token" "QASE_BASE_URL=$url/v1" "QASE_SYNC_LOG_FILE=../outside.log"
ferry "${latest[@]}"
exits 2
says 'QASE_SYNC_LOG_FILE (in .env): mirror.error_log: "../outside.log" leads out of the repository'
dotenv "QASE_API_TOKEN=$token" "QASE_BASE_URL=$url/v1" "QASE_SYNC_LOG_FILE=ours.log"
ferry mirror --source-project AO --target-project DEMO
exits 2
shaped ours.log 1

# What a repository may have put in its place is left alone, and that is said once.
dotenv "QASE_API_TOKEN=$token" "QASE_BASE_URL=$url/v1"
echo mine >"$work/tmp/precious"
ln -s "$work/tmp/precious" "$errors"
ferry mirror --source-project AO --target-project DEMO
exits 2
says "[WARN] errors are not kept in $errors: a link lies there"
is "what the link leads to" "$(cat "$work/tmp/precious")" mine
rm "$errors"
mkdir "$errors"
ferry mirror --source-project AO --target-project DEMO
exits 2
says "[WARN] errors are not kept in $errors: it cannot be opened"
rmdir "$errors"

# A .env that others can read is none; then the code is no project of Qase, and it is said why.
chmod 644 .env
ferry "${latest[@]}"
exits 4
says 'local:AO'
says '.env is not read: it can be read by others'
chmod 600 .env
dotenv "QASE_BASE_URL=$url/v1"
ferry "${latest[@]}"
exits 2
says '"AO": variables of Qase are set, but not its token; set QASE_API_TOKEN'
rm .env

# Trackers of a ferry.json: as everywhere, but for who names a file.
environment+=("TOKEN=$token")
mirrors='' config
ferry mirror --source-project ao --target-project demo
exits 2
err_has 'ferry: error: say which run'
[ ! -e "$errors" ] || fail "nobody asked for a file: $(cat "$errors")"
jq '. + {"mirror": {"error_log": "logs.txt"}}' ferry.json >new.json && mv new.json ferry.json
ferry mirror --source-project ao --target-project demo
exits 2
shaped logs.txt 1
