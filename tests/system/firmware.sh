# Each planted firmware bug fails the scenario that is there to find it, and the verdict says what is wrong.
. "$(dirname "$0")/lib.sh"
need jq
need_board

# bug SCENARIO CASE WORDS: the reference passes the case, the firmware with the bug fails it in these words.
found=""
bug() {
    found="$found $1"
    expect_exit 0 "$meterbench" test "$2" --name "$3" --board emulated --lockstep
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

# A bug that is added to the firmware needs a line above.
for elf in "$board"/reference-*.elf; do
    name=$(basename "$elf" .elf)
    case "$found " in
    *" ${name#reference-} "*) ;;
    *) fail "nothing looks for the bug of $(basename "$elf")" ;;
    esac
done
