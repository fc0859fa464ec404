#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What ferry sends to Qase, and what our mock answers, is what the published description of the interface says: the scenarios with Qase once more, with
# Prism (the package @stoplight/prism-cli) between. FERRY_PRISM is its dist/index.js; without it this skips, as it does
# without Node, or the description. FERRY_CONTRACT=NAME runs one scenario.
. "$(dirname "$0")/lib.sh"
spec=${FERRY_SHARED:-$tree/../shared}/specs/qase/qase-v1v2.prism.json
if ! command -v node >/dev/null || [ ! -e "${FERRY_PRISM-/nowhere}" ] || [ ! -e "$spec" ]; then
    echo "skipped: needs Node, Prism (FERRY_PRISM=.../prism-cli/dist/index.js) and $spec (FERRY_SHARED)"
    exit 77
fi
# It does find what is wrong.
CONTRACT="$FERRY_PRISM $spec $work/wrong" mock qase
curl -s --noproxy '*' -A ferry/wrong -o /dev/null -H 'Token: any' -H 'Content-Type: application/json' --data-binary '{"title":5}' "$url/v1/case/AO"
grep -q '"body"' "$work/wrong" || fail "a title that is a number is found"
# Not those that start a mock again at the same port.
for name in ${FERRY_CONTRACT-qase_upload qase_jobs qase_refused qase_slow qase_configured qase_sync_commands qase_read_back qase_captures}; do
    [ -e "$scenarios/$name.sh" ] || fail "there is a scenario $name"
    CONTRACT="$FERRY_PRISM $spec $work/$name" FERRY=$FERRY "$scenarios/$name.sh" >"$work/$name.log" 2>&1 ||
        [ $? = 77 ] || fail "$name goes well behind Prism: $(cat "$work/$name.log")"
    [ ! -e "$work/$name" ] || fail "$name: $(sort "$work/$name" | uniq -c | sort -rn | head -n 20)"
    echo "$name: $(wc -c <"$work/$name.count") requests, 0 violations"
done
