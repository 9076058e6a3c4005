# A meter without a rack that takes stimuli by its own registers: trips are judged from the registers alone.
. "$(dirname "$0")/lib.sh"

profile="$source_dir/tests/system/stimulus/meter.lua"
: >"$work/out"
start "$meterbench" serve --quiet --flats 1 --protocol modbus --profile "$profile"
poll 30 grep -q '^ready$' "$work/out" || fail "serve is not ready"
wire=$(sed -n 's/^pty //p' "$work/out")
server=$pid

judge() {
    expect_exit 0 "$meterbench" test "$source_dir/scenarios/safety" --board "$wire" --profile "$profile" --json "$work/run.json" "$@"
}

# ---- a short circuit of faked current, leaks that trip and leaks that do not
judge --name 'an order to close is refused*short circuit*' --name 'a payment does not close a flat that leakage*' \
    --name 'half the rated*15 mA*' --run-file "$work/run.db" --twin
expect_text "$work/run.json" '"evidence": "register"'
expect_text "$work/out" "3 passed" "(register), limit 5 s" "no rack, but registers for some"
! grep -q "\[twin\]" "$work/out" || fail "the twin differs"

expect_exit 0 "$meterbench" replay "$work/run.db"
expect_text "$work/out" "3 identical, 0 differ"

# ---- a cause that the meter has no register for is skipped, and says so
expect_exit 5 "$meterbench" test "$source_dir/scenarios/safety/voltage_limits.lua" --board "$wire" --profile "$profile"

# ---- no register, no stimulus
grep -v stimulus_ "$profile" >"$work/blind.lua"
expect_exit 5 "$meterbench" test "$source_dir/scenarios/safety/leakage.lua" --name '*60 mA*' --board "$wire" --profile "$work/blind.lua"
expect_text "$work/out" "no rack and no register that could apply a stimulus"
sed 's/stimulus_smoke    = holding(33)/stimulus_smoke = { address = 33, kind = "input" }/' "$profile" >"$work/closed.lua"
expect_exit 4 "$meterbench" test "$source_dir/scenarios/safety/leakage.lua" --board "$wire" --profile "$work/closed.lua"
expect_text "$work/err" "stimulus_smoke" "read only"
kill -INT "$server"
finish "$server"
