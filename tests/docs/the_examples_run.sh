#!/bin/sh
# Runs the documents' examples. A fenced block is run when its first line says so:
#   ```lua run        a scenario; its first line is "-- NAME.lua"; it must pass
#   ```lua run fleet  a fleet file, likewise; a small fleet of it must run
#   ```sh run         commands, in a directory that looks like a checkout with a build in build/
#   ```sh run board   the same, if the build has the emulated board
# Blocks of one document share the directory, in their order, so commands may use the scenarios above them.
# usage: the_examples_run.sh SOURCE BUILD
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# Write the runnable blocks of a document to DIRECTORY/NNN.lua, .fleet, .sh and .board, in order.
extract() {
    awk -v into="$2" '
        /^```/ {
            if (inside) { inside = 0; close(file); next }
            kind = ""
            if ($0 == "```lua run") kind = "lua"
            if ($0 == "```lua run fleet") kind = "fleet"
            if ($0 == "```sh run") kind = "sh"
            if ($0 == "```sh run board") kind = "board"
            inside = 1
            file = kind == "" ? "/dev/null" : sprintf("%s/%03d.%s", into, ++count, kind)
            next
        }
        inside { print > file }' "$1"
}

# A directory as a reader has it after the build; what an example writes does not reach the sources.
checkout() {
    mkdir -p "$1"
    for entry in "$source"/*; do
        case ${entry##*/} in
        build*) ;;
        *) ln -s "$entry" "$1/" ;;
        esac
    done
    ln -s "$build" "$1/build"
}

run_block() {
    block=$1
    case $block in
    *.lua | *.fleet)
        name=$(sed -n '1s/^-- \([a-z_]*\.lua\)$/\1/p' "$block")
        if [ -z "$name" ]; then
            echo "a lua example must begin with -- NAME.lua"
            return 1
        fi
        cp "$block" "$name"
        case $block in
        *.lua) build/meterbench test "$name" ;;
        *.fleet) build/meterbench fleet --fleet "$name" --flats 40 --building 10 ;;
        esac
        ;;
    *.board)
        if [ ! -x build/board/meterbench-emulator ]; then
            return 0
        fi
        sh -eu "$block"
        ;;
    *) sh -eu "$block" ;;
    esac
}

failed=0 ran=0
for document in "$source/README.md" "$source/CONTRIBUTING.md" "$source"/docs/*.md; do
    place=$work/$(basename "$document" .md)
    checkout "$place"
    mkdir "$place.blocks"
    extract "$document" "$place.blocks"
    for block in "$place.blocks"/*; do
        [ -f "$block" ] || continue
        ran=$((ran + 1))
        if ! (cd "$place" && run_block "$block") >"$work/output" 2>&1; then
            failed=1
            echo "$(basename "$document"): this example failed:"
            sed 's/^/    /' "$block"
            sed 's/^/  | /' "$work/output"
        fi
    done
done
echo "$ran examples"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
