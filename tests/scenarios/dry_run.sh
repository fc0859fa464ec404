#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# --dry-run tells what would be sent, to the primary and to the mirror, and sends and remembers nothing.
. "$(dirname "$0")/lib.sh"

cp "$samples/keyed.xml" .
ferry upload --to local:AO --mirror local:DEMO --dry-run keyed.xml
exits 0
says AO
says DEMO
says "nothing was sent"
holds AO results 0
holds DEMO results 0

# It left nothing behind that an upload would take for done.
ferry upload --to local:AO --mirror local:DEMO keyed.xml
exits 0
holds AO results 5
holds DEMO results 4

# And over what is there already it plans nothing new.
remember AO DEMO
ferry upload --to local:AO --mirror local:DEMO --dry-run keyed.xml
exits 0
unchanged

report new.xml fresh=NEW_1
ferry mirror --source-project local:AO --use-latest-source-run --target-project local:THIRD --dry-run
exits 0
says ENG_001
holds THIRD results 0
unchanged
