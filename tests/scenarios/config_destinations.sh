#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ferry.json names destinations and what upload does without options; flags stand above it, and the output says which was taken.
. "$(dirname "$0")/lib.sh"

cat >ferry.json <<'J'
{
  // comments are fine
  "trackers": {
    "main": { "plugin": "local", "project": "AO" },
    "copy": { "plugin": "local", "project": "DEMO" }
  },
  "upload": { "to": "main", "mirror": ["copy"] }
}
J
report r.xml a=K_1 b
ferry upload r.xml
exits 0
says "local:AO"
holds AO results 2
holds DEMO results 1

ferry upload --to local:OTHER r.xml
exits 0
holds AO results 2
holds OTHER results 2
# What would be primary and mirror at once is not decided in silence.
ferry upload --to copy r.xml
exits 2
says "local:DEMO is the primary already"

# Found upward, from a folder below; the state folder stays beside the config.
mkdir -p deep/down
cp r.xml deep/down/
remember AO DEMO
(cd deep/down && ferry upload r.xml && exits 0) || exit 1
[ ! -e deep/down/.ferry ] || fail "the state folder stands beside the config"
unchanged

ferry config show --origin
exits 0
out_has "ferry.json"
