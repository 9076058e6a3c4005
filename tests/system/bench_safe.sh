# A board on a port is left as the bench file says, which is read back and told; a port is one run's; a run that was killed
# is known at the next start.
. "$(dirname "$0")/lib.sh"
need jq xmllint
need_board
one=scenarios/safety/leakage_below_limit.lua # the contacts stay closed
two=scenarios/safety/leakage.lua             # the contacts open

emulate "$work/emulated" --truth "$work/truth"
bench() { # SAFE
    echo "return bench { id = 'desk', profile = '$source_dir/scenarios/boards/reference.lua', port = '$uart', rack = '$rack', safe = $1 }" \
        >"$work/bench.lua"
}
# run SCENARIO OPTION...: one case; the exit code is left in $got, what became of the board in $left. A machine so busy that the
# emulated rack is not heard for a second leaves nothing safe, and is asked again.
run() {
    for attempt in 1 2 3 4; do
        "$meterbench" test "$@" --bench "$work/bench.lua" --json "$work/run.json" --junit "$work/junit.xml" \
            >"$work/out" 2>"$work/err"
        got=$?
        left=$(jq -r '.boards[0].left' "$work/run.json")
        case $left in
        safe:*) return ;;
        esac
        echo "attempt $attempt: $left: $(jq -r '.cases[0].message' "$work/run.json")"
    done
}
truth() { # what the emulator last told of the contacts
    awk '$3 == "contacts" { last = $4 } END { print last }' "$work/truth"
}

expect_left() { # CONTACTS POWER
    case $left in
    "safe: contacts $1 ("*"), power $2") ;;
    *) fail "expected contacts $1 and power $2, it was left $left" ;;
    esac
    [ "$2" = off ] || expect_same "contacts" "$1" "$(truth)"
}

# ---- open, closed, as found; also after an error of the bench
bench "{ contacts = 'open' }"
run $one --timeout 2s
expect_left open on
grep -q "left  *safe: contacts open" "$work/out" || fail "the console does not say how it was left"
expect_same "property in JUnit" "$left" "$(junit "$work/junit.xml" 'string(//property[@name="board.left"]/@value)')"
[ ! -e "$work/state/meterbench/"* ] || fail "a state file is left over"

expect_same "latency" "pseudo-terminal: no latency timer, no low latency" "$(jq -r '.boards[0]["port.latency"]' "$work/run.json")"
jq -r '.boards[0]["port.round_trip"]' "$work/run.json" | grep -qx '[0-9.]* ms' || fail "no round trip is told"

bench "{ contacts = 'closed' }"
run $two --name '*[[]leak=60 mA]' --timeout 2s
expect_left closed on

bench "{ contacts = 'as found' }"
run $two --name '*[[]leak=60 mA]'
expect_same "found" "contacts closed" "$(jq -r '.boards[0].found' "$work/run.json" | sed 's/ (.*//')"
expect_left closed on

bench "{ contacts = 'closed', power = 'off' }"
run $one --timeout 2s
expect_left closed off
expect_same "power" off "$(awk '$3 == "power" { last = $4 } END { print last }' "$work/truth")"

# ---- Ctrl-C, and the lock meanwhile
under_way() {
    [ -e "$work/state/meterbench/"* ] && grep -q 0x112 "$work/truth"
}
bench "{ contacts = 'open' }"
start "$meterbench" test $one --bench "$work/bench.lua" --json "$work/run.json"
first=$pid
poll 20 under_way || fail "the run does not begin"
"$meterbench" test $one --bench "$work/bench.lua" >"$work/second" 2>&1
expect_same "exit code of a second run" 10 $?
expect_text "$work/second" "another program uses it: " "(pid $first)"
kill -INT "$first"
finish "$first"
expect_same "exit code after Ctrl-C" 2 "$got"
left=$(jq -r '.boards[0].left' "$work/run.json")
expect_left open on

# ---- killed: the lock dies with the process, and the next run brings the board to safe first
start "$meterbench" test $one --bench "$work/bench.lua"
first=$pid
poll 20 test -e "$work/state/meterbench/dev_pts_${uart##*/}" || fail "the run does not begin"
kill -KILL "$first"
finish "$first"
run $one --timeout 2s
expect_text "$work/err" "the run of process $first was killed" "brought to safe first: contacts open ("
jq -r '.boards[0]["safe.before"]' "$work/run.json" >"$work/before"
expect_text "$work/before" "not left safe by process $first; brought to safe: contacts open ("
run $one --timeout 2s
expect_same "before, the next time" null "$(jq -r '.boards[0]["safe.before"]' "$work/run.json")"

# ---- a board that is not there any more is not left safe
start "$meterbench" test $one --bench "$work/bench.lua" --json "$work/run.json" --junit "$work/junit.xml"
first=$pid
poll 20 test -e "$work/state/meterbench/dev_pts_${uart##*/}" || fail "the run does not begin"
kill -KILL $emulated
finish $emulated
running="$first"
finish "$first"
expect_same "exit code without the board" 10 "$got"
expect_text "$work/err" "NOT left safe: "
grep -q "left  *NOT safe: " "$work/out" || fail "the console does not say that it was not left safe"
