#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need ctest cmake
says_version ctest --version
ends_with 0 cmake -S . -B build
ends_with 8 ctest --test-dir build --output-junit "$reports/ctest.xml"
