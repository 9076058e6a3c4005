#!/bin/sh
# Links, headings, files and table rows that documents and comments name exist.
# usage: what_is_named_is_there.sh SOURCE BUILD
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
: >"$work/missing"
documents="README.md CONTRIBUTING.md $(ls docs/*.md)"

missing() {
    echo "$1" | tee -a "$work/missing"
}

# The anchors of a document's headings, as forges make them.
anchors() {
    sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_link() {
    document=$1 link=$2
    case $link in
    http:* | https:*) return ;;
    docs/pictures/* | pictures/*)
        [ -d docs/pictures ] || return 0 ;; # pictures are made by the program
    esac
    path=${link%%#*}
    target=$document
    [ -z "$path" ] || target=$(dirname "$document")/$path
    if [ ! -e "$target" ]; then
        missing "$document: link to $link"
    elif [ "$link" != "$path" ] && ! anchors "$target" | grep -qx -e "${link#*#}"; then
        missing "$document: $target has no heading for #${link#*#}"
    fi
}

for document in $documents; do
    grep -o '](\([^)]*\))' "$document" | sed 's/](//; s/)$//' >"$work/links" || true
    while read -r link; do
        check_link "$document" "$link"
    done <"$work/links"
    # paths in backquotes that begin with a room of the project
    grep -o '`[^` ]*`' "$document" | tr -d '\140' |
        grep -E '^(sim|scenarios|hil|cli|gui|tests|docs|cmake)/' | grep -v '[*{<]' >"$work/paths" || true
    while read -r path; do
        [ -e "$path" ] || missing "$document: no file $path"
    done <"$work/paths"
done

# Comments: docs/NAME.md, and "Heading" behind it on the same line
grep -rnE 'docs/[a-z]+\.md' --include='*.[ch]' --include='*.lua' --include=CMakeLists.txt --include='*.sh' --exclude-dir=docs --include=packages.txt \
    sim scenarios hil cli gui tests cmake CMakeLists.txt packages.txt >"$work/comments"
while IFS= read -r line; do
    for named in $(echo "$line" | grep -oE 'docs/[a-z]+\.md'); do
        [ -e "$named" ] || missing "$line: no $named"
        heading=$(echo "$line" | sed -n "s|.*${named}[^\"]*\"\([^\"]*\)\".*|\1|p")
        case $named in
        docs/models.md | docs/board.md)
            [ -z "$heading" ] || grep -qi "^##* .*$heading" "$named" ||
                missing "$line: $named has no heading \"$heading\"" ;;
        esac
    done
done <"$work/comments"

# The radio's parameters name rows of docs/models.md
grep -ohi 'rows* "[^"]*"\(\(,\| to\| and\) "[^"]*"\)*' sim/link/*.[ch] | grep -o '"[^"]*"' | tr -d '"' >"$work/rows"
[ -s "$work/rows" ] || missing "sim/link names no rows of docs/models.md any more"
while read -r row; do
    grep -qF "| $row |" docs/models.md || missing "docs/models.md has no row \"$row\""
done <"$work/rows"

[ ! -s "$work/missing" ]
