#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# paths.sh - no file names a place of one machine: the folder above this checkout, somebody's home, or the host of a package registry
# or mirror. Samples are reports that runners wrote, or imitate them; a home in there is part of the sample.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
above=$(dirname "$root")
homes='/(home|Users)/[A-Za-z]|/ro''ot/'
hosts='https?://[^/ "]*(registry|mirror|artifactory|nexus|pypi|pythonhosted|npmjs|jfrog|proxy\.golang|crates\.io|(deb|security)\.debian\.org)'

search() {
    (cd "$root" && files '*' | { grep -vE '^tests/samples/|^tests/.*/corpus/' || true; } | xargs -r -d '\n' grep -IHn "$@") || true
}

told < <(search -E "(^|[^A-Za-z0-9_.])($homes)" | sed -E 's/^([^:]*:[0-9]+):.*/\1: names a home folder of one machine/')
told < <(search -iE "$hosts" | sed -E 's/^([^:]*:[0-9]+):.*/\1: names the host of a package registry or mirror/')
case $above in
/ | /tmp | /src | /build | /home | /usr*) ;; # too common to mean this machine
*) told < <(search -F "$above/" | sed -E 's/^([^:]*:[0-9]+):.*/\1: names the folder above this checkout/') ;;
esac
verdict
