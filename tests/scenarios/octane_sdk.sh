#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The vendor's own client for JavaScript works with our mock of ALM Octane: whatever that client does, a mock written from facts has to take.
# FERRY_OCTANE_SDK is the node_modules folder that has @microfocus/alm-octane-js-rest-sdk; without it this skips, as it does without Node.
. "$(dirname "$0")/lib.sh"
if ! command -v node >/dev/null || [ ! -d "${FERRY_OCTANE_SDK-/nowhere}/@microfocus/alm-octane-js-rest-sdk" ]; then
    echo "skipped: needs Node and the client (FERRY_OCTANE_SDK=.../node_modules)"
    exit 77
fi
mock octane --option old_cookie=accept # it sends the old ones when it signs in again
NODE_PATH=$FERRY_OCTANE_SDK NO_PROXY=127.0.0.1 node "$scenarios/octane_sdk.js" "$url" >"$work/sdk.log" 2>&1 ||
    fail "the client does all that it should: $(cat "$work/sdk.log")"
answers 200 GET /_mock/requests
[ "$(answer_jq 'map(select(.route == "authentication/sign_in")) | .[0].n')" -ge 3 ] || fail "it signed in again each time"
[ "$(answer_jq 'map(select(.route == "test-results")) | .[0].n')" = 1 ] || fail "one payload was taken"
