#!/bin/sh
# docs/claims.md is what the suite measures today, at the seed that it names.
# usage: claims_are_as_measured.sh SOURCE BUILD
set -eu
cd "$1"
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

"$build/meterbench" test scenarios --claims "$work/claims.md" --quiet >"$work/out" 2>&1 || {
    tail -n 20 "$work/out"
    exit 1
}
diff -u docs/claims.md "$work/claims.md" >"$work/diff" || {
    head -n 40 "$work/diff"
    echo "docs/claims.md is not what is measured: make claims"
    exit 1
}
