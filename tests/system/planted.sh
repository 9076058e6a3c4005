# Each invariant catches its planted violation; one that is declared and does not come, or comes undeclared, is a failure.
. "$(dirname "$0")/lib.sh"
need jq
planted=tests/system/planted

expect_exit 0 "$meterbench" test $planted --json "$work/planted.json"
expect_same "invariants that were breached" "1 2 3 4 5 6 7 8 9" \
    "$(jq -r '[.invariants[] | select(.breaches > 0).number] | join(" ")' "$work/planted.json")"
cases=$(jq '.cases | length' "$work/planted.json")

# Without its bug no case may pass.
sed '/:bug(/d; /:bypass(/d' $planted/violations.lua >"$work/mended.lua"
expect_exit 1 "$meterbench" test "$work/mended.lua" --json "$work/mended.json"
expect_same "cases that fail without their bug" "$cases" "$(jq .outcomes.failed "$work/mended.json")"

# Undeclared, each is a failure that names its invariant.
sed 's/return number == 3 .*/return {}/' $planted/violations.lua >"$work/undeclared.lua"
expect_exit 1 "$meterbench" test "$work/undeclared.lua" --json "$work/undeclared.json"
expect_same "undeclared breaches that fail" "$cases" "$(jq .outcomes.failed "$work/undeclared.json")"
expect_same "invariants named as the reason" "1 2 4 5 6 7 8 9" \
    "$(jq -r '[.cases[].message | capture("^invariant (?<n>[0-9])").n] | unique | join(" ")' "$work/undeclared.json")"

cat >"$work/nothing_happens.lua" <<'END'
return scenario {
  name = "a breach is declared and never comes",
  fleet = { flats = 1 },
  breaches = { 1 },
  run = function(bench) bench:expect(bench:flat(1):supplied()):now() end,
}
END
expect_exit 1 "$meterbench" test "$work/nothing_happens.lua"
expect_text "$work/out" "invariant 1, leakage is broken within its time: a breach was expected, none came"

# With a tariff invariant 4 works out each rate's price by itself.
cat >"$work/one_rate.lua" <<'END'
return scenario {
  name = "the valley is charged at the peak's price",
  fleet = { flats = 1, household = false, tariff = "zhejiang", start = "2026-07-15 00:00", poll = "5 min" },
  breaches = { 4 },
  run = function(bench)
    bench:bug("charges_one_rate")
    bench:flat(1):overload("10 A")
    bench:expect(bench:flat(1):charged()):within("1 h")
  end,
}
END
expect_exit 0 "$meterbench" test "$work/one_rate.lua"
sed '/:bug(/d' "$work/one_rate.lua" >"$work/every_rate.lua"
expect_exit 1 "$meterbench" test "$work/every_rate.lua"
expect_text "$work/out" "invariant 4, money is conserved and follows the register: a breach was expected, none came"
