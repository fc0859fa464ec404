#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Each line of qase_wrong_inputs.tsv: something is wrong with an account at Qase, with what a workspace holds, or on the way there; ferry must exit with
# that code and say that. All rows speak with the same mocks; what they hold in the end is what they held before.
#
#   qase_wrong_inputs.sh         all rows
#   qase_wrong_inputs.sh NAME... these rows, with what ferry said
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_wrong.sh"
. "$scenarios/lib_qase.sh"
command -v openssl >/dev/null || {
    echo "skipped: no openssl; cmake/packages.sh installs it"
    exit 77
}

# --- certificates: one authority, and certificates of it that are wrong in one thing each ---

tls=$work/tls
mkdir "$tls"
cat >"$tls/ca.cnf" <<END
[ca]
default_ca = d
[d]
dir = $tls
database = $tls/index
serial = $tls/serial
new_certs_dir = $tls
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
END
: >"$tls/index"
echo 01 >"$tls/serial"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=ferry test authority" -days 3650 \
    -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>"$tls/log" || fail "an authority is made: $(cat "$tls/log")"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=127.0.0.1" -keyout "$tls/key" -out "$tls/req" 2>"$tls/log"
certificate() { # NAME START END SUBJECT-ALTERNATIVE-NAME
    echo "subjectAltName=$4" >"$tls/ext"
    openssl ca -batch -config "$tls/ca.cnf" -cert "$tls/ca.pem" -keyfile "$tls/ca.key" -in "$tls/req" -out "$tls/$1.pem" -notext \
        -startdate "$2" -enddate "$3" -extfile "$tls/ext" 2>"$tls/log" || fail "$1 is made: $(cat "$tls/log")"
}
certificate good 20200101000000Z 20491231000000Z IP:127.0.0.1
certificate expired 20200101000000Z 20200201000000Z IP:127.0.0.1
certificate early 20490101000000Z 20491231000000Z IP:127.0.0.1
certificate elsewhere 20200101000000Z 20491231000000Z DNS:qase.example
openssl req -x509 -key "$tls/key" -subj "/CN=127.0.0.1" -addext subjectAltName=IP:127.0.0.1 -days 3650 -out "$tls/own.pem" 2>"$tls/log"
echo 'no certificate' >"$tls/text.pem"

# --- mocks: one that holds a workspace, and an empty one for each certificate ---

declare -A shown # which certificate is shown where
for name in good expired early elsewhere own; do
    mock qase --token right --tls-cert "$tls/$name.pem" --tls-key "$tls/key"
    shown[$name]=$url
done
mock qase --token right --option most_results=200
plain=$url token=right
workspace
for code in DUP RUNS; do
    answers 200 POST /v1/project "{\"title\":\"$code\",\"code\":\"$code\"}"
done
field() { # TITLE TYPE WHERE
    answers 200 POST /v1/custom_field "{\"title\":\"$1\",\"entity\":0,\"type\":$2,$3}"
}
everywhere='"is_enabled_for_all_projects":true'
field "Half Key" 1 '"projects_codes":["AO"]'
field "Other Half" 1 '"projects_codes":["DEMO"]'
field "Twin Key" 1 "$everywhere"
field "Twin Key" 1 "$everywhere"
field "Number Key" 0 "$everywhere"
field "Choice Key" 3 "$everywhere,\"value\":[{\"id\":1,\"title\":\"K\"}]"
answers 200 POST /v1/case/AO/bulk '{"cases":[{"title":"signs in","custom_field":{"1":"SIGN_001","2":"H"}},{"title":"by hand"}]}'
answers 200 POST /v1/case/DUP/bulk '{"cases":[{"title":"one","custom_field":{"1":"SIGN_001"}},{"title":"two","custom_field":{"1":"SIGN_001"}}]}'
run() { # PROJECT TITLE [RESULTS]
    answers 200 POST "/v1/run/$1" "{\"title\":\"$2\",\"is_autotest\":true,\"cases\":[]}"
    [ -z "${3-}" ] || answers 200 POST "/v1/result/$1/$(answer_jq .result.id)/bulk" "{\"results\":[$3]}"
}
run AO Regression '{"case_id":1,"status":"passed"}'
run AO Twin '{"case_id":1,"status":"passed"}'
run AO Twin '{"case_id":1,"status":"passed"}'
run AO Empty
run AO Keyless '{"case_id":2,"status":"passed"}'
run RUNS Two
run RUNS Two
for i in 1 2 3 4 5; do
    answers 200 POST "/v1/run/AO/$i/complete"
done
whole >"$work/before"

# --- what is given ---

before_row() {
    environment=(QASE_API_TOKEN=right "QASE_BASE_URL=$plain/v1" FERRY_DELIVERY_PATIENCE=200ms FERRY_DELIVERY_SETTLE=0ms
        FERRY_HTTP_CONNECT_TIMEOUT=5s FERRY_CLOCK=virtual "FERRY_TLS_CA_FILE=$tls/ca.pem")
}
set_to() { environment+=("$1"); } # the last one counts
given_token_none() { set_to QASE_API_TOKEN=; }
given_token_wrong() { set_to QASE_API_TOKEN=canary-of-nobody; }
given_token_blank() { set_to 'QASE_API_TOKEN=   '; }
given_token_lines() { set_to $'QASE_API_TOKEN=ri\nght'; }
given_url_none() { set_to QASE_BASE_URL=127.0.0.1; }
given_url_path() { set_to "QASE_BASE_URL=$plain/elsewhere"; }
given_url_user() { set_to "QASE_BASE_URL=http://me:canary@127.0.0.1"; }
given_url_plain() { set_to QASE_BASE_URL=http://qase.example; }
given_url_nobody() { set_to QASE_BASE_URL=http://127.0.0.1:9; }
given_url_unknown() { set_to QASE_BASE_URL=https://no-such-host.invalid; }
given_proxy_down() {
    set_to QASE_BASE_URL=https://qase.example
    set_to FERRY_PROXY=http://127.0.0.1:9
}
given_proxy_scheme() { set_to FERRY_PROXY=gopher://127.0.0.1:9; }
given_tls_good() { set_to "QASE_BASE_URL=${shown[good]}"; }
given_tls_expired() { set_to "QASE_BASE_URL=${shown[expired]}"; }
given_tls_early() { set_to "QASE_BASE_URL=${shown[early]}"; }
given_tls_elsewhere() { set_to "QASE_BASE_URL=${shown[elsewhere]}"; }
given_tls_own() { set_to "QASE_BASE_URL=${shown[own]}"; }
given_tls_of_plain() { set_to "QASE_BASE_URL=https${plain#http}"; }
given_plain_of_tls() { set_to "QASE_BASE_URL=http${shown[good]#https}"; }
given_ca_none() { set_to "FERRY_TLS_CA_FILE=$tls/nowhere.pem"; }
given_ca_text() { set_to "FERRY_TLS_CA_FILE=$tls/text.pem"; }
given_ca_system() { set_to FERRY_TLS_CA_FILE=; }
given_unverified() {
    given_ca_system
    set_to FERRY_TLS_VERIFY=false
}
given_keyed() { cp "$samples/keyed.xml" r.xml; }
given_plain() { report r.xml one two; }
given_run_99() { set_to QASE_TESTOPS_RUN_ID=99; }
given_run_word() { set_to QASE_TESTOPS_RUN_ID=nightly; }
given_batch_word() { set_to QASE_TESTOPS_BATCH_SIZE=many; }
given_complete_word() { set_to QASE_TESTOPS_RUN_COMPLETE=perhaps; }
given_map_half() { set_to QASE_STATUS_MAPPING=invalid; }
given_map_twice() { set_to QASE_STATUS_MAPPING=invalid=failed,invalid=blocked; }
given_map_stranger() { set_to QASE_STATUS_MAPPING=passed=wonderful; }
given_environment() { set_to QASE_ENVIRONMENT=nowhere; }
given_plan() { set_to QASE_TESTOPS_PLAN_ID=99; }
given_plan_word() { set_to QASE_TESTOPS_PLAN_ID=smoke; }
given_defaults() {
    printf '{"trackers": {"demo": {"plugin": "qase", "project": "DEMO", "case_defaults": {"Componnet": "x"}}}}\n' >ferry.json
}
given_api_v3() { printf '{"trackers": {"demo": {"plugin": "qase", "project": "DEMO", "api": "v3"}}}\n' >ferry.json; }
given_literal() { printf '{"trackers": {"demo": {"plugin": "qase", "project": "NOPE", "token": "right"}}}\n' >ferry.json; }
given_empty_token() { printf '{"trackers": {"demo": {"plugin": "qase", "project": "DEMO", "token": ""}}}\n' >ferry.json; }
given_token_file_open() {
    echo right >token
    chmod 644 token
    printf '{"trackers": {"demo": {"plugin": "qase", "project": "DEMO", "token_file": "token"}}}\n' >ferry.json
}
given_busy() {
    answers 200 POST /_mock/faults '* /v** * error-before 503'
    after+=("url=$plain call POST /_mock/faults ''")
}
latest() { echo "--source-project $1 --use-latest-source-run --target-project $2"; }

export QASE_RUN_ID= # as a pipeline leaves it that never set it
url=$plain
try_rows "$scenarios/qase_wrong_inputs.tsv" "$@" || exit 1
grep -rn canary "$work/rows" && fail "no token is written anywhere"
if [ -z "$*" ]; then
    whole | cmp -s - "$work/before" || fail "nothing was written: $(whole | diff "$work/before" - | head)"
fi
