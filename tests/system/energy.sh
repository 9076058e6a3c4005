# meterbench energy: its figures do not depend on jobs, the JSON is whole, mistakes are told; and each fault that is planted
# in limits of appliances turns the scenario that is there to find it.
. "$(dirname "$0")/lib.sh"
need jq

study() { # NAME OPTION...: leaves $work/NAME.json
    name=$1
    shift
    expect_exit 0 "$meterbench" energy --flats 20 --days 3 --seeds 1-3 --measure shift,all --json "$work/$name.json" "$@"
}
study one --jobs 1
expect_text "$work/out" "20 homes, 3 days, seeds 1 to 3" "zhejiang: without limits" "shift" "all"
study other --jobs 2 --quiet
[ ! -s "$work/out" ] || fail "--quiet says something"
expect_same "figures with two jobs" "$(jq -S . "$work/one.json")" "$(jq -S . "$work/other.json")"
holds() { # WHAT JQ
    expect_same "$1" true "$(jq "$2" "$work/one.json")"
}
holds "every measure has its interval" '[.tariffs[].measures[].saved_bill_share | .low <= .mean and .mean <= .high] | all'
holds "the seeds are complete" '.tariffs[0].seeds == 3 and (.tariffs[0].measures | map(.measure)) == ["shift", "all"]'
holds "shares are shares" '.tariffs[0] | .air_conditioner_share + .water_heater_share < 1'
study other --seeds 1 --tariff shanghai,guangdong
expect_same "tariffs" '["shanghai","guangdong"]' "$(jq -c '[.tariffs[].tariff]' "$work/other.json")"
expect_same "one seed has no interval" '[null]' "$(jq -c '[.tariffs[].measures[].saved_yuan.low] | unique' "$work/other.json")"

expect_exit 4 "$meterbench" energy --tariff nowhere
expect_text "$work/err" "no such tariff"
expect_exit 4 "$meterbench" energy --tariff sichuan
expect_text "$work/err" "no peak hours"
expect_exit 4 "$meterbench" energy --measure more
expect_exit 4 "$meterbench" energy --seeds 5-2
expect_exit 4 "$meterbench" energy --claim 0
expect_exit 4 "$meterbench" energy --flats 0

# ---- the cost table is the user's: another price is another verdict
mkdir "$work/scenarios" "$work/scenarios/lib"
cp scenarios/energy/cost.lua "$work/scenarios"
sed 's/meter = { 150, 190, 240 }/meter = { 150, 190, 400 }/' scenarios/lib/costs.lua >"$work/scenarios/lib/costs.lua"
expect_exit 0 "$meterbench" test "$work/scenarios/cost.lua" --name '*=rs485*'
expect_text "$work/out" "does not hold a meter costs what is claimed"

# ---- planted faults
for fault in limits_all_day limits_ignored; do
    expect_exit 1 "$meterbench" test scenarios/energy/peak_limits.lua --plant $fault --json "$work/planted.json"
    caught=$(jq '[.cases[] | select(.outcome == "failed")] | length' "$work/planted.json")
    [ "$caught" -ge 10 ] || fail "$fault: only $caught of 12 cases notice it"
done
