#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
need phpunit phpunit
says_version phpunit --version
ends_with 2 phpunit --no-configuration --cache-result-file="$copy/cache" --log-junit "$reports/phpunit.xml" CrossingTest.php
