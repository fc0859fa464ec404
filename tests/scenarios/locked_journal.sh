#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Another program sits on the journal: an upload waits, then says so and what to do, and loses nothing; status answers meanwhile.
. "$(dirname "$0")/lib.sh"
HOLD_LOCK=${HOLD_LOCK:-$(dirname "$FERRY")/../tests/scenarios/hold_lock}

cp "$samples/keyed.xml" "$samples/basic.xml" .
ferry upload --to local:AO keyed.xml
exits 0
coproc LOCK { exec "$HOLD_LOCK" .ferry/journal.db; }
release=${LOCK[1]} holder=$LOCK_PID
read -r answer <&"${LOCK[0]}"
is "the lock" "$answer" locked

ferry status
exits 0
holds AO results 5
ferry upload --to local:AO basic.xml
exits 74
err_has "journal.db: locked by another process"
ls basic.xml >/dev/null || fail "the report is untouched"

exec {release}>&-
wait "$holder" 2>/dev/null
ferry upload --to local:AO basic.xml
exits 0
holds AO results 11
