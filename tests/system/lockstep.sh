# The suite with the emulated board in lockstep passes, covers claims 1, 4, 5 and 6 on the board, and repeats itself.
. "$(dirname "$0")/lib.sh"
need jq
need_board

run() {
    expect_exit 0 "$meterbench" test scenarios --board emulated --lockstep --json "$work/$1.json" --record "$work/$1"
}
run first
jq -r '.cases[] | select(.on_board and .outcome == "passed").file' "$work/first.json" | sort -u >"$work/on_board"
[ "$(wc -l <"$work/on_board")" -ge 8 ] || fail "only these ran on the board: $(cat "$work/on_board")"
for claim in 1 4 5 6; do
    # each scenario says in `about` which claims it shows
    xargs sed -n 's/^ *about *= *"\(claims* .*\)",$/\1/p' <"$work/on_board" | grep -qw $claim ||
        fail "no scenario about claim $claim ran on the board"
done
jq -r '.cases[] | select(.outcome == "skipped").message' "$work/first.json" >"$work/reasons"
! grep -qx '' "$work/reasons" || fail "a case was skipped without a reason"

# With the board, too, the same seed gives the same events.
run second
diff -rq "$work/first" "$work/second" >&2 || fail "event logs differ between two runs"
expect_same "hashes of two runs" "$(combined_hash "$work/first.json")" "$(combined_hash "$work/second.json")"

# The same board strapped for DL/T 645 passes part of it.
expect_exit 0 "$meterbench" test scenarios/board scenarios/safety/leakage.lua scenarios/safety/keep_power.lua \
    scenarios/billing/local_credit.lua scenarios/operations/permit_close.lua \
    --board emulated --lockstep --profile reference_dlt645 --json "$work/dlt645.json"
[ "$(jq '[.cases[] | select(.on_board and .outcome == "passed")] | length' "$work/dlt645.json")" -ge 7 ] ||
    fail "hardly anything ran on the board by DL/T 645"
