#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `ferry config schema` and `ferry config check` judge alike: each line of config_schema.tsv is put to both. The schema refuses nothing that ferry
# takes, and lets pass only what it cannot know. Every key and every option of a tracker is in it.
#
#   config_schema.sh [standard]    with config_schema.jq, or with the validator of python3-jsonschema
. "$(dirname "$0")/lib.sh"
judge=${1:-own}
environment=("FERRY_PLUGIN_PATH=$(dirname "$FERRY")/../tests/samples/plugins" VENDOR_API_TOKEN=token-1)

ferry config schema
exits 0
cp "$work/out" "$work/schema.json"
ferry config schema --user
exits 0
cp "$work/out" "$work/user.json"

# judge SCHEMA CONFIG...: "CONFIG true" or "CONFIG false" for each.
judge() {
    case $judge in
    own) jq -r --slurpfile schema "$1" -f "$scenarios/config_schema.jq" "${@:2}" ;;
    standard) /usr/bin/python3 "$scenarios/config_schema.py" "$@" ;;
    esac || fail "the schema $1 can be used"
}
rows() {
    grep -vE '^(#|$)' "$scenarios/config_schema.tsv"
}

mkdir "$work/configs"
while IFS=$'\t' read -r _ name text; do
    printf '%s\n' "$text" >"$work/configs/$name"
done < <(rows)
judge "$work/schema.json" "$work"/configs/* >"$work/verdicts"
bad=0 n=0
while IFS=$'\t' read -r verdict name text; do
    n=$((n + 1))
    if [ "$judge" = own ]; then
        cp "$work/configs/$name" ferry.json
        ferry config check
    else # what ferry says of it is known from the other
        rc=$([ "$verdict" = good ] && echo 0 || echo 2)
    fi
    schema=$(sed -n "s,^$work/configs/$name ,,p" "$work/verdicts")
    case "$verdict:$rc:$schema" in
    good:0:true | bad:2:false | ferry:2:true) ;;
    *)
        echo "$name is $verdict: ferry exits with $rc, the schema says $schema: $text"
        cat "$work/err"
        bad=$((bad + 1))
        ;;
    esac
done < <(rows)
rm -f ferry.json
echo "$n configurations, $bad judged otherwise"
[ "$n" -gt 90 ] && [ "$bad" -eq 0 ] || exit 1
[ "$judge" = own ] || exit 0

# Every key of ferry is a property, those of users only in the users' schema; and no other is.
# shellcheck disable=SC2016 # a pattern
properties() {
    jq -r '.properties | to_entries[] | .key as $s | if .value.properties then .value.properties | keys[] | "\($s).\(.)" else $s end' "$1" |
        grep -vxE '\$schema|trackers' | sort
}
ferry config show --all --json
out_jq '.values[].key' | sort -u >"$work/keys"
properties "$work/user.json" >"$work/in-schema"
diff "$work/keys" "$work/in-schema" >"$work/difference" || fail "the schema has every key and no other: $(cat "$work/difference")"
properties "$work/schema.json" >"$work/in-schema"
is "the users' own keys" "$(comm -23 "$work/keys" "$work/in-schema" | paste -sd' ')" "plugins.folders proxy serve.upload_token_file tls.ca_dir tls.ca_file tls.verify trust.hosts"

# Every option of a tracker plugin is one, too; "account" is ferry's own.
for plugin in local vendor; do
    echo "{\"trackers\": {\"t\": {\"plugin\": \"$plugin\", \"project\": \"T\"}}}" >ferry.json
    ferry config show --all --json
    out_jq '.values[].key | select(startswith("trackers.t.")) | ltrimstr("trackers.t.")' | sort -u >"$work/keys"
    jq -r --arg plugin $plugin '.properties.trackers.additionalProperties.allOf[] | select(.if.properties.plugin.const == $plugin) | .then.properties | keys[]' \
        "$work/schema.json" | grep -vx account | sort >"$work/in-schema"
    diff "$work/keys" "$work/in-schema" >"$work/difference" || fail "the schema has every option of $plugin: $(cat "$work/difference")"
done
rm ferry.json

# A user's own file may say what a repository may not.
mkdir -p "$work/home/.config/ferry"
echo '{"tls": {"verify": false}, "plugins": {"folders": ["/opt/ferry"]}, "state": {"path": "~/state"}, "trust": {"hosts": "tracker.example"}}' \
    >"$work/home/.config/ferry/config.json"
is "the users' schema takes their keys" "$(judge "$work/user.json" "$work/home/.config/ferry/config.json" | sed 's/.* //')" true
ferry config check
exits 0
