#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry serve` is asked for an upload: it is kept before it is answered, and arrives once, however often it is asked for and whatever dies meanwhile. Only who
# bears the token is heard, and nothing outside of the folder that was named can be read.
# shellcheck disable=SC1010,SC2119,SC2120,SC2317 # words of states; functions that others call
. "$(dirname "$0")/lib.sh"

secret=0123456789abcdef-CANARY
environment=(FERRY_DELIVERY_SETTLE=0ms FERRY_SERVE_RETRY=100ms FERRY_BUSY_MS=60000 FERRY_SERVE_UPLOAD_TOKEN_FILE=token)
(umask 077 && echo "$secret" >token)
mkdir -p in/sub
report in/sub/named.xml one=N_1 two=N_2!
echo out of reach >secret.txt
ln -s ../secret.txt in/link.xml
cat >ferry.json <<'END'
{ "trackers": { "ao": { "plugin": "local", "project": "AO" }, "demo": { "plugin": "local", "project": "DEMO" }, "form": { "plugin": "local", "project": "FORM" } },
  "serve": { "upload_root": "in" }, "exchange_log_dir": "log" }
END

serve() {
    rm -f "$work/serve.out"
    begin serve serve --listen 127.0.0.1:0
    serving=$begun
    until_true test -s "$work/serve.out"
    place=$(head -n 1 "$work/serve.out")
}
# asks CODE METHOD PATH [BODY [HEADER...]]
asks() {
    local want=$1 method=$2 path=$3 body=${4-}
    shift $(($# > 4 ? 4 : $#))
    local headers=(-H "Authorization: Bearer ${bearer-$secret}")
    for header in "$@"; do headers+=(-H "$header"); done
    code=$(printf '%s' "$body" | curl -s --noproxy '*' -o "$work/answer" -w '%{http_code}' -X "$method" "${headers[@]}" --data-binary @- "$place$path")
    [ "$code" = "$want" ] || fail "$method $path is answered with $want, not $code: $(cat "$work/answer")"
}
# shellcheck disable=SC2317 # until_true calls it
job_is() { # JOB STATE
    asks 200 GET "/v1/uploads/$1"
    [ "$(answer_jq .state)" = "$2" ]
}
upload() { # NAME CASE...: a body that brings its report along
    local name=$1
    shift
    report "$name" "$@"
    jq -nc --arg name "$name" --rawfile content "$name" '{to: "ao", mirror: ["demo"], run_title: $name, reports: [{name: $name, content: $content}]}'
}

serve
# Who has no token is told nothing.
body=$(upload a.xml one=K_1 two=K_2! three)
bearer=wrong-0123456789 asks 401 POST /v1/uploads "$body"
bearer='' asks 401 POST /v1/uploads "$body"
bearer=${secret%Y} asks 401 GET "/v1/uploads/00000000-0000-0000-0000-000000000000"
asks 404 GET "/v1/uploads/00000000-0000-0000-0000-000000000000"
asks 404 POST "/v1/uploads/00000000-0000-0000-0000-000000000000/retry"
asks 404 GET /v1/other
asks 405 DELETE /v1/uploads
asks 405 GET /v1/uploads

# What is no upload.
for bad in '' '[]' '{' '{"reports":[]}' '{"reports":"a.xml"}' '{"reports":[7]}' '{"reports":[{"name":"a.xml"}]}' '{"too":"ao","reports":["sub/named.xml"]}' \
    '{"to":7,"reports":["sub/named.xml"]}' '{"mirror":[1],"reports":["sub/named.xml"]}' '{"complete":"perhaps","reports":["sub/named.xml"]}' '{"reports":["../secret.txt"]}' \
    '{"reports":["/etc/passwd"]}' '{"reports":["link.xml"]}' '{"reports":["sub"]}' '{"reports":["none.xml"]}' "{\"reports\":[\"sub/named.xml\u0000\"]}"; do
    asks 400 POST /v1/uploads "$bad"
    [ "$(answer_jq '.error | length > 5')" = true ] || fail "$bad: it is said why"
done
grep -rq 'out of reach' .ferry && fail "what lies outside is not kept"
is "too long without the token" "$(head -c 20000000 /dev/zero | curl -s --noproxy '*' -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer no' --data-binary @- "$place/v1/uploads")" 413

# One that arrives.
asks 202 POST /v1/uploads "$body"
job=$(answer_jq .job_id)
until_true job_is "$job" "done"
is "destinations" "$(answer_jq '[.destinations[] | "\(.destination) \(.role) \(.delivered)"] | join(",")')" "local:AO primary 3,local:DEMO mirror 2"
is "slices" "$(answer_jq '[.slices[] | "\(.destination) \(.slice) \(.status) \(.done)/\(.items)"] | join(",")')" "local:AO 1 Success 3/3,local:DEMO 1 Success 2/2"
[ -f "log/$(answer_jq .exchange_log)" ] || fail "its exchange log is where it says"
holds AO results 3
holds DEMO results 2

# The same once more, however it is said: the same job, and nothing more.
for _ in 1 2 3; do
    asks 202 POST /v1/uploads "$body" 'Idempotency-Key: night-1'
    is "the same job" "$(answer_jq '"\(.job_id) \(.state)"')" "$job known"
done
asks 202 POST /v1/uploads "$(jq '{reports, mirror, run_title, to}' <<<"$body")"
is "in another order" "$(answer_jq .job_id)" "$job"

# A form says the same: files, fields, and the name of a report that is here.
sends() { # CODE CURL_ARGUMENT...
    local want=$1
    shift
    code=$(curl -s --noproxy '*' -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $secret" "$@" "$place/v1/uploads")
    [ "$code" = "$want" ] || fail "$* is answered with $want, not $code: $(cat "$work/answer")"
}
sends 202 -F to=ao -F mirror=demo -F run_title=a.xml -F reports=@a.xml
is "the same job, sent as a form" "$(answer_jq '"\(.job_id) \(.state)"')" "$job known"
report form.xml five=F_5 six
sends 202 -F 'reports=@form.xml;filename=night; "1".xml' -F reports=sub/named.xml -F to=ao -F mirror=demo -F mirror=ao
forms=$(answer_jq .job_id)
until_true job_is "$forms" failed
grep -q 'is the primary already' "$work/serve.err" || fail "each mirror was heard: $(tail -n 3 "$work/serve.err")"
sends 202 -F reports=@form.xml -F reports=sub/named.xml -F to=form -F run_key=form
until_true job_is "$(answer_jq .job_id)" "done"
is "of both" "$(answer_jq '.destinations[0].delivered')" 4
wrong_form() { # WORDS CURL_ARGUMENT...
    local words=$1
    shift
    sends 400 "$@"
    answer_jq .error | grep -qF "$words" || fail "$* is refused with $words: $(cat "$work/answer")"
}
parts() { # BYTES with \n for CRLF
    printf '%b' "${1//\\n/\\r\\n}" >form.bytes
    printf '%s' @form.bytes
}
form='Content-Type: multipart/form-data; boundary=b'
wrong_form 'reports: 1 to 1000' -F to=ao
wrong_form '"too" is no member' -F too=ao -F reports=@a.xml
wrong_form '"to" is there twice' -F to=ao -F to=demo -F reports=@a.xml
wrong_form 'complete: auto' -F complete=perhaps -F reports=@a.xml
wrong_form '"to" is a file' -F to=@a.xml -F reports=@a.xml
wrong_form 'a list of destinations' -F mirror= -F reports=@a.xml
wrong_form 'no such report' -F reports=../secret.txt
wrong_form 'a file with a name' -H "$form" --data-binary "$(parts '--b\nContent-Disposition: form-data; name="reports"; filename=""\n\nx\n--b--\n')"
wrong_form 'the last part has no end' -H "$form" --data-binary "$(parts '--b\nContent-Disposition: form-data; name="reports"; filename="a"\n\n<testsui')"
wrong_form 'does not begin with the boundary' -H "$form" --data-binary "$(parts '--c\nContent-Disposition: form-data; name="to"\n\nao\n--c--\n')"
wrong_form 'the head of a part has no end' -H "$form" --data-binary "$(parts '--b\nContent-Disposition: form-data; name="to"')"
wrong_form 'no content-disposition' -H "$form" --data-binary "$(parts '--b\nContent-Type: text/plain\n\nx\n--b--\n')"
wrong_form 'more after the end' -H "$form" --data-binary "$(parts '--b--\nrest')"
wrong_form 'a boundary of 1 to 70' -H 'Content-Type: multipart/form-data' --data-binary "$(parts '--b--\n')"
wrong_form 'a boundary of 1 to 70' -H 'Content-Type: multipart/mixed; boundary=b' --data-binary "$(parts '--b--\n')"
grep -rq 'out of reach' .ferry && fail "what lies outside is not kept, whoever sends a form"

# A key is of one upload.
asks 202 POST /v1/uploads "$(upload b.xml four=K_4)" 'Idempotency-Key: night-2'
other=$(answer_jq .job_id)
asks 409 POST /v1/uploads "$(upload c.xml five=K_5)" 'Idempotency-Key: night-2'
until_true job_is "$other" "done"
holds AO results 4

# By name.
asks 202 POST /v1/uploads '{"to":"ao","reports":["sub/named.xml"]}'
named=$(answer_jq .job_id)
until_true job_is "$named" "done"
holds AO results 6

# A destination that is none, and a report that cannot be read: it failed, and says so.
asks 202 POST /v1/uploads '{"to":"nosuch:AO","reports":["sub/named.xml"]}'
failed=$(answer_jq .job_id)
until_true job_is "$failed" failed
is "how" "$(answer_jq .exit_code)" 2
asks 202 POST /v1/uploads '{"to":"ao","reports":[{"name":"x.xml","content":"no report"}]}'
failed=$(answer_jq .job_id)
until_true job_is "$failed" failed

# Tried again: nothing is added.
asks 202 POST "/v1/uploads/$job/retry"
until_true job_is "$job" "done"
holds AO results 6
holds DEMO results 3
kill -TERM "$serving"
ended serve "$serving"
exits 143
says_not CANARY
! grep -rF CANARY .ferry log "$work/err" || fail "the token is nowhere"

# Killed when it had said 202: the next one uploads it, once; also where it dies on the way.
for at in captured:1 sent_committed:2 settled:3; do
    environment+=("FERRY_CRASH_AT=$at" "FERRY_CRASH_FROM=$work/go")
    rm -f "$work/go"
    serve
    : >"$work/go"
    asks 202 POST /v1/uploads "$(upload "k-$at.xml" "at $at=X_${at%:*}")"
    job=$(answer_jq .job_id)
    ended serve "$serving"
    environment=("${environment[@]:0:4}")
    serve
    until_true job_is "$job" "done"
    kill -KILL "$serving"
    ended serve "$serving"
done
holds AO results 9
holds DEMO results 6

# Forgotten by prune, with its reports; one that waits is not.
ferry prune --older-than 0s
exits 0
serve
asks 404 GET "/v1/uploads/$job"
asks 202 POST /v1/uploads "$body"
until_true job_is "$(answer_jq .job_id)" "done"
holds AO results 9
kill -KILL "$serving"
exit 0
