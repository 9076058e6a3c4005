# What can be wrong with orders, planted in the platform or in each meter: the scenarios notice it; and what is told of mistakes in a script.
. "$(dirname "$0")/lib.sh"
operations="$source_dir/scenarios/operations"

# notices 'STATEMENT' SCENARIO...: passes as it is, fails with the statement at the beginning of its run
notices() {
    statement=$1
    shift
    for scenario in "$@"; do
        sed "s/^  run = function(bench.*/&\n    $statement/" "$operations/$scenario.lua" >"$work/$scenario.lua"
        expect_exit 0 "$meterbench" test "$operations/$scenario.lua" --quiet
        expect_exit 1 "$meterbench" test "$work/$scenario.lua" --quiet
    done
}
notices 'bench:bug("holds_ignored")' priorities maintenance
notices 'bench:bug("waves_ignored")' restore_waves
notices 'bench:bug("scopes_ignored")' group_orders
notices 'bench:flat(7):bug("valid_until_ignored")' valid_until
notices 'bench:flat(7):bug("lock_out_ignored")' maintenance
notices 'bench:flat(7):bug("stuck_open")' every_order

# mistake TEXT LINE: this line of a script is told what is wrong with it
mistake() {
    cat >"$work/mistake.lua" <<LUA
return scenario {
  name  = "a mistake",
  fleet = { flats = 8, household = false },
  run = function(bench)
    local admin, flat = bench:sign_in(), bench:flat(7)
    $2
    bench:check(true, "nothing was wrong")
  end,
}
LUA
    expect_exit 1 "$meterbench" test "$work/mistake.lua"
    expect_text "$work/out" "$1"
}
mistake 'there is no order "explode": trip, close, permit, pre_trip' 'admin:order(flat, "explode")'
mistake 'which flats: a flat, { floor = 3 }' 'admin:order("street", "trip")'
mistake 'floor: a number of one of the building' 'admin:order({ floor = 2 }, "trip")'
mistake 'flats: a list of flats or of their numbers, 1 to 8' 'admin:order({ flats = { 9 } }, "trip")'
mistake 'no flat is meant' 'admin:order({ flats = {} }, "trip")'
mistake 'there is no option "valid"' 'admin:order(flat, "trip", { valid = "1 s" })'
mistake 'valid_for: it is too short' 'admin:order(flat, "trip", { valid_for = "10 ms" })'
mistake 'retries: a number from 0 to 99' 'admin:order(flat, "trip", { retries = 100 })'
mistake 'delay: the order needs it, in whole multiples of 1 min' 'admin:order(flat, "pre_trip")'
mistake 'delay is of pre_trip' 'admin:order(flat, "trip", { delay = "1 min" })'
mistake 'lasts: the order needs it, in whole multiples of 5 min' 'admin:order(flat, "trip_then_close", { lasts = "7 min" })'
mistake 'feeder_limit: more than 0 A' 'admin:restore("building", { feeder_limit = "0 A" })'
mistake 'wave: a number from 1 to 5000' 'admin:restore("building", { wave = 0 })'
mistake 'only what a session ordered has a result' 'flat:leak("1 mA"):result()'
