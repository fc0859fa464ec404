#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need meson meson
need_program check
echo "meson $(meson --version)"
export CK_DEFAULT_TIMEOUT=60 # on a busy machine, only what hangs may be late
ends_with 0 meson setup build -Dcheck="$program"
ends_with 11 meson test -C build # as many as failed or broke
cp build/meson-logs/testlog.junit.xml "$reports/meson.xml"
