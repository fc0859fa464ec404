#!/bin/sh
# SPDX-License-Identifier: MIT
# cli.sh FERRY PLUGINS: the program itself, as a person or a pipeline meets it: help, plugins, wrong words, exit codes, closed
# pipes, signals, and a canary that must not show anywhere. Prints each failed expectation; the exit code says whether there was one.
# shellcheck disable=SC2016,SC2086 # texts for ferry and for other shells; words to be split
ferry=$1
samples=$2
work=$(mktemp -d /tmp/ferry-cli-XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/app/.git" "$work/home"
cd "$work/app" || exit 1
failed=0

# A clean environment, the samples as plugins.
run() {
    env -i PATH="$PATH" HOME="$work/home" ASAN_OPTIONS="$ASAN_OPTIONS" UBSAN_OPTIONS="$UBSAN_OPTIONS" \
        FERRY_PLUGIN_PATH="$samples" "$@" >"$work/out" 2>"$work/err"
    code=$?
}

fail() {
    echo "FAILED: $1"
    sed 's/^/  out: /' "$work/out"
    sed 's/^/  err: /' "$work/err"
    failed=1
}

# expect CODE out|err TEXT
expect() {
    [ "$code" = "$1" ] || fail "exit $code instead of $1 (looking for: $3)"
    grep -qF -e "$3" "$work/$2" || fail "std$2 lacks: $3"
}

# --- help ---
run "$ferry" help
expect 0 out 'usage: ferry [OPTIONS] COMMAND ...'
expect 0 out '  plugins        lists the plugins'
[ -s "$work/err" ] && fail 'help writes to stderr'
cp "$work/out" "$work/overview"
run "$ferry" --help
cmp -s "$work/out" "$work/overview" || fail '--help differs from help'
run "$ferry" -h
cmp -s "$work/out" "$work/overview" || fail '-h differs from help'
run "$ferry" help plugins
expect 0 out 'usage: ferry plugins [OPTIONS]'
cp "$work/out" "$work/about"
run "$ferry" plugins --help
cmp -s "$work/out" "$work/about" || fail 'plugins --help differs from help plugins'
run "$ferry" --help plugins
cmp -s "$work/out" "$work/about" || fail '--help plugins differs from help plugins'
run "$ferry" help vendor
expect 0 out 'vendor - Sample 1.2.3, MIT'
expect 0 out 'ferry.tracker/1'
expect 0 out 'VENDOR_API_TOKEN'
expect 0 out '  timeout TIME'
expect 0 out '  show           shows what it was given'
run "$ferry" vendor show --help
expect 0 out 'usage: ferry vendor show [OPTIONS] [WORD...]'
expect 0 out '  --upper-case'
expect 0 out '  --project CODE'
run "$ferry" help vendor show
expect 0 out 'usage: ferry vendor show [OPTIONS] [WORD...]'
run "$ferry" help vendor shwo
expect 2 err 'plugin vendor has no command "shwo"'
run "$ferry" help pluginz
expect 2 err 'did you mean "plugins"?'
run "$ferry" help vendro
expect 2 err 'did you mean "vendor"?'
run "$ferry" help plugins twice
expect 2 err 'takes no further word'

# --- plugins ---
run "$ferry" plugins
expect 0 out 'ID'
grep -qE '^vendor +1\.2\.3 +1 +commands,tracker +/' "$work/out" || fail 'plugins has no line for vendor'
run "$ferry" plugins --json
expect 0 out '"schema_version": 1'
expect 0 out '"id": "vendor"'
expect 0 out '"status": "ok"'
mkdir "$work/bad" && echo 'not a plugin' >"$work/bad/broken.so"
run FERRY_PLUGIN_PATH="$work/bad:relative" "$ferry" plugins
expect 0 out 'refused:'
expect 0 out 'broken.so'
expect 0 out 'a relative path in FERRY_PLUGIN_PATH'
run FERRY_PLUGIN_PATH="$work/bad" "$ferry" plugins --json
expect 0 out '"status": "refused"'
expect 0 out '"reason": '

# --- words that are wrong ---
run "$ferry"
expect 2 err 'say what to do'
run "$ferry" pluigns
expect 2 err 'ferry has no command "pluigns"; did you mean "plugins"?'
run "$ferry" vendr show
expect 2 err 'did you mean "vendor"?'
run "$ferry" wibble
expect 2 err 'ferry has no command "wibble", and no plugin has that name'
run "$ferry" --verbos plugins
expect 2 err 'ferry has no option "--verbos"; did you mean "--verbose"?'
run "$ferry" plugins --jsno
expect 2 err 'ferry plugins has no option "--jsno"; did you mean "--json"?'
run "$ferry" plugins -x
expect 2 err 'ferry plugins has no option "-x"'
run "$ferry" plugins extra
expect 2 err 'ferry plugins takes no "extra"'
run "$ferry" plugins --color=pink
expect 2 err '--color: "pink" is not one of auto, always, never'
run "$ferry" plugins --config
expect 2 err '--config needs a value'
run "$ferry" plugins --config --json
expect 2 err '--config needs a value, and another option follows'
run "$ferry" plugins --json=perhaps
expect 2 err '--json: "perhaps" is neither true nor false'
run "$ferry" --config a --config b plugins
expect 2 err '--config is given twice'
run "$ferry" --config none.json plugins
expect 2 err 'none.json: cannot open: no such file or folder'
run "$ferry" vendor
expect 2 err 'ferry vendor needs a command'
run "$ferry" vendor sohw
expect 2 err 'plugin vendor has no command "sohw"; did you mean "show"?'
run "$ferry" plain show --times many
expect 2 err '--times: "many" is no whole number'
run "$ferry" plain show a b c
expect 2 err 'ferry plain show: "c" is one word too many; it takes 2'
run "$ferry" plain show --to vendor:X
expect 2 err 'vendor:X: "token" is missing'
run VENDOR_API_TOKEN=token-1 "$ferry" plain show --to vendor:X
expect 2 err 'vendor:X is a tracker of plugin vendor, not of plain'

# --- options of ferry on either side ---
run "$ferry" -v plugins --json
expect 0 out '"schema_version": 1'
run "$ferry" plugins -v -q --no-color --json
expect 0 out '"schema_version": 1'
run "$ferry" --version
expect 0 out 'ferry '

# --- commands of plugins ---
run "$ferry" plain show --project AO --upper-case --word a --word=b -- x -y
expect 0 out 'project=AO'
expect 0 out 'upper_case=true'
expect 0 out 'times=1'
expect 0 out 'arg=-y'
expect 0 out 'config batch=200'
expect 0 err 'ferry: plain:AO (as written)'
run "$ferry" plain refuse
expect 3 err 'ferry: error: sample: this is refused on purpose'
run "$ferry" plain refuse silently
expect 6 err 'plain refuse: the other side said no'

# --- a broken configuration stops what needs it and nothing else ---
echo '{"uplaod": {}}' >ferry.json
run "$ferry" plugins
expect 2 err 'ferry.json line 1, column 2: "uplaod" is no key of ferry; did you mean "upload"?'
run "$ferry" help
expect 0 out 'usage:'
run "$ferry" help vendor
expect 0 out 'vendor - Sample'
expect 0 err 'warning: ferry.json line 1'
rm ferry.json
run FERRY_UPLAOD_TO=x "$ferry" plugins
expect 0 err 'FERRY_UPLAOD_TO is no variable of ferry and is not used; did you mean FERRY_UPLOAD_TO?'

# --- trust ---
run "$ferry" trust evil.example
expect 0 err 'trusted: evil.example'
run "$ferry" trust
expect 0 out 'evil.example'
run "$ferry" trust --remove evil.example
run "$ferry" trust
expect 0 out 'no host is trusted'
run "$ferry" trust evil.example/path
expect 2 err '"evil.example/path" is no host'

# --- stdout that is gone ---
env -i HOME="$work/home" ASAN_OPTIONS="$ASAN_OPTIONS" "$ferry" help >&- 2>"$work/err"
code=$?
expect 74 err 'stdout: cannot write: it is closed'
if [ -e /dev/full ]; then
    env -i HOME="$work/home" ASAN_OPTIONS="$ASAN_OPTIONS" "$ferry" help >/dev/full 2>"$work/err"
    code=$?
    expect 74 err 'stdout: cannot write: disk full'
fi
# shellcheck disable=SC2016 # the inner shell expands it
(env -i HOME="$work/home" ASAN_OPTIONS="$ASAN_OPTIONS" FERRY_PLUGIN_PATH="$samples" sh -c 'sleep 0.3; "$0" help' "$ferry" \
    2>"$work/err"; echo $? >"$work/code") | true
code=$(cat "$work/code")
expect 74 err 'stdout: cannot write: its reader is gone'

# --- the canary: in every way in, at every verbosity, nowhere out ---
canary='canary-8Tq/+&7"x'
cat >ferry.json <<EOF
{"trackers": {
  "ao":   {"plugin": "vendor", "project": "AO", "token": "\${VENDOR_API_TOKEN}", "batch": 5},
  "lit":  {"plugin": "vendor", "project": "LIT", "token": "canary-8Tq/+&7\"x"},
  "url":  {"plugin": "vendor", "project": "URL", "token": "\${VENDOR_API_TOKEN}", "url": "https://u:\${VENDOR_API_TOKEN}@x"},
  "bad":  {"plugin": "vendor", "project": "BAD", "token": "canary-8Tq/+&7\"x", "batch": "canary-8Tq/+&7\"x"},
  "typo": {"plugin": "vendor", "project": "TYPO", "tokne": "canary-8Tq/+&7\"x"}
}}
EOF
run VENDOR_API_TOKEN="$canary" "$ferry" config show
# shellcheck disable=SC2016 # shown as written
expect 0 out 'trackers.ao.token              ${VENDOR_API_TOKEN}'
expect 0 out 'trackers.lit.token             ***'
expect 0 out 'ferry.json line 2'
run VENDOR_API_TOKEN="$canary" "$ferry" config check
expect 2 out 'ao is vendor:AO, account api.vendor.example'
expect 2 err 'trackers.typo.tokne'
expect 2 out 'ferry.json: not all of it can be used'
run "$ferry" config
expect 2 err 'ferry config needs check | init | schema | show'
run "$ferry" config shwo
expect 2 err 'ferry config has no "shwo"; did you mean "show"?'
run "$ferry" config wibble
expect 2 err 'ferry config has no "wibble"; write check, init, schema or show'
for words in 'config show' 'config show --json' 'config show --all' 'config check' 'config check --json' 'config schema' doctor 'doctor --json' 'plugins' 'plugins --json' 'vendor show --to ao' 'vendor show --to lit' 'vendor show --to url' 'vendor show --to bad' \
    'vendor show --to typo' 'vendor show --project ad-hoc' 'help vendor' 'vendor send --to ao' 'canary-8Tq' \
    '--to=canary-8Tq plugins' 'plugins --token=canary-8Tq'; do
    # shellcheck disable=SC2086
    # shellcheck disable=SC2086 # a command line of several words
    run VENDOR_API_TOKEN="$canary" SECOND_API_TOKEN="$canary" FERRY_PROXY="http://u:$canary@p" "$ferry" -vv $words
    case $words in
    canary*) continue ;; # the word itself is the command: shown, as it was typed
    esac
    grep -q 'canary' "$work/out" "$work/err" && fail "the canary shows: ferry -vv $words"
    # shellcheck disable=SC2086 # a command line of several words
    run VENDOR_API_TOKEN="$canary" SECOND_API_TOKEN="$canary" "$ferry" -vv $words
    grep -q 'canary' "$work/out" "$work/err" && fail "the canary shows: ferry -vv $words"
done
run VENDOR_API_TOKEN="$canary" "$ferry" -vv vendor show --to lit "x-$canary"
expect 0 out 'arg=x-***'
expect 0 err 'warning: ferry.json line 3: trackers.lit.token holds the secret itself'
printf '{"trackers": {"a": {"token": %s}}}' "$canary" >ferry.json
run "$ferry" -vv plugins
expect 2 err 'ferry.json line 1'
grep -q 'canary' "$work/err" && fail 'a fault of JSON shows the canary'

[ "$failed" = 0 ] && echo 'all expectations met'
exit "$failed"
