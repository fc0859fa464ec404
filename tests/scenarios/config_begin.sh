#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry config init`: a file that holds, from what lies around; never over another file, never with a secret in it, and with word of what is next.
. "$(dirname "$0")/lib.sh"
vendor=("FERRY_PLUGIN_PATH=$(dirname "$FERRY")/../tests/samples/plugins")
canary='canary-token-1'
again() {
    rm -f ferry.json
    ferry config init "$@"
}
has() {
    grep -qF -- "$1" ferry.json || fail "ferry.json has $1: $(cat ferry.json)"
}

# Nothing is there: the local tracker, and what to do.
ferry config init
exits 0
out_has "wrote $PWD/ferry.json"
out_has "next: ferry upload --dry-run REPORT..."
has '"plugin": "local"'
has '"project": "HERE"'
ferry config check
exits 0
is "whoever may read the checkout may read it" "$(stat -c %a ferry.json)" 644

# A second time it stays as it is, whatever it holds.
echo mine >ferry.json
ferry config init
exits 2
err_has "ferry.json is there already and stays as it is; --force writes over it"
is "the file" "$(cat ferry.json)" mine
rm ferry.json && ln -s nowhere ferry.json
ferry config init
exits 2
is "the link" "$(readlink ferry.json)" nowhere
[ ! -e nowhere ] || fail "nothing is written through a link"
rm ferry.json && echo '{ "uplaod": ' >ferry.json # also where ferry can do nothing with it
ferry config init --force
exits 0
ferry config check
exits 0
ls -A >"$work/files"
is "nothing else is left" "$(paste -sd' ' "$work/files")" ".git ferry.json"

# Reports that lie around, told from other files by what is in them.
mkdir -p build/one/deep build/two node_modules/x .cache
cp "$samples/basic.xml" build/one/deep/
cp "$samples/keyed.xml" build/two/
cp "$samples/keyed.xml" node_modules/x/
cp "$samples/keyed.xml" .cache/
echo '<project/>' >pom.xml
again
exits 0
out_has "next: ferry upload --dry-run 'build/**/*.xml' (2 reports are there)"
has "// ferry upload 'build/**/*.xml'"
rm -r build/two
again
out_has "'build/one/deep/*.xml' (1 reports are there)"
mkdir "build/$(printf 'a\nb')"
cp "$samples/keyed.xml" "build/$(printf 'a\nb')/"
rm -r build/one
again
exits 0
ferry config check
exits 0

# What was asked for: primary and mirrors, by PLUGIN:PROJECT.
again --to local:AO --mirror local:DEMO --mirror local:ao
exits 0
has '"to": "ao"'
has '"mirror": ["demo", "ao-2"]'
ferry config check
exits 0
out_has "ao-2 is local:ao"
# shellcheck disable=SC2016 # no variable is meant
again --to 'local:${HOME}'
exits 0
ferry config check
exits 0
# shellcheck disable=SC2016
out_has 'is local:${HOME}'

# Tokens in the environment, by their names.
environment=("${vendor[@]}" "VENDOR_API_TOKEN=$canary" VENDOR_PROJECT=VP)
again
exits 0
# shellcheck disable=SC2016
has '"token": "${VENDOR_API_TOKEN}"'
# shellcheck disable=SC2016
has '"project": "${VENDOR_PROJECT}"'
ferry config check
exits 0
out_has "vendor is vendor:VP, account api.vendor.example"
environment=("${vendor[@]}" "VENDOR_API_TOKEN=$canary")
again
exits 0
err_has "VENDOR_API_TOKEN is set: ferry config init --to vendor:PROJECT makes that the destination"
has '"plugin": "local"'
again --to AO
exits 0
has '"plugin": "vendor"'
ferry config check
exits 0
# One that is not set yet is named, and is all that is missing.
environment=("${vendor[@]}")
again --to vendor:AO
exits 0
out_has "next: set VENDOR_API_TOKEN, which the file names and nobody has set"
ferry config check
exits 2
err_has "variable VENDOR_API_TOKEN is not set"
environment+=("VENDOR_API_TOKEN=$canary")
ferry config check
exits 0
if grep -rq "$canary" . "$work/out" "$work/err"; then
    fail "the token itself is nowhere"
fi
environment=()

# Elsewhere: --config names the file; a nearer file takes the place of one further up.
again
ferry config init --config other.json --to local:OTHER
exits 0
ferry --config other.json config check
exits 0
out_has "local:OTHER"
mkdir -p below
(
    cd below && ferry config init
    exits 0
    err_has "here/ferry.json counts no longer from here: the nearer file does"
) || exit 1

# Every comment that shows a default is true: taken in, it changes nothing.
again
ferry config show --json
out_jq '.values[] | select(.origin == "default" and (.key | startswith("trackers") | not)) | "\(.key)=\(.value | @json)"' >"$work/defaults"
sed -i -E '/FOLDER|FILE|PATTERN|TRACKER/! s,^    // ("[a-z_]+": ),    \1,' ferry.json
ferry config check
exits 0
ferry config show --json
while IFS= read -r line; do
    key=${line%%=*}
    is "$line" "$(out_jq ".values[] | select(.key == \"$key\") | \"\(.key)=\(.value | @json)\"")" "$line"
done <"$work/defaults"
