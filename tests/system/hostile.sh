# A bad script fails alone, with file and line, and within its budgets of time and memory.
. "$(dirname "$0")/lib.sh"
need jq
hostile=tests/system/hostile

# Sanitizers reserve terabytes of address space, so there the limit says nothing.
if [ -z "${METERBENCH_SANITIZE:-}" ]; then
    ulimit -v 400000 # KiB
fi
expect_exit 1 "$meterbench" test $hostile --jobs 1 --json "$work/hostile.json"
expect_same "files judged" "$(find $hostile -name '*.lua' | wc -l)" "$(jq '.cases | length' "$work/hostile.json")"
expect_same "what passes" "$hostile/a_sound_one.lua" \
    "$(jq -r '.cases[] | select(.outcome == "passed").file' "$work/hostile.json")"

# says FILE LINE TEXT
says() {
    jq -r --arg file "$hostile/$1" '.cases[] | select(.file == $file).message' "$work/hostile.json" >"$work/message"
    expect_text "$work/message" "$hostile/$1:$2: " "$3"
}
says a_misspelt_field.lua 1 'unknown field "fleat"'
says a_misspelt_method.lua 5 'a flat has no method "laek"'
says a_syntax_error.lua 4 "expected near 'end'"
says a_wrong_unit.lua 5 'expected a current such as "30 mA"'
says an_endless_listing.lua 1 "instruction budget"
says an_endless_loop.lua 5 "instruction budget"
says no_scenario.lua 1 "return scenario {"
says ten_gigabytes.lua 6 "memory budget"
says the_outside_world.lua 5 "global 'io'"
expect_text "$work/out" "the script judged nothing" "$hostile/an_endless_poll.lua: fleet.poll: at least 1 s"

# tariff VALUE TEXT: a fleet with this tariff is refused with this text
tariff() {
    cat >"$work/tariff.lua" <<END
local day = { ["00:00"] = "flat" }
return scenario {
  name = "a wrong tariff",
  fleet = { flats = 1, tariff = $1 },
  run = function(bench) bench:check(true, "it ran") end,
}
END
    expect_exit 1 "$meterbench" test "$work/tariff.lua"
    expect_text "$work/out" "fleet.tariff$2"
}
tariff '"atlantis"' ': guangdong, shaanxi, shanghai, sichuan, zhejiang, a file that ends in .lua, or a table with seasons'
tariff 7 ': guangdong, shaanxi, shanghai, sichuan, zhejiang, a file that ends in .lua, or a table with seasons'
tariff '{}' ': seasons is a list of 1 to 14'
tariff '{ season = {} }' ': unknown field "season" of the tariff'
tariff '{ seasons = { 7 } }' ': a season is a table'
tariff '{ seasons = { { price = "cheap", day = day } } }' '.price: expected money a kWh'
tariff '{ seasons = { { price = "1 yuan" } } }' ': a day is a table such as'
tariff '{ seasons = { { price = "1 yuan", day = {} } } }' ': a day has 1 to 14 periods'
tariff '{ seasons = { { price = "1 yuan", day = { ["24:00"] = "flat" } } } }' ': "24:00" is no time of day'
tariff '{ seasons = { { price = "1 yuan", day = { ["08:00"] = "flat" } } } }' ': the first period of a day begins at 00:00'
tariff '{ seasons = { { price = "1 yuan", day = { ["00:00"] = "noon" } } } }' ': there is no rate "noon"'
tariff '{ seasons = { { from = "13-01", price = "1 yuan", day = day } } }' ': a season begins on a date'
tariff '{ seasons = { { price = "1 yuan", day = day }, { price = "1 yuan", day = day } } }' ': the seasons are in ascending order'
tariff '{ adders = { "1 yuan" }, seasons = { { price = "1 yuan", day = day } } }' ": each season gives the tiers' limits"
tariff '{ cycle = "week", seasons = { { price = "1 yuan", day = day } } }' '.cycle: "year" or "month"'
sed -i 's/  run =/  board = 1,\n  run =/' "$work/tariff.lua"
sed -i 's/tariff = .* },$/tariff = "zhejiang" },/' "$work/tariff.lua"
expect_exit 1 "$meterbench" test "$work/tariff.lua"
expect_text "$work/out" "a board has one register of energy, fleet.tariff wants four: leave out board"
