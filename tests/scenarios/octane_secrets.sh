#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Secret, password and session cookie of ALM Octane, with everything said by -vv, exchange logs with bodies, events, commands, refusals and a server that
# renews cookies: none of them is in anything that was printed or kept.
# shellcheck disable=SC2016,SC2086 # for ferry to expand; several files
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_octane.sh"

canary='CANARY+7f3b/9c51=e2"d8&x'
shapes=(-e CANARY+ -e CANARY%2B -e 43414e415259 -e Q0FOQVJZ -e NBTkFSW -e DQU5BUl -e 7f3b/9c51 -e 7f3b%2F9c51 -e '7f3b\/9c51')
calls=0
mkdir "$work/said"
unseen() {
    local where
    calls=$((calls + 1))
    cp "$work/out" "$work/said/$calls.out"
    cp "$work/err" "$work/said/$calls.err"
    where=$(grep -rlaiF "${shapes[@]}" "$work/said" "$work/tmp" "$work/home" "$work/here" --exclude=ferry.json)
    [ -z "$where" ] || fail "$1: the canary is in $where"
    where=$(grep -rlaE -e 'LWSSO_COOKIE_KEY=[0-9a-f]{6}' "$work/said" "$work/tmp" "$work/home" "$work/here")
    [ -z "$where" ] || fail "$1: a cookie is in $where: $(grep -aoE -h -e '.{20}LWSSO_COOKIE_KEY=[0-9a-f]{6}' $where | head -n 1)"
}
report r.xml one=K_1 two=K_2! three
environment=(SECRET="$canary" FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)

for who in '"client_id": "ferry", "client_secret": "${SECRET}"' '"user": "ferry", "password": "${SECRET}"'; do
    mock octane --option client_id=ferry --option "client_secret=$canary" --option rotate_every=2 --option task_duration=0ms --option task_queued=0ms
    cat >ferry.json <<END
{ "trackers": { "alm": { "plugin": "octane", "url": "$url", "project": "1001.1002", $who } },
  "exchange_log_dir": "log", "exchange_log_bodies": true }
END
    rm -rf .ferry log
    ferry -vv upload --to alm --json --events events.ndjson r.xml
    unseen "an upload"
    exits 0
    grep -q 'trace: #[0-9]* > cookie: \*\*\*' "$work/err" || grep -qi 'trace: #[0-9]* > cookie: .*\*\*\*' "$work/err" || fail "the cookie is sent, and left out"
    grep -q '/authentication/sign_in' "$work/err" || fail "the sign-in is traced"
    [ -s "$(echo log/*.json)" ] || fail "exchanges are kept"
    ferry -vv octane rest GET 'automated_runs?fields=id'
    unseen "a command"
    exits 0
    ferry -vv mirror --source-project alm --use-latest-source-run --target-project local:X
    unseen "a mirror"
    exits 0
    environment[0]=SECRET=${canary}wrong
    ferry -vv upload --to alm --again r.xml
    unseen "wrong credentials"
    exits 5
    environment[0]=SECRET=$canary
    kill "$server"
done

# From a file whose path says which space is meant, and from what a service manager hands over; neither where others can read it.
mock octane --option client_id=ferry --option "client_secret=$canary" --option task_duration=0ms --option task_queued=0ms
mkdir -p "$work/kept/S-1001"
printf '%s' "$canary" | tee "$work/kept/S-1001/secret" >"$work/kept/octane_client_secret"
chmod 600 "$work/kept/S-1001/secret" "$work/kept/octane_client_secret"
kept() { # MORE
    echo "{ \"trackers\": { \"alm\": { \"plugin\": \"octane\", \"url\": \"$url\", \"space_id\": 1001, \"workspace_id\": 1002, \"client_id\": \"ferry\"$1 } } }" >ferry.json
}
environment[0]=SECRET=unused
kept ", \"client_secret_file\": \"$work/kept/S-{space_id}/secret\""
ferry -vv upload --to alm --again r.xml
unseen "a file"
exits 0
kept ''
environment+=(CREDENTIALS_DIRECTORY="$work/kept")
ferry -vv upload --to alm --again r.xml
unseen "a folder of credentials"
exits 0
chmod 644 "$work/kept/octane_client_secret"
ferry upload --to alm --again r.xml
exits 2
err_has 'others can read the file with the secret'
kill "$server"
environment=(SECRET="$canary" FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)

# From a program that the user's own configuration names, run by no shell; a repository may not say one.
mock octane --option client_id=ferry --option "client_secret=$canary" --option task_duration=0ms --option task_queued=0ms
mkdir -p "$work/home/.config/ferry" "$work/kept/bin"
cat >"$work/kept/bin/pass-it" <<'END'
#!/bin/sh
[ "$*" = 'show octane $HOME;id' ] || exit 3
echo once >>"${0%/*}/../calls"
echo "complains of $1" >&2
cat "${0%/*}/../S-1001/secret"
echo
END
chmod 700 "$work/kept/bin/pass-it"
user_says() { # LIST
    echo "{ \"trackers\": { \"alm\": { \"client_secret_command\": $1 } } }" >"$work/home/.config/ferry/config.json"
    chmod 600 "$work/home/.config/ferry/config.json"
}
kept ''
environment=(FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms FERRY_TRUST_HOST="${url#http://}")
user_says "[\"$work/kept/bin/pass-it\", \"show\", \"octane\", \"\$HOME;id\"]"
ferry -vv upload --to alm --again r.xml
unseen "a program"
exits 0
! grep -q 'complains of' "$work/err" || fail "what the program complains of goes nowhere"
is "calls of the program" "$(wc -l <"$work/kept/calls")" 1
user_says "[\"$work/kept/bin/pass-it\", \"hide\"]"
ferry upload --to alm --again r.xml
exits 2
err_has 'client_secret_command: the program fails; run it by hand to see why'
user_says '"no-such-program-anywhere"'
ferry upload --to alm --again r.xml
exits 2
err_has 'the program "no-such-program-anywhere" cannot be run'
user_says '["true"]'
ferry upload --to alm --again r.xml
exits 2
err_has 'the program prints nothing'
rm "$work/home/.config/ferry/config.json"
kept ", \"client_secret_command\": [\"$work/kept/bin/pass-it\", \"show\"]"
ferry upload --to alm --again r.xml
exits 2
err_has 'runs a program, which is for the user'
is "calls of the program" "$(wc -l <"$work/kept/calls")" 1

# All of it from the environment: the ids of space and workspace name the destination, of uploads and of commands.
rm ferry.json
environment=(OCTANE_URL="$url" OCTANE_CLIENT_ID=ferry OCTANE_CLIENT_SECRET="$canary" OCTANE_SPACE_ID=1001 OCTANE_WORKSPACE_ID=1002
    FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)
ferry -vv upload --again r.xml
unseen "variables"
exits 0
err_has 'to octane:1001.1002 (OCTANE_CLIENT_SECRET and OCTANE_SPACE_ID are set)'
ferry -vv octane suite get 'Automated tests'
unseen "variables, a command"
exits 0
environment=("${environment[@]/OCTANE_WORKSPACE_ID=*/NOTHING=1}")
ferry octane suite get 'Automated tests'
exits 2
err_has 'octane has no destination here'
kill "$server"
environment=(SECRET="$canary" FERRY_DELIVERY_PATIENCE=5s FERRY_DELIVERY_SETTLE=0ms)

# A bearer token.
mock octane --option "bearer=$canary" --option task_duration=0ms --option task_queued=0ms
cat >ferry.json <<END
{ "trackers": { "alm": { "plugin": "octane", "url": "$url", "project": "1001.1002", "token": "\${SECRET}" } } }
END
rm -rf .ferry
ferry -vv upload --to alm --json r.xml
unseen "a bearer token"
exits 0
echo "$calls calls at -vv, $(find "$work/said" .ferry log -type f | wc -l) files"
exit 0
