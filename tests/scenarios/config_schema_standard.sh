#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same as config_schema.sh, judged by a validator that others wrote.
/usr/bin/python3 -c 'from jsonschema import Draft202012Validator' 2>/dev/null || {
    echo "skipped: no validator of draft 2020-12; Debian has it in python3-jsonschema"
    exit 77
}
exec "$(dirname "$0")/config_schema.sh" standard
