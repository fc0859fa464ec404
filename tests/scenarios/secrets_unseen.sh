#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A canary sits in every place that a secret comes in by, everything is said with -vv, and servers say back whatever they hear. Afterwards it is in
# nothing that was printed or kept: stdout, stderr, receipts, the journal, its spool, the errors of a sync, a core. Nor does a place hear of it to which a
# server sends us on.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"
PARROT=${PARROT:-$(dirname "$FERRY")/../tests/scenarios/parrot}

canary='CANARY+7f3b/9c51=e2d8&x'
calls=0 sought=0
mkdir "$work/said"
# The canary as it is, in hexadecimal, and what of it is in base64 wherever it stands; the characters of it that are spelled otherwise come later.
shapes=(-e CANARY+ -e CANARY%2B -e 43414e415259 -e Q0FOQVJZ -e NBTkFSW -e DQU5BUl -e 7f3b/9c51 -e 7f3b%2F9c51 -e '7f3b\/9c51')

# What was said so far, and what lies in the state folder, here and in the temporary one; but for what we have put there ourselves.
unseen() {
    local where
    calls=$((calls + 1))
    cp "$work/out" "$work/said/$calls.out"
    cp "$work/err" "$work/said/$calls.err"
    where=$(grep -rlaiF "${shapes[@]}" "$work/said" "$work/tmp" "$work/home" "$work/here" --exclude=.env --exclude=ferry.json --exclude=token --exclude=qase.config.json \
        --exclude-dir=in)
    [ -z "$where" ] || fail "$1: the canary is in $where: $(grep -aiF "${shapes[@]}" "$(echo "$where" | head -n 1)" | head -n 3)"
    sought=$((sought + $(find "$work/said" .ferry -type f 2>/dev/null | wc -l)))
}
# said TEXT: something has happened at all, or it would be no wonder.
traced() {
    grep -q 'trace: #1 > ' "$work/err" || fail "$1: exchanges are traced with -vv"
    grep -qi 'trace: #[0-9]* > token: \*\*\*$' "$work/err" || fail "$1: the token is sent, and left out"
}
parrot() { # STATUS [LOCATION]: $url
    exec 3< <(exec "$PARROT" "$work/heard.$1" "$@")
    undo+=("kill $! 2>/dev/null")
    IFS= read -r url <&3
    exec 3<&-
}
# by CHANNEL: the same upload, its token by one channel.
printf 'a picture' >shot.txt
report r.xml one=K_1 two=K_2! three
by() {
    local channel=$1
    rm -rf .ferry
    ferry -vv upload --json r.xml
    unseen "by $channel"
    traced "$channel"
    exits "${2-0}"
}

# --- where a token comes from -----------------------------------------------------------------------
mock qase --token "$canary"
token=$canary
workspace
base=(FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
environment=("${base[@]}" QASE_API_TOKEN="$canary" QASE_BASE_URL="$url/v1")
rm -rf .ferry
ferry -vv upload --to qase:AO --mirror qase:DEMO --json r.xml
unseen "by the vendor's variable"
traced "the vendor's variable"
exits 0

environment=("${base[@]}")
(umask 077 && printf 'QASE_API_TOKEN=%s\nQASE_BASE_URL=%s/v1\n' "'$canary'" "$url" >.env)
ferry -vv upload --again --to qase:AO --json r.xml
unseen "by .env"
traced ".env"
exits 0
rm .env

environment=("${base[@]}" TOKEN="$canary")
config
by "a variable of the configuration"

environment=("${base[@]}")
printf '%s\n' "$canary" >token
chmod 600 token
# shellcheck disable=SC2016
sed -i 's|"token": "${TOKEN}"|"token_file": "token"|' ferry.json
by "a file"
sed -i "s|\"token_file\": \"token\"|\"token\": \"${canary//&/\\\&}\"|" ferry.json
chmod 600 ferry.json
by "the configuration"
rm ferry.json

environment=("${base[@]}" QASE_TESTOPS_API_TOKEN="$canary" QASE_TESTOPS_API_HOST="${url#http://}" QASE_BASE_URL="$url/v1")
ferry -vv upload --to qase:AO --json r.xml
unseen "by the reporters' variable"
printf '{"mode":"testops","testops":{"api":{"token":"%s"},"project":"AO"}}' "$canary" >qase.config.json
environment=("${base[@]}" QASE_BASE_URL="$url/v1")
ferry -vv upload --to qase:AO --json r.xml
unseen "by the reporters' file"
rm qase.config.json

# --- what is done with it -----------------------------------------------------------------------------
environment=("${base[@]}" TOKEN="$canary" HOOK="$canary")
# shellcheck disable=SC2016
more=', "webhook_secret": "${HOOK}"' config
for words in "mirror --source-project ao --use-latest-source-run --target-project demo" "resume" "status" "status --json" "doctor" "config show --origin" \
    "config check" "inspect --json r.xml" "upload --dry-run r.xml" "help upload" "upload --token $canary r.xml" \
    "run -- true"; do
    # shellcheck disable=SC2086
    ferry -vv $words
    unseen "in $words"
done

# In a report, where a test printed it: neither kept nor sent.
rm -rf .ferry
mkdir in
cat >in/leaks.xml <<END
<testsuite name="leaks"><properties><property name="token" value="${canary//&/&amp;}"/></properties>
<testcase classname="l.L" name="prints ${canary//&/&amp;}"><failure message="no entry with ${canary//&/&amp;}">at Login(${canary//&/&amp;}:7)</failure>
<system-out>Token: ${canary//&/&amp;}</system-out></testcase></testsuite>
END
ferry -vv upload --json in/leaks.xml
unseen "in a report"
exits 0
whole >"$work/out"
unseen "at the tracker, from a report"

# What a CI says of itself, with a password in it.
environment+=(JENKINS_URL="http://ci:$canary@ci.example/" BUILD_URL="http://ci:$canary@ci.example/job/1/" BUILD_TAG=b-1 JOB_NAME=nightly GIT_URL="https://bot:$canary@git.example/x.git")
by "the CI"
whole >"$work/out"
unseen "at the tracker, from the CI"

# A webhook's secret, told rightly and wrongly.
begin serve -vv serve --listen 127.0.0.1:0 --mirror ao=demo
until_true test -s "$work/serve.out"
hooks=$(head -n 1 "$work/serve.out")
grep -q '^Max core file size *0 *0 ' "/proc/$begun/limits" || fail "no core is left: $(grep core "/proc/$begun/limits")"
tr '\0' ' ' <"/proc/$begun/cmdline" >"$work/out"
for secret in "$canary" "$canary+" "x$canary"; do
    curl -s --noproxy '*' -o "$work/answer" -H "X-Qase-Secret: $secret" --data-binary \
        '{"event_name":"run.completed","timestamp":1,"payload":{"id":1},"project_code":"AO"}' "$hooks/hooks/qase"
    cat "$work/answer" >>"$work/out"
done
mirrored() {
    curl -s --noproxy '*' "$hooks/metrics" | grep -q 'ferry_hooks{state="done"} 1'
}
until_true mirrored
unseen "in the command line and in answers"
kill -TERM "$begun"
ended serve "$begun"
unseen "by serve"
exits 143
kill "$server"

# --- servers that say it back ------------------------------------------------------------------------------
# Waiting for them takes no time.
base+=(FERRY_CLOCK=virtual)
environment=("${base[@]}" TOKEN="$canary")
for status in 400 401 429 500; do
    parrot $status
    config
    rm -rf .ferry
    ferry -vv upload --json r.xml
    unseen "back with $status"
    traced "$status"
    grep -q "CANARY" "$work/heard.$status" || fail "the server of $status has heard it"
    ferry -vv status --json
    unseen "in the status after $status"
done
ferry -vv mirror --source-project ao --use-latest-source-run --target-project demo
unseen "in the errors of a sync"

# One that sends us elsewhere is not followed.
"$PARROT" "$work/elsewhere" 200 >"$work/there" &
undo+=("kill $! 2>/dev/null")
until_true test -s "$work/there"
for status in 302 308; do
    parrot $status "$(cat "$work/there")/v1/taken"
    config
    rm -rf .ferry
    ferry -vv upload --json r.xml
    unseen "sent elsewhere with $status"
    traced "$status"
done
[ ! -e "$work/elsewhere" ] || fail "nobody was told elsewhere: $(cat "$work/elsewhere")"

# --- in URLs --------------------------------------------------------------------------------------------
environment=("${base[@]}" TOKEN=any-token-at-all)
url="http://user:$canary@127.0.0.1:9" config
rm -rf .ferry
ferry -vv upload --json r.xml
unseen "in an address"
exits 2
parrot 407
for variable in FERRY_PROXY https_proxy; do
    environment=("${base[@]}" TOKEN=any-token-at-all FERRY_TRUST_HOST=tracker.invalid "$variable=http://user:CANARY%2B7f3b%2F9c51%3De2d8%26x@${url#http://}")
    (url=https://tracker.invalid config)
    rm -rf .ferry
    ferry -vv upload --json r.xml
    unseen "in a proxy's address ($variable)"
done

# --- a crash -------------------------------------------------------------------------------------------------
environment=("${base[@]}" TOKEN="$canary" FERRY_CRASH_AT=captured:1 FERRY_CRASH_SIGNAL=6)
parrot 500
config
rm -rf .ferry
ulimit -c unlimited 2>/dev/null
ferry -vv upload r.xml
unseen "by an abort"
find . "$work" -name 'core*' -type f | grep . && fail "an abort leaves no core"
[ "$calls" -ge 39 ] || fail "all of it was looked at: $calls calls"
echo "$calls calls of ferry, $sought files looked through, no canary"
