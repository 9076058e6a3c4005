# The suite with the emulated board in lockstep passes, covers claims 1, 2 and 4 to 7 on the board, and repeats itself.
. "$(dirname "$0")/lib.sh"
need jq
need_board

# run NAME FILE...
run() {
    name=$1
    shift
    expect_exit 0 "$meterbench" test "$@" --board emulated --lockstep --json "$work/$name.json" --record "$work/$name"
}
# Scenarios without a board are virtual with one, too: one of them is enough.
run first $(grep -rl --include='*.lua' '^ *board *= *[0-9]' scenarios) scenarios/safety/brown_out.lua
jq -r '.cases[] | select(.on_board and .outcome == "passed").file' "$work/first.json" | sort -u >"$work/on_board"
[ "$(wc -l <"$work/on_board")" -ge 30 ] || fail "only these ran on the board: $(cat "$work/on_board")"
for claim in 1 2 4 5 6 7; do
    jq -e --argjson claim $claim '[.cases[] | select(.on_board and .outcome == "passed") | .claims[]] | index($claim)' \
        "$work/first.json" >/dev/null || fail "no scenario about claim $claim ran on the board"
done
jq -r '.cases[] | select(.outcome == "skipped").message' "$work/first.json" >"$work/reasons"
! grep -qx '' "$work/reasons" || fail "a case was skipped without a reason"

# With the board, too, the same seed gives the same events. Orders, rack, key, supply failure and what came before the board are in these.
run second scenarios/board scenarios/safety/keep_power.lua scenarios/operations/key_and_permit.lua \
    scenarios/operations/large_register.lua scenarios/billing/local_limits.lua
for run in first second; do
    jq -r '.cases[] | select(.on_board) | .name + " " + .event_hash' "$work/$run.json" | sort >"$work/$run.hashes"
done
[ "$(wc -l <"$work/second.hashes")" -eq 7 ] || fail "these were repeated on the board: $(cat "$work/second.hashes")"
[ -z "$(comm -13 "$work/first.hashes" "$work/second.hashes")" ] ||
    fail "events differ between two runs: $(comm -13 "$work/first.hashes" "$work/second.hashes")"

# The same board strapped for DL/T 645 passes part of it.
expect_exit 0 "$meterbench" test scenarios/board scenarios/safety/leakage.lua scenarios/safety/keep_power.lua \
    scenarios/billing/local_credit.lua scenarios/operations/permit_close.lua \
    --board emulated --lockstep --profile reference_dlt645 --json "$work/dlt645.json"
[ "$(jq '[.cases[] | select(.on_board and .outcome == "passed")] | length' "$work/dlt645.json")" -ge 7 ] ||
    fail "hardly anything ran on the board by DL/T 645"
