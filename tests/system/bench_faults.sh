# A fault of the bench is exit code 10 with a message that names it, never a verdict about the meter, and never a hang.
. "$(dirname "$0")/lib.sh"
need jq xmllint socat pgrep
need_board
one=scenarios/safety/leakage.lua
case="*[[]leak=60 mA]"

# faulty TEXT... after a run: one error and nothing else, and its message holds each TEXT.
faulty() {
    expect_junit "$work/junit.xml"
    expect_same "errors in JUnit" 1 "$(junit "$work/junit.xml" 'count(//testcase/error)')"
    expect_same "failures in JUnit" 0 "$(junit "$work/junit.xml" 'count(//failure)')"
    expect_same "outcome" error "$(jq -r '.cases[0].outcome' "$work/run.json")"
    jq -r '.cases[0].message' "$work/run.json" >"$work/message"
    expect_text "$work/message" "$@"
}
run() { # CODE OPTION...
    code=$1
    shift
    expect_exit "$code" timeout -k 1 60 "$meterbench" test $one --name "$case" --junit "$work/junit.xml" \
        --json "$work/run.json" "$@"
}

# ---- the emulator dies in the middle of a run
talking() { # the emulator is there, and some requests and stimuli were written
    pgrep -P "$pid" meterbench-emul && awk '$1 == "wchar:" { exit $2 < 2000 }' "/proc/$pid/io"
}
start "$meterbench" test $one --name "$case" --board emulated --junit "$work/junit.xml" \
    --json "$work/run.json"
poll 30 talking || fail "nothing is said to the emulated board"
emulator=$(pgrep -P "$pid" meterbench-emul) || fail "meterbench has no emulator as its child"
kill -KILL "$emulator"
over() {
    [ -s "$work/run.json" ]
}
poll 30 over || fail "no end 30 s after the emulator was killed"
finish "$pid"
expect_same "exit code without the emulator" 10 "$got"
faulty "emulator" "killed by signal 9"

# ---- no such port, a port that is none, a port on which nobody answers
run 10 --board /dev/does-not-exist
faulty "/dev/does-not-exist" "no such device"
run 10 --board /dev/null
faulty "/dev/null"
socat -u "PTY,link=$work/silent,raw,echo=0" "CREATE:$work/heard" 2>/dev/null &
silent=$!
running="$running $silent"
there() {
    [ -e "$work/silent" ]
}
poll 10 there || fail "socat made no pseudo-terminal"
run 10 --board "$work/silent" --baud 4800
faulty "$work/silent" "4800 8N1" "slave 1" "never answered"
kill "$silent"
finish "$silent"

# ---- a board and a rack of our own on pseudo-terminals, named by a bench file
stop() {
    kill "$emulated"
    finish "$emulated"
}
bench() { # UART RACK BAUD
    cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", port = "$1", rack = "$2", baud = $3 }
END
}
emulate "$work/emulated"
bench "$uart" "$rack" 19200
run 10 --bench "$work/bench.lua"
faulty "$uart" "19200 8N1" "never answered" "baud"
bench "$uart" "$work/no_rack" 9600
run 10 --bench "$work/bench.lua"
faulty "$work/no_rack"
stop

# The right speed passes; a host that could not keep up (10) gets another try with a fresh board.
for attempt in 1 2 3; do
    emulate "$work/emulated"
    bench "$uart" "$rack" 9600
    "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --json "$work/run.json" >"$work/out" 2>"$work/err"
    got=$?
    stop
    [ $got -eq 10 ] || break
    echo "attempt $attempt: $(jq -r '.cases[0].message' "$work/run.json")"
done
expect_same "exit code with the right bench file" 0 $got
expect_same "evidence of the trip" contact "$(jq -r '.cases[0].verdicts[0].evidence' "$work/run.json")"

# ---- a board that answered and falls silent, with power and rack proven alive, has failed
run 1 --board emulated --lockstep --firmware "$board/reference-falls_silent.elf"
jq -r '.cases[0].message' "$work/run.json" >"$work/message"
expect_text "$work/message" "answered before and fell silent" "9600 8N1" "the rack says that it has power"
