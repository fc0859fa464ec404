#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# P6: whichever way a mirror is made. upload's fan-out first and `ferry mirror` after, or the other way round: one mirror, once.
. "$(dirname "$0")/lib.sh"

report r.xml a=K_1 b=K_2 "no key"
ferry upload --to local:AO --mirror local:DEMO r.xml
exits 0
remember AO DEMO
ferry mirror --source-project local:AO --use-latest-source-run --target-project local:DEMO
exits 0
unchanged

report s.xml a=K_1! b=K_2
ferry upload --to local:AO s.xml
exits 0
ferry mirror --source-project local:AO --use-latest-source-run --target-project local:DEMO
exits 0
holds DEMO runs 2
holds DEMO results 4
remember AO DEMO
ferry upload --to local:AO --mirror local:DEMO s.xml
exits 0
unchanged

# A further mirror, of what the others have already.
ferry upload --to local:AO --mirror local:DEMO --mirror local:OTHER s.xml
exits 0
unchanged
holds OTHER results 2
