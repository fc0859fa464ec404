#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need pytest-3 python3-pytest
says_version pytest-3 --version
REPORTS=$reports ends_with 1 pytest-3 -p no:cacheprovider -o junit_logging=all --junit-xml="$reports/pytest.xml" test_crossing.py
