#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck source=SCRIPTDIR/../runner.sh
. "$(dirname "$0")/../runner.sh"
python=/usr/bin/python3 # the one that Debian's modules belong to
"$python" -c 'import xmlrunner' 2>/dev/null || skip "no xmlrunner; it is in the package python3-xmlrunner of cmake/packages.txt"
says_version "$python" -c 'import xmlrunner; print("unittest-xml-reporting", xmlrunner.version.__version__)'
ends_with 1 "$python" -m xmlrunner --output "$reports" test_crossing
