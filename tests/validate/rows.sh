#!/bin/sh
# docs/validation.md has the rows that the models' validation has today.
# usage: rows.sh VALIDATE SOURCE
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# A row's statistic, or the first two cells of a line of another table.
rows() {
    awk -F ' *\\| *' '/^\|/ && !/^\|---/ { print (NF > 9 ? $2 " " $3 : $2) }' "$1"
}

"$1" --quick --out "$work/quick.md" --pictures "$work/pictures"
rows "$work/quick.md" >"$work/now"
rows "$2/docs/validation.md" >"$work/then"
if ! diff "$work/then" "$work/now"; then
    echo "docs/validation.md is of other rows: run make validate"
    exit 1
fi

# Onto a full disk: an error, and the device behind the link is still one.
ln -s /dev/full "$work/full.md"
if "$1" --quick --only relay --out "$work/full.md" --pictures "$work/pictures" 2>"$work/err"; then
    echo "a report on a full disk counts as written"
    exit 1
fi
if ! grep -q "No space left" "$work/err" || [ ! -L "$work/full.md" ]; then
    echo "a full disk is not told, or the link was replaced by a file"
    exit 1
fi
