#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need ctest cmake
need_program check
echo "check $(pkg-config --modversion check)"
export CK_DEFAULT_TIMEOUT=60 # on a busy machine, only what hangs may be late
ends_with 0 cmake -S . -B build -DPROGRAM="$program"
ends_with 8 ctest --test-dir build --output-junit "$reports/check.xml"
