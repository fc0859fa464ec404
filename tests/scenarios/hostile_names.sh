#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Nothing that somebody else named acts when ferry shows it. Each text of hostile_names.tsv stands wherever a report, a configuration, a
# command line, the environment, a file's name or a tracker can put one, and everything that prints is run over it; inert.c reads what was
# printed, byte by byte.
#
#   hostile_names.sh                     all names; of the places that take one text at a time each name has its turn at every tenth
#   FERRY_TORTURE=full hostile_names.sh  every name at every place
#   hostile_names.sh NAME...             these names at every place
#   KEEP=FOLDER hostile_names.sh ...     what was printed stays there
. "$(dirname "$0")/lib.sh"
INERT=$(realpath "${INERT:-$(dirname "$FERRY")/../tests/scenarios/inert}")
trackers=$(dirname "$FERRY")/../tests/plugins
keep=${KEEP:+$(cd "$OLDPWD" && realpath -m "$KEEP")}
turns=10 together=16 # so many names share a report: receipts name a few of each kind, and count the rest
if [ $# -gt 0 ] || [ "${FERRY_TORTURE-}" = full ]; then
    turns=1 together=4
fi
mkdir "$work/printed" "$work/worlds"
printed=$work/printed/text

# Every command has the same surroundings, so they are made once.
while read -r variable; do
    case $variable in
    PATH | ASAN_OPTIONS | UBSAN_OPTIONS | LSAN_OPTIONS) ;;
    *) export -n "${variable?}" ;;
    esac
done < <(compgen -e)
export HOME=$work/home TMPDIR=$work/tmp LC_ALL=C.UTF-8 FERRY_CLOCK=virtual

# --- the names ---

# A text is judged itself, first: who lets it pass, lets everything pass. Then it gets a mark by which it is found again.
names=() texts=()
add_name() {
    local verdict=plain text mark
    printf -v text '%b' "$3"
    printf '%s\n' "$text" >"$work/raw"
    "$INERT" "$work/raw" >"$work/out" || verdict=active
    last="inert: $1" rc=$verdict
    [ "$verdict" = "$2" ] || fail "the text \"$1\" is $2"
    names+=("$1")
    printf -v mark ' zq%02dz' ${#names[@]}
    texts+=("$text$mark")
}
lines=0
while IFS=$'\t' read -r name raw text; do
    case $name in '#'* | '') continue ;; esac
    lines=$((lines + 1))
    if [ $# -gt 0 ]; then
        [[ " $* " != *" $name "* ]] || add_name "$name" "$raw" "$text"
    elif [ $((lines % ${SAMPLE:-1})) -eq 0 ]; then
        add_name "$name" "$raw" "$text"
    fi
done <"$scenarios/hostile_names.tsv"
known=${#names[@]}
[ "$known" -gt 0 ] || fail "there are names"

# As the content of an element or attribute; bytes that XML forbids stay as they are.
xml() {
    local s=$1
    s=${s//&/"&amp;"} s=${s//</"&lt;"} s=${s//>/"&gt;"} s=${s//\"/"&quot;"}
    s=${s//$'\n'/"&#10;"} s=${s//$'\r'/"&#13;"} s=${s//$'\t'/"&#9;"}
    REPLY=$s
}
control=() escape=()
for ((i = 1; i < 32; i++)); do
    printf -v "escape[i]" '\\u%04x' "$i"
    printf -v "control[i]" '%b' "${escape[i]}"
done
# As a string of JSON, with its quotes; bytes that are no UTF-8 stay as they are.
json() {
    local s=$1 i
    s=${s//\\/\\\\} s=${s//\"/\\\"}
    if [[ $s = *[[:cntrl:]]* ]]; then
        for ((i = 1; i < 32; i++)); do
            s=${s//"${control[i]}"/"${escape[i]}"}
        done
    fi
    REPLY="\"$s\""
}
# What of it passes as the code of a project: no blank, no ASCII control, none of / \ ? # %.
project_code() {
    local LC_ALL=C
    REPLY=${1//[[:cntrl:][:blank:]\/\\?#%]/}
}
file_name() {
    local s=${1//\//_}
    REPLY=${s:0:120}
}

# --- running ---

commands=0 forms=0
declare -A outputs=() places=()
# No text makes ferry crash or lose its way: 74, but from the doctor, would be a bug, more a signal.
judged() {
    commands=$((commands + 1))
    outputs[$step]=1
    if [ "$rc" -gt 74 ] || { [ "$rc" -eq 74 ] && [ "${last%% *}" != doctor ]; }; then
        tail -n 30 "$printed" >"$work/err"
        fail "\"$step\" ends in a documented way"
    fi
}
# say WHAT ARGUMENT...: text; both outputs are judged.
say() {
    step=$1 rc=0 last="${*:2}"
    shift
    printf '=== %s: %s\n' "$about" "$step" >>"$printed"
    "$FERRY" "$@" >>"$printed" 2>&1 </dev/null || rc=$?
    judged
}
# say_json WHAT json|ndjson ARGUMENT...: what stdout has is JSON.
say_json() {
    local to
    step=$1 rc=0 last="${*:3}" to=$work/printed/$((forms += 1)).$2
    shift 2
    printf '=== %s: %s\n' "$about" "$step" >>"$printed"
    "$FERRY" "$@" >"$to" 2>>"$printed" </dev/null || rc=$?
    [ -s "$to" ] || rm "$to"
    judged
}
# at PLACE ARGUMENT...: say, where it is this text's turn at this place.
at() {
    places[$1]=1
    turn=$((turn + 1))
    [ $((turn % turns)) -ne 0 ] || say "$@"
}

# --- reports ---

report_places="testcase-name classname suite-name hostname package file time status message type property-name property-value key attachment output skip-message"
# $2... as a report, FILE. Everything in it that takes a text is called by one.
write_report() {
    local text x to=$1
    shift
    {
        echo '<testsuites>'
        for text in "$@"; do
            xml "$text"
            x=$REPLY
            cat <<END
<testsuite name="$x" hostname="$x" package="$x"><properties><property name="$x" value="$x"/></properties>
<testcase classname="$x" name="$x" file="$x" time="$x"><properties><property name="Automation Key" value="$x"/>
<property name="$x" value="$x"/><property name="attachment" value="$x"/></properties>
<failure message="$x" type="$x">$x
[[ATTACHMENT|$x]]</failure><system-out>$x</system-out></testcase>
<testcase name="$x" status="$x"><skipped message="$x"/></testcase>
</testsuite>
END
        done
        echo '</testsuites>'
    } >"$to"
}

of_reports() {
    write_report r.xml "${round[@]}"
    write_report back.xml "${back[@]}"
    cp "$samples/basic.xml" one.xml
    say inspect inspect r.xml
    say_json "inspect --json" json inspect --json back.xml
    say_json "inspect --ndjson" ndjson inspect --ndjson r.xml
    say "dry run" upload --dry-run --to local:AO --mirror local:DEMO --run-title "${round[0]}" back.xml
    say_json "dry run --json" json upload --dry-run --json --to local:AO --run-key "${round[1]}" --part "${round[2]}" r.xml
    say upload upload --to local:AO --mirror local:DEMO --run-title "${round[3]}" r.xml
    say_json "upload --json" json upload --json --to local:AO --mirror local:NEW --no-create-cases --run-title "${round[2]}" back.xml
    say "mirror dry run" mirror --dry-run --source-project local:AO --use-latest-source-run --target-project local:M --target-run-title "${round[1]}"
    project_code "${round[2]}"
    say "upload to a project" upload --to "local:$REPLY" r.xml
    say_json "mirror --json" json mirror --json --source-project local:AO --use-latest-source-run --target-project local:M --no-create-cases
    GITHUB_ACTIONS=true GITHUB_WORKFLOW=${round[0]} GITHUB_JOB=${round[1]} GITHUB_RUN_ID=${round[2]} \
        say "upload in a workflow" upload --to local:CI --run-key "${round[3]}" r.xml
    say complete complete "${round[3]}"
    say "upload with events" upload --to local:EV --run-title "${round[0]}" --events "$work/printed/$((forms += 1)).ndjson" --exchange-log xl r.xml
    cp xl/*.json "$work/printed/$((forms += 1)).json"
    say "dry run on paper" upload --dry-run --out paper --to local:PAPER --run-title "${round[1]}" back.xml
    cp paper/requests.json "$work/printed/$((forms += 1)).json"
}

of_the_state() {
    say status status --all
    say_json "status --json" json status --all --json
    say "status --tasks" status --tasks
    say_json "status --tasks --json" json status --tasks --json
    say retry retry
    say resume resume
    say_json "resume --json" json resume --json
    say prune prune --dry-run
    say doctor doctor
    say_json "doctor --json" json doctor --json
    say "local list" local list
    say_json "local list --json" json local list --json
    say_json "local export" json local export --project AO
}

# --- a tracker that says the text ---

moods=(refuse angry strange stranger broken facts "done")
# These pass as the id of a run and as a key of a report, so they come back as what a tracker already has.
passing=(azure_within right_to_left tag_characters isolate teamcity_within)

# ferry.json: a tracker for each mood, each with the next text.
write_config() {
    local mood i=0
    known_id=${round[0]}
    for ((i = 0; i < known; i++)); do
        [ "${names[i]}" != "${passing[world % ${#passing[@]}]}" ] || known_id=${texts[i]}
    done
    i=0
    {
        json "${round[0]}"
        printf '{"automation_key": {"field": %s}, "trackers": {"here": {"plugin": "local", "project": "HERE"}' "$REPLY"
        for mood in "${moods[@]}"; do
            json "${round[(i + world) % ${#round[@]}]}"
            [ "$mood" != "done" ] || json "$known_id"
            printf ', "%s": {"plugin": "echo", "project": "P", "mood": "%s", "say": %s}' "$mood" "$mood" "$REPLY"
            i=$((i + 1))
        done
        echo '}}'
    } >ferry.json
}

of_trackers() {
    local mood
    write_config
    export FERRY_PLUGIN_PATH=$trackers
    for mood in "${moods[@]}"; do
        at "a tracker: $mood" upload --state "s.$mood" --to "$mood" r.xml
        at "status of a tracker: $mood" status --all --state "s.$mood"
        at "tasks of a tracker: $mood" status --tasks --state "s.$mood"
    done
    at "a tracker: angry, resumed" resume --state s.angry
    at "a tracker's runs" mirror --state s.from --source-project "done" --use-latest-source-run --target-project here
    at "a tracker's run by title" mirror --state s.from --source-project "done" --source-run-title "x${round[0]}" --target-project here
    write_report key.xml "$known_id"
    say "dry run into a tracker's run" upload --dry-run --to "done" --run-id "$known_id" key.xml
    say "upload to a tracker" upload --to "done" key.xml
    say "status of a tracker" status --all
    at "a tracker, verbose" -vv upload --state s.verbose --to refuse r.xml
    say_json "upload --json to a tracker" json upload --json --state s.json --to refuse r.xml
    say_json "dry run --json to a tracker" json upload --dry-run --json --to "done" r.xml
    say_json "status --json of a tracker" json status --json --state s.json
    say "config show" config show
    say_json "config show --json" json config show --json
    say_json "config show --all --json" json config show --all --json
    say "config check" config check
    say_json "config check --json" json config check --json
    say "doctor with trackers" doctor
    say_json "doctor --json with trackers" json doctor --json
    export -n FERRY_PLUGIN_PATH
    rm ferry.json
}

# --- words, variables and files that configure ---

of_words() {
    local t=$1
    at "command" "$t"
    at "option" inspect "--$t" r.xml
    at "value of an option" upload --complete "$t" r.xml
    at "destination" upload --to "$t" r.xml
    at "project" upload --dry-run --to "local:$t" none.xml
    project_code "$t"
    at "code of a project" upload --dry-run --to "local:$REPLY" r.xml
    at "mirror" upload --dry-run --to local:AO --mirror "$t" none.xml
    at "run id" upload --dry-run --to local:AO --run-id "$t" none.xml
    at "run to complete" complete "$t"
    at "run to forget" prune --run-key "$t"
    at "run to retry" retry "$t"
    at "task to retry" retry --task "$t"
    at "file of events" upload --to local:AO --events "none/$t" r.xml
    at "input" inspect "$t" "$t/**/*.xml"
    at "option of a reader" inspect --reader-option "junit.$t=$t" r.xml
    at "reader" inspect --reader-option "$t=$t" r.xml
    at "configuration file" config show --config "$t"
    at "word of config" config "$t"
    at "key to be shown" config show "$t"
    at "project of a new configuration" config init --to "local:$t"
    rm -f ferry.json
    at "host" trust "$t"
    at "topic of help" help "$t"
    at "command of a plugin" local "$t"
    at "project of a plugin" local export --project "$t"
    at "source run" mirror --source-project local:AO --source-run-id "$t" --target-project local:DEMO
    FERRY_UPLOAD_TO=$t at "variable" upload none.xml
    FERRY_UPLOAD_ON_DELIVERY_ERROR=$t at "choice of a variable" config show
    FERRY_TRUST_HOST=${t//$'\n'/ } at "trusted host" trust
    FERRY_PLUGIN_PATH=$t:/$t at "plugin folder" plugins
    FERRY_PLUGIN_PATH=$t:/$t at "plugin folder, looked at" doctor
    FERRY_STATE=$PWD/$t at "state folder, looked at" doctor
    CI=true GITLAB_CI=true CI_PIPELINE_ID=$t CI_JOB_NAME=$t FERRY_PART=$t at "job, looked at" doctor
}

of_settings() {
    local t=$1
    json "$t"
    printf '{%s: 1}' "$REPLY" >ferry.json
    at "key of the configuration" config show
    at "key of the configuration, looked at" doctor
    printf '{"upload": {"to": %s, "mirror": [%s]}}' "$REPLY" "$REPLY" >ferry.json
    at "value of the configuration" config show
    printf '{"trackers": {"a": {"plugin": %s, "project": %s}}}' "$REPLY" "$REPLY" >ferry.json
    at "plugin of a tracker" config check
    project_code "$t"
    json "$REPLY"
    printf '{"trackers": {"a": {"plugin": "local", "project": %s}}}' "$REPLY" >ferry.json
    at "project of a tracker" config check
    json "$t"
    printf '{"trackers": {"a": {"plugin": "local", "project": %s, %s: %s}}}' "$REPLY" "$REPLY" "$REPLY" >ferry.json
    at "option of a tracker" config check
    at "option of a tracker, looked at" doctor
    printf '{"upload": %s' "$t" >ferry.json
    at "word in the configuration" config show
    printf '{"automation_key": {"map": "keys.tsv"}}' >ferry.json
    printf '%s\n' "$t" >keys.tsv
    at "map of keys" upload --dry-run --to local:AO r.xml
    rm ferry.json
}

# --- files and folders ---

# Reports and plugins with these names; a call has them all.
of_files() {
    local text
    mkdir reports plugins
    for text in "${texts[@]}"; do
        file_name "$text"
        cp "$samples/basic.xml" "reports/$REPLY.xml"
        echo 'no report' >"reports/$REPLY.not.xml"
        echo 'no plugin' >"plugins/$REPLY.so"
    done
    places["file name"]=1 places["plugin file"]=1
    say "inspect files" inspect reports
    say "inspect files by name" inspect -- reports/*
    say_json "inspect --json files" json inspect --json reports/*
    say_json "inspect --ndjson files" ndjson inspect --ndjson reports
    say "upload files" upload --to local:FILES reports/*
    export FERRY_PLUGIN_PATH=$PWD/plugins
    say plugins plugins
    say "doctor with plugins" doctor
    say_json "plugins --json" json plugins --json
    export -n FERRY_PLUGIN_PATH
}

# What is proposed to be typed next is what a person will copy: it must be one command.
copy_line() {
    local line
    line=$(grep -a '^next: ferry upload --dry-run ' "$printed" | tail -n 1)
    line=${line% (*}
    [ -z "$line" ] || (sh -c "ferry() { :; }; ${line#next: }" 2>/dev/null) || true
}

# A working folder with this name, and folders with it.
of_folders() {
    local here=$PWD
    file_name "$1"
    mkdir -p "./$REPLY/.git"
    cd "./$REPLY" || fail "a folder can have this name"
    echo '{}' >ferry.json
    at "folder" upload --dry-run "$here/r.xml"
    at "folder of the configuration" config check
    mkdir -p "./$REPLY" .ferry/"$REPLY"
    cp "$here/one.xml" "./$REPLY/r.xml"
    echo 'no database' >.ferry/"$REPLY"/state.db
    at "folder of reports" config init --force
    copy_line
    at "folder in the state folder" doctor
    [ $((turn % turns)) -ne 0 ] || say_json "config show --json in a folder" json config show --json
    cd "$here" || exit 1
}

# --- all of it ---

world=0
for ((first = 0; first < known; first += together)); do
    round=() back=()
    for ((i = 0; i < together; i++)); do
        round+=("${texts[(first + i) % known]}")
        back=("${round[i]}" "${back[@]}")
    done
    about=${names[first]} turn=$world
    mkdir -p "$work/worlds/$world/.git"
    cd "$work/worlds/$world" || exit 1
    of_reports
    of_the_state
    of_trackers
    for ((i = first; i < first + together && i < known; i++)); do
        about=${names[i]} turn=$i
        of_words "${texts[i]}"
        of_settings "${texts[i]}"
        of_folders "${texts[i]}"
    done
    world=$((world + 1))
done
about="all names"
mkdir -p "$work/worlds/files/.git"
cd "$work/worlds/files" || exit 1
of_files

# --- the verdict ---

[ -z "$keep" ] || cp -r "$work/printed" "$keep"
last=inert rc=-
: >"$work/err"
"$INERT" "$work"/printed/* >"$work/out" || {
    fail "nothing active was printed"
}
verdict=$(tail -n 1 "$work/out")
! grep -aE 'Sanitizer|runtime error' "$printed" || fail "no sanitizer had anything to say"
! find "$work" -name 'made_by_a_name*' | grep . || fail "nothing was run or made by a name"
for form in "$printed" "$work"/printed/all.json; do
    [ -e "$form" ] || cat "$work"/printed/*json >"$form"
    is "names shown in ${form##*/}" "$(grep -ao 'zq[0-9][0-9]z' "$form" | sort -u | wc -l)" "$known"
done
# A judge that sees nothing would be content as well: what was printed, with one escape of each kind taken back, has to be told.
for change in 's/\\x1b/\x1b/' 's/\\x3a::*/::/' 's/\\x23#/##/' 's/\\u202e/\xe2\x80\xae/' 's/\\x0d/\r/'; do
    sed "$change" "$printed" >"$work/changed"
    cmp -s "$work/changed" "$printed" || ! "$INERT" "$work/changed" >"$work/out" || fail "the judge sees $change"
done
shown=$(cat "$printed" "$work"/printed/all.json | grep -ao 'zq[0-9][0-9]z' | wc -l)
places_known=$((${#places[@]} + $(wc -w <<<"$report_places")))
echo "$known names x $places_known places x ${#outputs[@]} outputs, $commands commands, shown $shown times; $verdict"
