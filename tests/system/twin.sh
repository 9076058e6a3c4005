# A virtual meter on the same stimulus agrees with the reference board, and says where a board with a bug differs.
. "$(dirname "$0")/lib.sh"
need jq xmllint
need_board
leak="scenarios/safety/leakage.lua scenarios/safety/leakage_below_limit.lua"
cases="$leak scenarios/safety/overload.lua scenarios/operations/remote_control.lua scenarios/billing/local_credit.lua"

# twins JSON: how many cases have a difference
twins() {
    jq '[.cases[] | select(.twin)] | length' "$1"
}

# $cases and $leak are lists
# shellcheck disable=SC2086
expect_exit 0 "$meterbench" test $cases --board emulated --lockstep --json "$work/alone.json"
# shellcheck disable=SC2086
expect_exit 0 "$meterbench" test $cases --board emulated --lockstep --twin=strict --run-file "$work/run.db" \
    --json "$work/beside.json"
expect_same "differences of the reference board" 0 "$(twins "$work/beside.json")"
expect_same "events with and without the twin" "$(hashes "$work/alone.json")" "$(hashes "$work/beside.json")"

# differs BUG WORDS: the twin tells of it
differs() {
    # shellcheck disable=SC2086
    "$meterbench" test $leak --board emulated --lockstep --firmware "$board/reference-$1.elf" --twin \
        --json "$work/bug.json" --junit "$work/bug.xml" >"$work/out" 2>"$work/err"
    [ "$(twins "$work/bug.json")" -gt 0 ] || fail "$1: no difference was told"
    expect_text "$work/out" "[twin] from" "$2" "its twin"
    expect_junit "$work/bug.xml"
    expect_text "$work/bug.xml" "$2"
}
differs slow_trip "the board's stay closed, its twin's stand open"
differs half_limit "the board's stand open, its twin's stay closed"

# A recording has a twin, too.
expect_exit 0 "$meterbench" replay "$work/run.db" --twin=strict

# A profile says how far its make may be apart: a recording takes that with it.
sed 's/^return board {/&\n  twin = { shown_ms = 0, measured_permille = 0, power_mw = 0, voltage_mv = 500000, current_ma = 500000 },/' \
    scenarios/boards/reference.lua >"$work/narrow.lua"
expect_exit 0 "$meterbench" test scenarios/operations/meter_values.lua --board emulated --lockstep --profile "$work/narrow.lua" \
    --twin --run-file "$work/narrow.db"
expect_text "$work/out" "[twin] from" "power: the board shows"
expect_exit 1 "$meterbench" replay "$work/narrow.db" --twin=strict
sed 's/power_mw = 0/power_w = 0/' "$work/narrow.lua" >"$work/wrong.lua"
expect_exit 4 "$meterbench" test scenarios/operations/meter_values.lua --board emulated --lockstep --profile "$work/wrong.lua"
expect_text "$work/err" "power_w"

expect_exit 4 "$meterbench" test scenarios --twin=loose
