#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need node nodejs
says_version node --version
node --test-reporter=junit -e 0 >/dev/null 2>&1 || skip "this node has no JUnit reporter"
ends_with 1 node --test --test-reporter=junit --test-reporter-destination="$reports/node.xml" crossing.test.mjs
