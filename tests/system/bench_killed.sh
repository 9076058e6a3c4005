# A run is killed (kill -9) in the middle of a leak: the rack lets the currents go by its own clock, and the next run on the same
# bench starts at once, says what it found, brings the board to safe and judges it.
. "$(dirname "$0")/lib.sh"
need jq
need_board
one=scenarios/safety/leakage.lua
case="*[[]leak=60 mA]"

emulate "$work/emulated" --truth "$work/truth"
echo "return bench { id = 'desk', profile = '$source_dir/scenarios/boards/reference.lua', port = '$uart',
    rack = '$rack', safe = { contacts = 'closed' } }" >"$work/bench.lua"
state="$work/state/meterbench/dev_pts_${uart##*/}"

# ---- killed when the script's leak has begun: a residual was set when the board was looked at and when the case took it over
killed() {
    lines=$(wc -l <"$work/truth")
    start "$meterbench" test $one --name "$case" --bench "$work/bench.lua"
    host=$pid
    poll 60 awk -v from="$lines" 'NR > from && $4 == "0x112" { n++ } END { exit n < 3 }' "$work/truth"
    kill -KILL "$host"
    finish "$host"
    [ "$got" -eq 137 ] && [ -e "$state" ]
}
for attempt in 1 2 3; do # a busy machine may end the case before
    killed && break
    echo "attempt $attempt: exit code $got"
    rm -f "$state"
done
expect_text "$state" "pid $host"
safe() {
    tail -n +$((lines + 1)) "$work/truth" | grep -q "safe state"
}
poll 20 safe || fail "no safe state 20 s after the host was killed"
took=$(awk -v from="$lines" 'NR <= from { next } $3 == "heartbeat" { last = $2 } $3 == "safe" { print $2 - last; exit }' "$work/truth")
echo "safe state $took ns of the rack's clock after the last heartbeat"
[ "$took" -ge 499000000 ] && [ "$took" -le 501000000 ] || fail "500 ms without a heartbeat, to 1 ms, are meant"

# ---- the next run takes the port at once. Where the machine is so busy that the emulated rack or board is not heard in time, the
# run is inconclusive (10), and another is made.
for attempt in 1 2 3 4; do
    "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --json "$work/run.json" >"$work/out" 2>"$work/err"
    got=$?
    cat "$work/err" >>"$work/told"
    [ $got -eq 10 ] || break
    message=$(jq -r '.cases[0].message' "$work/run.json")
    case $message in
    *"another program uses it"*) fail "the killed run still holds a port: $message" ;;
    esac
    echo "attempt $attempt: $message"
done
[ $got -ne 10 ] || skip "this machine is too busy for an emulated board: $message"
expect_same "exit code of the run after the kill" 0 $got
expect_text "$work/told" "the run of process $host was killed" "brought to safe first: contacts closed ("
expect_same "evidence of the trip" contact "$(jq -r '.cases[0].verdicts[0].evidence' "$work/run.json")"
left=$(jq -r '.boards[0].left' "$work/run.json")
case $left in
"safe: contacts closed ("*) ;;
*) fail "it was left $left" ;;
esac
[ ! -e "$state" ] || fail "a run that ended well leaves no state file"
