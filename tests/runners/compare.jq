# SPDX-License-Identifier: MIT
#
# compare.jq - what ferry says, slurped from stdin, against expected.json. Prints nothing where all is as expected, else what is missing
# and what is there instead. $which says what was slurped:
#   counted   `ferry inspect --json`: the counts and the warnings. $odd are those that the report's bytes ask for.
#   read      `ferry inspect --ndjson`: the results, with the keys that the report gives them
#   held      `ferry local export`: the same, with the keys that cases lend to results without one; one run
#   mirrored  the same, and only those with a key; as many cases as keys
# $digests is what sha256sum says of the files beside the report.

# [["a","b"]] or [{"name":"a","value":"b"}] as {"a":"b"}
def pairs: (. // []) | map(if type == "array" then { (.[0]): .[1] } else { (.name): .value } end) | add // {};

def texts: [.type, .message, .details, .out, .err, .stdout, .stderr, (.failures // [] | .[] | .type, .message, .details)]
    | map(. // "") | join("\n");

def from_ferry: {
    name, status, text: texts, key: (.key // .automation_key),
    class: (.class // ""), suite: (.suite // [] | join("/")),
    parameters: (.parameters | pairs), properties: (.properties | pairs),
    steps: [.steps // [] | .[] | { (.status): .action }],
    attachments: (.attachments // [] | map({ key: .name, value: (.digest // .opened) }) | from_entries)
};

def digest_of($path): [$digests | split("\n")[] | select(.[66:] == "./" + $path) | "sha256:" + .[:64]][0];

# An attachment arrived whole: told by its digest, or before that by having been opened.
def attached($wanted): . as $got | ($got | length) == ($wanted | length) and all($wanted[]; . as $path
    | $got[$path | sub(".*/"; "")] | . == true or . == digest_of($path));

def key_of($e): if $which == "read" then $e.key else $e.key // $e.lent end;

# Always the same: name, status, key, parameters, steps, attachments. Where expected.json names them: class, suite, properties, texts.
def fits($e): .name == $e.name and .status == $e.status and .key == key_of($e)
    and .parameters == ($e.parameters // {}) and .steps == ($e.steps // []) and (.attachments | attached($e.attachments // []))
    and .class == ($e.class // .class) and .suite == ($e.suite // .suite)
    and (.properties | contains($e.properties // {}))
    and (. as $got | all($e.says // [] | .[]; . as $said | $got.text | contains($said)));

# Each expected result is exactly one of the given, and none of these is left over.
def compare($wanted): reduce $wanted[] as $e ({ left: map(from_ferry), missing: [] };
    (.left | map(fits($e)) | index(true)) as $at
    | if $at == null then .missing += [$e] else .left |= del(.[$at]) end)
    | (.missing[] | "missing: " + tojson), (.left[] | .text |= .[:400] | "instead: " + tojson);

def same($what; $got; $wanted): select($got != $wanted) | "\($what): wanted \($wanted | tojson), got \($got | tojson)";

$expected[0] as $e
| [$e.results[] | select($which != "mirrored" or key_of(.))] as $wanted
| if $which == "counted" then .[0]
    | same("counts"; .totals | del(.flaky, .duration_ms); $e.counts),
      same("truncated"; [.files[].truncated] | any; $e.truncated // false),
      same("warnings"; [.files[].warnings[].code] | unique; $e.warnings + ($odd | split("\n")) | unique)
  elif $which == "read" then compare($wanted)
  else .[0]
    | (.results | compare($wanted)),
      same("runs"; .runs | length; 1),
      same("keys"; [.cases[].automation_key // empty] | sort; [$e.results[] | key_of(.) // empty] | unique),
      (select($which == "mirrored") | same("cases"; .cases | length; [$e.results[] | key_of(.) // empty] | unique | length))
  end
