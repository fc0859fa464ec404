#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry config show`: every value, where it came from, and what it stands above; `ferry trust`: which hosts a secret may go to.
. "$(dirname "$0")/lib.sh"
vendor=("FERRY_PLUGIN_PATH=$(dirname "$FERRY")/../tests/samples/plugins" VENDOR_API_TOKEN=canary-1)
environment=("${vendor[@]}")
line() { # line KEY VALUE ORIGIN, patterns
    grep -qE "^$1 +$2 +$3\$" "$work/out" || fail "a line \"$1 $2 $3\""
}

mkdir -p "$work/home/.config/ferry" deep
echo '{ "delivery": { "jobs": 4 }, "upload": { "to": "elsewhere" } }' >"$work/home/.config/ferry/config.json"
cat >ferry.json <<'J'
{
  "trackers": {
    "v": { "plugin": "vendor", "project": "V", "token": "${VENDOR_API_TOKEN}", "batch": 20 }
  },
  "upload": { "to": "v" }
}
J
environment+=(FERRY_DELIVERY_SETTLE=5m FERRY_TRACKERS_V_TIMEOUT=5s)
ferry config show
exits 0
line '\(file\)' "$PWD/ferry.json" "found from the working folder up"
line '\(state\)' "$PWD/.ferry" "beside the configuration file"
line '\(destination\)' "vendor:V" "upload.to, ferry.json line 5"
# shellcheck disable=SC2088 # a pattern
line delivery.jobs 4 "~/.config/ferry/config.json line 1"
line delivery.settle 300000 FERRY_DELIVERY_SETTLE
line delivery.deadline 600000 default
line trackers.v.batch 20 "ferry.json line 3"
line trackers.v.timeout 5000 FERRY_TRACKERS_V_TIMEOUT
line trackers.v.url https://api.vendor.example default
# shellcheck disable=SC2016
out_has '${VENDOR_API_TOKEN}'
says_not canary
says_not elsewhere
ferry config show --all upload
exits 0
# shellcheck disable=SC2088 # a pattern
line upload.to elsewhere "~/.config/ferry/config.json line 1; does not count, for there is ferry.json line 5"
line upload.mirror - "not set"
says_not delivery.jobs

# Flags count first, and are said.
ferry config show --state there
line '\(state\)' "$PWD/there" --state
(
    cd deep && ferry config show --config ../ferry.json
    line '\(file\)' "$work/here/ferry.json" --config
) || exit 1
environment+=(FERRY_STATE=mine FERRY_CONFIG=ferry.json)
ferry config show --no-origin state.path
exits 0
is "a value alone" "$(tr -s ' ' <"$work/out")" "state.path $PWD/mine"
ferry config show --json
is "the file's origin" "$(out_jq .file_origin)" FERRY_CONFIG
is "the state's origin" "$(out_jq .state_origin)" FERRY_STATE
is "a value in JSON" "$(out_jq '.values[] | select(.key == "trackers.v.token") | .value')" "\${VENDOR_API_TOKEN}"
ferry config show --all --json upload.to
is "what counts and what does not" "$(out_jq '[.values[] | .overridden_by] | @json')" '[null,"ferry.json line 5"]'

# A destination that cannot be used is said where it would stand.
environment=("${vendor[@]:0:1}")
ferry config show
exits 0
grep -qE '^\(destination\) +- .*variable VENDOR_API_TOKEN is not set' "$work/out" || fail "says why there is no destination"
environment=()

# --- trust ---
rm "$work/home/.config/ferry/config.json"
repo_url() {
    echo "{ \"trackers\": { \"v\": { \"plugin\": \"vendor\", \"project\": \"V\", \"token\": \"\${VENDOR_API_TOKEN}\", \"url\": \"$1\" } } }" >ferry.json
}
environment=("${vendor[@]}")
repo_url https://tracker.example:8443/api
ferry config check
exits 2
err_has "allow the host with \`ferry trust tracker.example:8443\`"
ferry trust tracker.example:8443 # as the error says
exits 0
ferry config check
exits 0
repo_url http://tracker.example:8443/api
ferry config check
exits 2
ferry trust http://tracker.example:8443
ferry config check
exits 0
ferry trust HTTPS://Tracker.Example:8443
exits 2
ferry trust https://Tracker.Example:8443
exits 0
err_has "trusted already"
environment+=(FERRY_TRUST_HOST=once.example)
ferry trust
exits 0
line once.example "" FERRY_TRUST_HOST
line tracker.example:8443 "" trusted-hosts
line http://tracker.example:8443 "" trusted-hosts
ferry trust --json
is "hosts in JSON" "$(out_jq '[.hosts[].host] | sort | @json')" '["http://tracker.example:8443","once.example","tracker.example:8443"]'
ferry trust --remove once.example
exits 2
err_has "once.example is allowed by FERRY_TRUST_HOST; take it out there"
ferry trust --remove http://tracker.example:8443
exits 0
err_has "no longer trusted"
ferry config check
exits 2
is "the list is nobody else's" "$(stat -c %a "$work/home/.config/ferry/trusted-hosts")" 600
# It is the cure for a repository's configuration, and so works where that is broken.
echo '{' >ferry.json
ferry trust --remove tracker.example:8443
exits 0
ferry trust other.example
exits 0
chmod 666 "$work/home/.config/ferry/trusted-hosts"
ferry trust third.example
exits 2
err_has "trusted-hosts: others can write it, so it cannot be trusted"
