#!/bin/sh
# Install those packages of a list (one a line, # comments) that this Debian machine lacks.
# usage: install-packages.sh LIST [SUDO]
set -eu
list=$1
sudo=${2:-}
if ! command -v apt-get >/dev/null 2>&1; then
    echo "meterbench: no apt-get here; install what $list names with your own package manager" >&2
    exit 0
fi
missing=
for package in $(sed 's/#.*//' "$list"); do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -q update >/dev/null || echo "meterbench: apt-get update failed; trying with the lists at hand" >&2
# shellcheck disable=SC2086  # the list is meant to split
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
