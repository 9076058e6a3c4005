# Each planted firmware bug fails the scenario that is there to find it, and the verdict says what is wrong.
. "$(dirname "$0")/lib.sh"
need jq
need_board

# bug NAME SCENARIO CASE WORDS: the firmware with the bug fails the case in these words. That the reference passes those of
# scenarios/ is what lockstep.sh shows.
found=""
bug() {
    found="$found $1"
    case "$2" in
    scenarios/*) ;;
    *) expect_exit 0 "$meterbench" test "$2" --name "$3" --board emulated --lockstep ;;
    esac
    expect_exit 1 "$meterbench" test "$2" --name "$3" --board emulated --lockstep \
        --firmware "$board/reference-$1.elf" --json "$work/run.json"
    jq -r '.cases[] | select(.on_board and .outcome == "failed").message' "$work/run.json" >"$work/message"
    expect_text "$work/message" "$4"
}
bug slow_trip scenarios/safety/leakage.lua "*[[]leak=60 mA]" "tripped (leakage) after leakage of 60 mA: 6.01"
bug wrong_threshold scenarios/safety/leakage.lua "*[[]leak=30 mA]" \
    "tripped (leakage) after leakage of 30 mA: it never happened"
bug half_limit scenarios/safety/leakage_below_limit.lua "*[[]leak=15 mA]" "tripped: never for 5 s: it happened"
bug ignores_crc scenarios/board/damaged_frames.lua "*[[]fault=damaged]" "tripped: never for 4 s: it happened"
bug recloses_after_leakage scenarios/safety/leakage.lua "*[[]leak=60 mA]" "closed: never for 8 s: it happened"
bug falls_silent scenarios/operations/remote_control.lua "*[[]link=cat1, signal=good]" "answered before and fell silent"
bug wrong_scale scenarios/operations/meter_values.lua "*[[]current=12 A]" "the current told, 1.20 A, is the 12.00 A"
bug forgets_credit scenarios/billing/credit_survives.lua "*" "the credit after the cut is the credit before it: not so"
bug ignores_keep_power scenarios/safety/keep_power.lua "*" "order refused after the order to trip: it never happened"
bug keep_power_blocks_protection scenarios/safety/keep_power.lua "*" \
    "tripped (leakage) after leakage of 60 mA: it never happened"
bug closes_while_arrears tests/system/firmware/close_in_arrears.lua "*" \
    "order refused after the order to close: it never happened"
bug slow_overload scenarios/safety/overload.lua "*[[]current=45 A]" "tripped (overload) after overload of 45 A: 8.01"
bug accepts_replayed_sequence scenarios/board/damaged_frames.lua "*[[]fault=repeated]" \
    "tripped: never for 4 s: it happened"
bug early_reclose scenarios/safety/smoke_and_heat.lua "*[[]risk=smoke]" "supplied: never for 5 s: it happened"
bug recloses_in_smoke scenarios/safety/smoke_and_heat.lua "*[[]risk=smoke]" "supplied: never for 5 s: it happened"
bug overload_never_locks scenarios/safety/overload_locks.lua "*" "supplied: never for 6 s: it happened"
bug ignores_holdoff scenarios/operations/large_current.lua "*" "tripped: never for 6 s: it happened"
bug short_key scenarios/operations/permit_close.lua "*" "supplied: never for 2.500 s: it happened"
bug permit_serves_twice scenarios/operations/key_and_permit.lua "*" "tripped: not so"
bug double_price scenarios/billing/local_charge.lua "*" "yuan were taken for"
bug ignores_overdraft scenarios/billing/local_limits.lua "*" "tripped: never for 5 s: it happened"
bug forgets_causes scenarios/safety/power_cut.lua "*[[]cause=leakage]" "supplied: never for 8 s: it happened"
bug forgets_energy scenarios/operations/power_cut.lua "*" "the register is what it was before the cut: not so"
bug forgets_settings scenarios/operations/settings_survive.lua "*" "tripped: never for 1 s: it happened"
bug fast_clock scenarios/operations/clock_runs.lua "*" "it gained"
bug miscounts_trips scenarios/safety/protects_in_any_state.lua "*[[]state=tripped before]" \
    "the meter counted the trip: not so"

# A bug that is added to the firmware needs a line above, or one among the bugs on the wire.
for elf in "$board"/reference-*.elf; do
    name=$(basename "$elf" .elf)
    case "$found " in
    *" ${name#reference-} "*) ;;
    *) grep -q "\"${name#reference-}\"" tests/board/test_wire_bugs.c ||
            fail "nothing looks for the bug of $(basename "$elf")" ;;
    esac
done
