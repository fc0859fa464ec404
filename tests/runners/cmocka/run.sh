#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need_program libcmocka-dev
says_version dpkg-query -W libcmocka-dev
export CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE=$reports/cmocka.xml
ends_with 9 "$program" # as many as failed
