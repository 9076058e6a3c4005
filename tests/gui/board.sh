#!/bin/sh
# The emulated board in flat 7: in simulated time for a picture, in real time in a window.
set -eu
meterbench=$1
work=$(mktemp -d)
window=''

finish() {
    [ -z "$window" ] || kill "$window" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

complain() {
    echo "board.sh: $*" >&2
    cat "$work/facts" >&2 || true
    exit 1
}

measured='flat 7  measured 0\.[0-9]* s ± [0-9.]* ms (contact), limit'

"$meterbench" gui --board emulated --lockstep --screenshot "$work/a.png" --at 24s --log \
    --script leak@2s,reset@4s,arrears@6s,pay@22s >"$work/facts"
grep -q "$measured 5 s" "$work/facts" || complain "the rack timed no trip"
grep -q "$measured 3 s" "$work/facts" || complain "the rack timed no light after the payment"

: >"$work/facts" # else the first look below may find what the picture's run said, before the shell has emptied it
env SDL_VIDEODRIVER=dummy "$meterbench" gui --board emulated --script leak@1s --log >"$work/facts" &
window=$!
waited=0
until grep -q "$measured 5 s" "$work/facts"; do
    [ "$waited" -lt 150 ] || complain "no trip of the paced board in 15 s"
    waited=$((waited + 1))
    sleep 0.1
done
children=$(ps -o pid= --ppid "$window" | tr -d ' ')
kill -INT "$window"
wait "$window" || complain "Ctrl-C did not close the window cleanly"
window=''
for child in $children; do
    [ ! -d "/proc/$child" ] || complain "the emulator outlived the window"
done
