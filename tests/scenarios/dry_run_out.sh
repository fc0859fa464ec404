#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A dry run that writes what it would send: a file each request, as it would leave, with placeholders for what does not exist yet. Nothing is sent, twice gives the
# same files, and what is really sent afterwards is what was shown, but for the ids.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"

environment=(TOKEN=CANARY-4711-xyz FERRY_DELIVERY_PATIENCE=1s FERRY_DELIVERY_SETTLE=0ms)
printf 'a picture' >shot.txt
report r.xml one=K_1 two=K_2! three
cat >shot.xml <<END
<testsuite name="shots"><testcase classname="s.S" name="with a picture"><failure message="no"/>
<system-out>[[ATTACHMENT|$PWD/shot.txt]]</system-out></testcase></testsuite>
END

# The local tracker, with a mirror.
ferry upload --dry-run --out out --to local:AO --mirror local:DEMO --run-title T r.xml shot.xml
exits 0
out_has "dry run, nothing was sent"
holds AO results 0
is "files" "$(find out -type f -printf '%f\n' | sort | paste -sd' ')" "$(jq -r '[.requests[].file // empty, "requests.json"] | sort | join(" ")' out/requests.json)"
is "their order" "$(jq -r '[.requests[] | "\(.destination) \(.kind) \(.items)"] | join(",")' out/requests.json)" \
    "local:AO create case 2,local:AO create run 1,local:AO create result 3,local:AO create attachment 1,local:AO create result 1,local:AO complete run 1,local:DEMO create case 2,local:DEMO create run 1,local:DEMO create result 2,local:DEMO complete run 1"
[ -f out/0003-create-result.json ] || fail "names say what is in them: $(ls out)"
is "an attachment as it would leave" "$(cat out/0004-create-attachment.*)" "a picture"
for f in out/*.json; do
    jq -e . "$f" >/dev/null || fail "$f is JSON"
done
is "bytes" "$(jq -r '[.requests[] | select(.file) | "\(.file) \(.bytes)"] | .[]' out/requests.json)" "$(jq -r '.requests[].file // empty' out/requests.json | while read -r f; do echo "$f $(stat -c %s "out/$f")"; done)"
place=$(jq -r '.placeholders[] | select(.stands_for == "run T" and .destination == "local:AO") | .id' out/requests.json)
is "a placeholder in a target" "$(jq -r '.requests[] | select(.kind == "create result") | .target' out/requests.json | head -n 1)" "/v1/AO/runs/$place/results"

# Once more into the same folder: not over what is there. Elsewhere: the same.
ferry upload --dry-run --out out --to local:AO --mirror local:DEMO --run-title T r.xml shot.xml
exits 2
says "out is not empty"
ferry upload --dry-run --out again --to local:AO --mirror local:DEMO --run-title T r.xml shot.xml
diff -r out again || fail "the same input gives the same files"
ferry upload --out there --to local:AO r.xml
exits 2
says "--dry-run"
[ ! -e there ] || fail "nothing is made there"

# Qase: what was shown is what is sent.
mock qase
workspace
config
rm -rf out
ferry upload --dry-run --out out --run-title T r.xml shot.xml
exits 0
is "nothing is there" "$(held result AO) $(held run AO) $(held case AO)" "0 0 0"
is "nothing was sent" "$(curl -s --noproxy '*' "$url/_mock/requests" | jq '[.[] | select(.method != "GET" and (.route | test("^v[12]/(project|custom_field)$") | not))] | length')" 0
is "results" "$(jq -r '[.requests[] | select(.kind == "create result") | "\(.destination) \(.items)"] | join(",")' out/requests.json)" "qase:AO 3,qase:AO 1,qase:DEMO 2"
shown=$(jq -r '.requests[] | select(.kind == "create result" and .destination == "qase:DEMO") | .file' out/requests.json)
jq -e '.results | length == 2 and (map(.title) | sort == ["one", "two"]) and all(.testops_ids[0] >= 900000001)' "out/$shown" >/dev/null || fail "its body: $(cat "out/$shown")"
! grep -rF CANARY out || fail "no secret is in it"
environment+=(FERRY_EXCHANGE_LOG_DIR=log FERRY_EXCHANGE_LOG_BODIES=true)
ferry upload --run-title T r.xml shot.xml
exits 0
# Ids of the server's and of ours differ; wire ids are made of the run's number. Which results share a request is told by how soon files are there.
plain() { sed -E 's/"(id|testops_ids|signature|attachments)":("[^"]*"|\[[^]]*\])/"\1":ID/g; s/"custom_field":\{"[0-9]+"/"custom_field":{"N"/g'; }
for dest in qase:AO qase:DEMO; do
    jq -r ".destinations[] | select(.destination == \"$dest\") | .requests[] | select(.kind == \"create result\") | .attempts[0].request | fromjson | .results[] | tojson" log/*.json | plain | sort >sent
    jq -r ".requests[] | select(.kind == \"create result\" and .destination == \"$dest\") | .file" out/requests.json |
        while read -r file; do jq -c '.results[]' "out/$file"; done | plain | sort >shown
    diff sent shown || fail "what was sent to $dest is what was shown"
done

# And where all is there, and known by its key, there is nothing to show.
ferry upload --dry-run --out empty --run-title T r.xml shot.xml
exits 0
is "nothing" "$(jq -r '[.requests[] | select(.destination == "qase:DEMO" and .kind == "create result")] | length' empty/requests.json)" 0

# A mirror, too.
rm -rf .ferry
ferry mirror --source-project ao --use-latest-source-run --target-project local:M --dry-run --out mirrored
exits 0
is "a mirror" "$(jq -r '[.requests[] | "\(.kind) \(.items)"] | join(",")' mirrored/requests.json)" "create case 2,create run 1,create result 2,complete run 1"
exit 0
