#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program libgtest-dev
says_version dpkg-query -W libgtest-dev
mkdir "$reports/shots"
REPORTS=$reports ends_with 1 "$program" --gtest_output="xml:$reports/googletest.xml"
