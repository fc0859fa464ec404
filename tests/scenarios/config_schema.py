# SPDX-License-Identifier: MIT
# config_schema.py SCHEMA CONFIG...: each file, and whether the schema takes it; fails where the schema is none itself.
import json
import sys

from jsonschema import Draft202012Validator


def read(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


schema = read(sys.argv[1])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    print(name, "true" if validator.is_valid(read(name)) else "false")
