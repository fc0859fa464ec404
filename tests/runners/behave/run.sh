#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need behave python3-behave
says_version behave --version
mkdir -p features/steps
mv crossing.feature environment.py features
mv steps.py features/steps
ends_with 1 behave --junit --junit-directory "$reports"
