#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program libcpputest-dev
says_version dpkg-query -W libcpputest-dev
cd "$reports" # one report a group, in the working folder
ends_with 6 "$program" -ojunit
