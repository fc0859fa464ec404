#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need meson meson
need_program check
echo "meson $(meson --version)"
ends_with 0 meson setup build -Dcheck="$program"
ends_with 11 meson test -C build --timeout-multiplier 0.2 # as many as failed or broke
cp build/meson-logs/testlog.junit.xml "$reports/meson.xml"
