#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the vendor's own clients have sent is taken by the mock, strict as it is: captured requests again, one by one, with the ids of here for the ids
# of there. What they sent several times, because they were told to, is there once.
. "$(dirname "$0")/lib.sh"
. "$scenarios/lib_qase.sh"
captures=${FERRY_SHARED:-$tree/../shared}/specs/qase/captures
[ -d "$captures" ] || {
    echo "skipped: no captures at $captures; FERRY_SHARED names the folder that holds them"
    exit 77
}

declare -A run_of=()
hashes='{}' files=0
replay() { # METHOD PATH BODY-AS-JSON
    local there path=$2 body=$3
    case $path in
    /v1/run/*/complete)
        project=$(cut -d/ -f4 <<<"$path")
        answers 200 POST "/v1/run/$project/${run_of[$project]}/complete"
        ;;
    /v1/run/*)
        answers 200 POST "$path" "$body"
        run_of[${path##*/}]=$(answer_jq .result.id)
        ;;
    /v1/attachment/*)
        head -c 100 /dev/zero | tr '\0' x >file.txt
        code=$(curl -s --noproxy '*' -o "$work/answer" -w '%{http_code}' -H 'Token: any' -F "file[]=@file.txt" -F "file[]=@file.txt" "$url$path")
        is "uploads are taken" "$code" 200
        for there in 0 1; do
            hashes=$(jq -c --arg n "h$files" --arg h "$(answer_jq ".result[$there].hash")" '.[$n] = $h' <<<"$hashes")
            files=$((files + 1))
        done
        ;;
    /v2/*)
        project=$(cut -d/ -f3 <<<"$path")
        answers 202 POST "/v2/$project/run/${run_of[$project]}/results" \
            "$(jq -c --argjson h "$hashes" '(.. | .attachments? | arrays) |= map($h[.] // .)' <<<"$body")"
        sent=$(jq '[.results[] | (.testops_ids // [0]) | length] | add' <<<"$body")
        ;;
    /v1/result/*)
        project=$(cut -d/ -f4 <<<"$path")
        answers 200 POST "/v1/result/$project/${run_of[$project]}/bulk" "$body"
        sent=$(jq '.results | length' <<<"$body")
        ;;
    *) fail "a capture of $path" ;;
    esac
}

mock qase
for project in DEMO PRA PRB; do
    answers 200 POST /v1/project "{\"title\":\"$project\",\"code\":\"$project\"}"
    answers 200 POST "/v1/case/$project/bulk" "$(jq -nc '{cases: [range(1; 80) | {title: "case \(.)"}]}')"
done
seen=0
for file in "$captures"/*.json; do
    hashes='{}' files=0
    while IFS=$'\t' read -r method path body; do
        replay "$method" "$path" "$body"
        seen=$((seen + 1))
    done < <(jq -r '.[] | [.method, .path, (.body | tojson)] | join("\t")' "$file")
    there=$(state ".[0] == \"result\" and .[1] == \"$project\" and .[2] == ${run_of[$project]}" .[0] | wc -l)
    is "results of the last request, once, in $(basename "$file")" "$there" "$sent"
done
[ "$seen" -ge 20 ] || fail "there were captures: $seen"
