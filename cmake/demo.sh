#!/bin/sh
# What `make demo` shows: the scenarios judged on virtual meters, then with the emulated board in a flat's place.
# usage: demo.sh BUILD
set -u
build=${1:-build}
cd "$(dirname "$0")/.." || exit 3
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac

heading() {
    printf '\n==== %s ====\n\n' "$1"
}

heading "virtual meters: simulated time, nothing connected"
"$build/meterbench" test scenarios
virtual=$?

if [ -x "$build/board/meterbench-emulator" ]; then
    heading "the reference board, emulated: at the wall clock's pace, one board a case"
    "$build/meterbench" test scenarios --board emulated --jobs 8 # paced boards mostly sleep
    board=$?
    if [ "$board" -eq 10 ]; then # the bench failed, not the meter
        heading "exit code 10: this computer is too busy for eight boards at the wall clock's pace; again, two at a time"
        "$build/meterbench" test scenarios --board emulated --jobs 2
        board=$?
    fi
else
    heading "no emulated board: this build has METERBENCH_BOARD=OFF"
    board=0
fi

printf '\nexit codes: virtual %d, board %d (0: all passed)\n' "$virtual" "$board"
[ "$virtual" -eq 0 ] && [ "$board" -eq 0 ]
