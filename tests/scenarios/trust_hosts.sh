#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `ferry trust`: a host is allowed, listed with where it stands, and taken back; a secret of the environment goes to a host that a repository
# names only while it is trusted.
. "$(dirname "$0")/lib.sh"
hosts() {
    ferry trust --json
    exits 0
    out_jq '[.hosts[].host] | join(" ")'
}

cat >ferry.json <<'END'
{ "trackers": { "t": { "plugin": "local", "project": "AO", "url": "https://tracker.example.org",
                       "auth": "token", "token": "${SOME_TOKEN}" } } }
END
report r.xml a=K_1
environment=(SOME_TOKEN=not-to-be-sent)
ferry upload --to t --dry-run r.xml
exits 2
says "ferry trust tracker.example.org"
says_not not-to-be-sent

ferry trust
exits 0
out_has "no host is trusted beyond the vendors' own and this machine"
is "nobody" "$(hosts)" ""
ferry trust Tracker.Example.ORG
exits 0
ferry trust other.example.org:8443
exits 0
ferry trust http://10.0.0.5:8080
exits 0
is "all of them, in lower case" "$(hosts)" "tracker.example.org other.example.org:8443 http://10.0.0.5:8080"
ferry trust
exits 0
out_has "other.example.org:8443"
[ "$(stat -c %a "$work/home/.config/ferry/trusted-hosts")" = 600 ] || fail "only its owner can read the list"

# Trusted, it is asked; that it is nowhere is another matter.
environment+=(FERRY_CLOCK=virtual)
ferry upload --to t --dry-run r.xml
exits 7
says_not "ferry trust"
says_not not-to-be-sent
environment=(SOME_TOKEN=not-to-be-sent)

ferry trust --remove TRACKER.example.org
exits 0
is "without it" "$(hosts)" "other.example.org:8443 http://10.0.0.5:8080"
ferry upload --to t --dry-run r.xml
exits 2
says "ferry trust tracker.example.org"
ferry trust --remove tracker.example.org
exits 2
says "is not among the trusted hosts"
