#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need mocha mocha
export NODE_PATH=/usr/share/nodejs # Debian's modules, also where node is not Debian's
mocha --version >/dev/null 2>&1 || skip "this node does not run Debian's mocha"
echo "mocha $(mocha --version)"
ends_with 7 mocha --timeout 60000 --reporter xunit --reporter-option output="$reports/mocha.xml" crossing.spec.js # as many as failed
