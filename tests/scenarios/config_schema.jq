# SPDX-License-Identifier: MIT
# Whether the input is valid by a JSON Schema (draft 2020-12), as far as `ferry config schema` uses it: jq --slurpfile schema FILE. A keyword that is not
# known here is an error, never passed by. Prints FILE and true or false.
def known: ["$schema", "title", "description", "default", "deprecated", "type", "enum", "const", "pattern", "minimum", "maximum", "properties",
            "patternProperties", "additionalProperties", "propertyNames", "items", "required", "anyOf", "allOf", "if", "then"];
def is_type($t): if $t == "integer" then type == "number" and floor == . else type == $t end;
def valid($s):
    . as $x
    | if ($s | type) == "boolean" then $s
      elif ($s | keys) - known != [] then error("keyword \(($s | keys) - known)")
      else
        ($s.type == null or any([$s.type] | flatten[]; . as $t | $x | is_type($t)))
        and ($s.enum == null or any($s.enum[]; . == $x))
        and (($s | has("const") | not) or $s.const == $x)
        and ($s.anyOf == null or any($s.anyOf[]; . as $a | $x | valid($a)))
        and ($s.allOf == null or all($s.allOf[]; . as $a | $x | valid($a)))
        and ($s.if == null or ($x | valid($s.if) | not) or ($x | valid($s.then)))
        and (($x | type) != "string" or $s.pattern == null or ($x | test($s.pattern)))
        and (($x | type) != "number" or (($s.minimum == null or $x >= $s.minimum) and ($s.maximum == null or $x <= $s.maximum)))
        and (($x | type) != "array" or $s.items == null or all($x[]; . as $i | $i | valid($s.items)))
        and (($x | type) != "object" or (
            all($s.required // [] | .[]; . as $k | $x | has($k))
            and all($x | keys[]; . as $k
                | ($s.propertyNames == null or ($k | valid($s.propertyNames)))
                and (($s.properties // {} | has($k) | not) or ($x[$k] | valid($s.properties[$k])))
                and all($s.patternProperties // {} | to_entries[]; . as $p
                    | ($k | test($p.key) | not) or ($x[$k] | valid($p.value)))
                and (if ($s | has("additionalProperties") | not) or ($s.properties // {} | has($k))
                        or any($s.patternProperties // {} | keys[]; . as $p | $k | test($p)) then true
                     else $x[$k] | valid($s.additionalProperties) end))))
      end;
"\(input_filename) \(valid($schema[0]))"
