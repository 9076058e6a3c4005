#!/bin/sh
# A real window under Xvfb, driven by keys and the mouse as a visitor would.
set -eu
meterbench=$1
work=$(mktemp -d)
window='' screen=''

finish() {
    [ -z "$window" ] || kill "$window" 2>/dev/null || true
    [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

complain() {
    echo "window.sh: $*" >&2
    cat "$work/facts" >&2 || true
    exit 1
}

# until_true SECONDS COMMAND...
until_true() {
    tenths=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$tenths" -gt 0 ] || return 1
        tenths=$((tenths - 1))
        sleep 0.1
    done
}

Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb" &
screen=$!
until_true 10 test -s "$work/display" || complain "Xvfb did not start"
DISPLAY=:$(cat "$work/display")
export DISPLAY

"$meterbench" gui --log >"$work/facts" 2>"$work/err" &
window=$!
until_true 10 xdotool search --name '^meterbench$' || complain "no window"
id=$(xdotool search --name '^meterbench$' | tail -1)
xdotool windowfocus --sync "$id"

# L: the leak. The process tells the trip.
until_true 10 sh -c "xdotool key l; grep -q 'leakage of 30 mA begins' '$work/facts'" || complain "no leak"
until_true 10 grep -q "flat 7  measured 0\.[0-9]* s (model), limit 5 s" "$work/facts" || complain "no trip"

# R: mended, and the administrator closes.
xdotool key r
until_true 10 grep -q "flat 7  light" "$work/facts" || complain "no light after the reset"

# A click on a room of the top floor, then on the leak's button.
xdotool mousemove 300 190 click 1
sleep 0.2
xdotool mousemove 1040 655 click 1
until_true 10 grep -q "flat 3[67]  contacts open" "$work/facts" || complain "the mouse caused no leak"

if command -v import >/dev/null; then
    import -window root "$work/screen.png"
    colours=$(identify -format %k "$work/screen.png")
    [ "$colours" -gt 1000 ] || complain "the screen shows only $colours colours"
fi

# Smaller and larger, then closed by its key.
xdotool windowsize --sync "$id" 1100 700
xdotool windowsize --sync "$id" 1400 900
xdotool key Escape
status=0
wait "$window" || status=$?
window=''
[ "$status" -eq 0 ] || complain "exit $status on the close key: $(cat "$work/err")"
