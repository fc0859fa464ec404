# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154
# lib_octane.sh - what scenarios with `ferry mock octane` share, beside lib.sh: a configuration, a session of their own, and what the mock holds.

# alm, and with mirrors= another tracker as its mirror; more=', "release": "R1"' is said of alm.
config() {
    cat >ferry.json <<END
{ "trackers": {
    "alm": { "plugin": "octane", "url": "$url", "space_id": 1001, "workspace_id": 1002,
             "client_id": "ferry", "client_secret": "\${SECRET}"${more-} } },
  "upload": { "to": "alm", "mirror": [${mirrors-}] } }
END
}

# octane CODE METHOD PATH [BODY]: a request about the workspace, signed in; $work/answer is the body.
octane() {
    local want=$1 code
    [ -e "$work/cookies" ] || curl -s --noproxy '*' -o /dev/null -c "$work/cookies" -H 'Content-Type: application/json' \
        --data-binary '{"client_id":"scenario","client_secret":"any"}' "$url/authentication/sign_in" || fail "a scenario signs in"
    code=$(curl -s --noproxy '*' -g -o "$work/answer" -w '%{http_code}' -b "$work/cookies" -c "$work/cookies" -X "$2" \
        ${4+-H "Content-Type: application/json" --data-binary "$4"} "$url/api/shared_spaces/1001/workspaces/1002$3") || fail "$2 $3 is answered"
    [ "$code" = "$want" ] || fail "$2 $3 is answered with $want, not $code: $(cat "$work/answer")"
}

# All that the mock holds, without the digits that tell runs of one title apart.
whole() {
    curl -s --noproxy '*' "$url/_mock/state" | sed -E 's/here, [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}/here, NOW/g'
}
# state CONDITION OUTPUT: lines of it, by jq.
state() {
    whole | jq -r "select($1) | $2"
}
# How many there are of a noun: held run.
held() {
    state ".[0] == \"$1\"" .[0] | wc -l
}
