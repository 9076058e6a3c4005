#!/bin/sh
# meterbench gui without a screen: pictures, complaints, exit codes.
set -eu
meterbench=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

complain() {
    echo "command.sh: $*" >&2
    exit 1
}

# expect CODE WORDS COMMAND...: the exit code, and what is said on stderr
expect() {
    code=$1 words=$2
    shift 2
    status=0
    "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq "$code" ] || complain "exit $status instead of $code: $*"
    grep -q -- "$words" "$work/err" || complain "stderr lacks \"$words\": $*"
}

"$meterbench" gui --screenshot "$work/a.png" --at 5s --script leak@2s --log >"$work/facts"
grep -q "flat 7  the meter trips: leakage" "$work/facts" || complain "no trip was told"
grep -q "flat 7  measured 0\.[0-9]* s (model), limit 5 s" "$work/facts" || complain "no time was told"

# The same seed, script and time give the same picture.
"$meterbench" gui --screenshot "$work/b.png" --at 5s --script leak@2s
cmp "$work/a.png" "$work/b.png"
"$meterbench" gui --screenshot "$work/c.png" --at 5s --size 1024x640 --scale 2
[ "$(dd if="$work/c.png" bs=1 skip=16 count=8 2>/dev/null | od -An -tu1 | tr -s ' ')" = " 0 0 8 0 0 0 5 0" ] ||
    complain "the picture is not 2048x1280"

expect 4 "expected width x height" "$meterbench" gui --size 800x600
expect 4 "expected up to" "$meterbench" gui --script leak@soon
expect 4 "1, 10 or 100" "$meterbench" gui --speed 7
expect 4 "no such file\|No such file" "$meterbench" gui "$work/none.lua"
echo "return 1 +" >"$work/wrong.lua"
expect 4 "wrong.lua" "$meterbench" gui --screenshot "$work/d.png" "$work/wrong.lua"
expect 4 "there is no flat 99" "$meterbench" gui --screenshot "$work/d.png" --flat 99
expect 4 "lockstep needs" "$meterbench" gui --lockstep
expect 3 "/none/d.png" "$meterbench" gui --at 0s --screenshot /none/d.png
expect 10 "no display: set DISPLAY or use --screenshot" env -u DISPLAY -u WAYLAND_DISPLAY \
    SDL_VIDEODRIVER=x11 "$meterbench" gui
"$meterbench" gui --help | grep -q "^usage: meterbench gui"

# Ctrl-C closes a window cleanly, here one on no screen at all.
for driver in dummy offscreen; do
    : >"$work/facts" # those of the driver before say nothing of this one
    env SDL_VIDEODRIVER=$driver "$meterbench" gui --script leak@0s --log >"$work/facts" &
    window=$!
    waited=0
    until grep -q "measured" "$work/facts"; do
        [ "$waited" -lt 100 ] || complain "no trip in 10 s on the $driver driver"
        waited=$((waited + 1))
        sleep 0.1
    done
    kill -INT $window
    wait $window || complain "Ctrl-C did not close the window on the $driver driver cleanly"
done
