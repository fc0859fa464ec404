#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry prune` forgets what is done and old enough, never what is still to be delivered or what the local tracker holds.
. "$(dirname "$0")/lib.sh"

report r.xml a=K_1
ferry upload --to local:AO r.xml
exits 0
remember AO
ferry prune
exits 0
unchanged
ferry upload --to local:AO r.xml
exits 0
unchanged
