# meterbench fleet: the results depend on no job, sample or compiler, the JSON is whole, its figures agree with each
# other by another way of adding, and what cannot be done is told with the right exit code.
. "$(dirname "$0")/lib.sh"
need jq awk

# ---- the same fleet in every way of running it
two_kinds() {
    cat >"$work/town.lua" <<END
return {
  { name = "town", share = 3, fleet = { link = "cat1", signal = "fair", hazards = 20, balance = "-150 yuan" } },
  { share = 2, fleet = { link = "nbiot", signal = "good", household = false } },
}
END
}
two_kinds
fleet() { # NAME OPTION...: leaves $work/NAME.json
    name=$1
    shift
    expect_exit 0 "$meterbench" fleet --fleet "$work/town.lua" --flats 138 --building 10 --days 2 \
        --json "$work/$name.json" "$@"
}
# What is no matter of the machine.
model() {
    jq -S 'del(.wall_s, .events_per_s, .flat_days_per_s, .jobs)' "$work/$1.json"
}
fleet one --jobs 1
expect_text "$work/out" "138 flats in 14 buildings, 2 days, seed 1" "town: " "building kind 2: " "ADMD"
for jobs in 2 3; do
    fleet other --jobs $jobs --quiet
    [ ! -s "$work/out" ] || fail "--quiet says something"
    expect_same "model's figures with $jobs jobs" "$(model one)" "$(model other)"
done
fleet other --sample 1h
hash=$(jq -r .hash "$work/one.json")
expect_same "hash with another sample" "$hash" "$(jq -r .hash "$work/other.json")"
expect_same "energy with another sample" "$(jq .load.energy_kwh "$work/one.json")" \
    "$(jq .load.energy_kwh "$work/other.json")"
fleet other --seed 2
[ "$hash" != "$(jq -r .hash "$work/other.json")" ] || fail "another seed, the same hash"
fleet other --no-envelope
expect_same "messages without the cipher" "$(jq -c '[.kinds[].messages_up]' "$work/one.json")" \
    "$(jq -c '[.kinds[].messages_up]' "$work/other.json")"

# ---- the JSON is whole and its parts add up
keys='["wall_s","events","events_per_s","flat_days_per_s","bytes_per_flat","hot_bytes_per_flat","hash","seed","flats",
    "buildings","days","jobs","complete","version","load","kinds",
    "money","energy"]'
load='["energy_kwh","energy_kwh_per_flat","energy_kwh_per_flat_sd","peak_kw","peak_at_h","admd_kw","coincidence",
    "load_factor","sample_s","curve_kw"]'
kind='["name","flats","trips","messages_up","messages_down","messages_dropped","orders","reminders_delivered",
    "payments","trip_local","trip_remote","restore"]'
expect_same "keys that are missing" "[]" "$(jq -c ". as \$r | $keys + [] | map(select(. as \$k | \$r | has(\$k) | not))" \
    "$work/one.json")"
expect_same "keys of load" "$(echo "$load" | jq -c sort)" "$(jq -c '.load | keys' "$work/one.json")"
expect_same "keys of the kinds" "$(echo "$kind" | jq -c '[sort, sort]')" \
    "$(jq -c '[.kinds[] | keys]' "$work/one.json")"
holds() { # WHAT JQ: is true of the JSON
    expect_same "$1" true "$(jq "$2" "$work/one.json")"
}
holds "the kinds' flats add up" '([.kinds[].flats] | add) == .flats and .flats == 138 and .complete'
holds "two days have 192 samples" '(.load.curve_kw | length) == 192 and .load.sample_s == 900'
holds "the peak is the largest sample" \
    '.load as $l | ($l.curve_kw | max) == $l.peak_kw and $l.curve_kw[$l.peak_at_h * 4] == $l.peak_kw'
holds "speeds are counts by time" '(.events / .wall_s / .events_per_s - 1 | fabs) < 1e-9 and
    (.flats * .days / .wall_s / .flat_days_per_s - 1 | fabs) < 1e-9'
holds "nothing is delivered that was not sent" \
    '[.kinds[] | .messages_up, .messages_down | .delivered <= .sent] | all'
holds "every meter reports once an hour" '[.kinds[] | .messages_up.sent >= .flats * 46] | all'
holds "who owes money pays, and gets supply back" '.kinds[0] | .payments > 0 and .restore.count > 0'
holds "hazards trip" '.kinds[0].trip_local.count > 0 and .kinds[0].trips.overload > 0'
holds "percentiles are in order" '[.kinds[] | .trip_local, .trip_remote, .restore | select(.count > 0) |
    .p50_s <= .p95_s and .p95_s <= .p99_s and .p99_s <= .max_s and .mean_s <= .max_s] | all'

# ---- one building: the flats' own curves add up to the fleet's, and the curve to the energy
one_building="--flats 20 --building 20 --days 1"
expect_exit 0 "$meterbench" fleet $one_building --curves "$work/curves.csv" --json "$work/one.json"
[ ! -e "$work/curves.csv.part" ] || fail "curves.csv.part is left over"
expect_same "columns of the curves" 21 "$(head -n 1 "$work/curves.csv" | tr ',' '\n' | wc -l)"
jq -r '.load.curve_kw[] * 1e6 | round' "$work/one.json" >"$work/json_mw" # to the milliwatt
awk -F, 'NR > 1 { sum = 0; for (i = 2; i <= NF; i++) sum += $i * 1000; printf "%.0f\n", sum }' \
    "$work/curves.csv" >"$work/csv_mw"
cmp "$work/json_mw" "$work/csv_mw" >&2 || fail "the flats' curves do not add up to the fleet's"
# A sample is cut to a milliwatt and a flat's energy to a watt-hour: 20 flats lose 20 Wh and 20 x 96 x 0.25 mWh at most.
holds "the curve adds up to the energy" '.load as $l | ($l.curve_kw | add) * $l.sample_s / 3600 - $l.energy_kwh |
    fabs < 0.0205'
ln -s target.csv "$work/link.csv" # as /dev/stdout is one
expect_exit 0 "$meterbench" fleet $one_building --quiet --curves "$work/link.csv"
[ -L "$work/link.csv" ] || fail "a link was replaced by a file"
cmp "$work/curves.csv" "$work/target.csv" >&2 || fail "the curves behind a link are others"
: >"$work/target.json"
ln -s target.json "$work/again.json"
expect_exit 0 "$meterbench" fleet $one_building --quiet --json "$work/again.json"
[ -L "$work/again.json" ] || fail "a link was replaced by a file"
expect_same "hash behind a link" "$(jq .hash "$work/one.json")" "$(jq .hash "$work/target.json")"

# ---- money and energy balance, with one price, with tariffs and for either owner of the credit; a platform that errs is found out
books() { # NAME TABLE: a fleet with this table, 6 days
    echo "return { fleet = $2 }" >"$work/$1.lua"
}
town='link = "cat1", balance = "-5 yuan", hazards = 20'
for kind in "price = \"0.5380 yuan\"" "tariff = \"zhejiang\", start = \"2026-12-29 00:00\"" "tariff = \"guangdong\", start = \"2026-10-29 00:00\"" \
    "credit = \"local\", overdraft = \"5 yuan\"" "poll = \"15 min\", hoarding_limit = \"150 yuan\"" \
    "payment = \"postpaid\", start = \"2026-07-29 00:00\", due_after = \"1 day\""; do
    books sound "{ $town, $kind }"
    expect_exit 0 "$meterbench" fleet --fleet "$work/sound.lua" --flats 40 --building 20 --days 6 --json "$work/sound.json"
    expect_text "$work/out" "balances to 0.0001 yuan" "balances to the mW*ns"
    expect_same "money and energy of $kind" "true true 0 0" \
        "$(jq -r '[.money.holds, .energy.holds, .money.difference_yuan, .energy.difference_mw_ns] | join(" ")' "$work/sound.json")"
    expect_same "something was paid and charged of $kind" true \
        "$(jq '.money.paid_yuan > 0 and .money.charged_yuan > 100 and .energy.read_kwh > 200' "$work/sound.json")"
done
books wrong "{ $town, bug = \"charges_twice\" }"
expect_exit 1 "$meterbench" fleet --fleet "$work/wrong.lua" --flats 40 --building 20 --days 6 --json "$work/wrong.json"
expect_text "$work/out" "DOES NOT BALANCE"
expect_text "$work/err" "money or energy do not balance"
expect_same "accounts that are off" "false true 40" \
    "$(jq -r '[.money.holds, .energy.holds, .money.accounts_off] | join(" ")' "$work/wrong.json")"

# ---- interrupted: the buildings under way end, the report covers them
writes() {
    [ -s "$work/long.csv.part" ]
}
start "$meterbench" fleet --flats 20000000 --building 20 --days 30 --jobs 2 --curves "$work/long.csv" \
    --json "$work/long.json"
poll 60 writes || fail "nothing happens"
kill -INT "$pid"
finish "$pid"
expect_same "exit code after Ctrl-C" 2 "$got"
expect_text "$work/out" "stopped early"
expect_same "a report of what was done" true \
    "$(jq '.complete == false and .buildings >= 1 and .buildings < 1000000 and .flats == 20 * .buildings and
        ([.kinds[].flats] | add) == .flats and (.load.curve_kw | length) == 2880' "$work/long.json")"
expect_same "lines of the curves of the first building" 2881 "$(wc -l <"$work/long.csv")"

# ---- what cannot be
refuses() { # CODE TEXT OPTION...: nothing on standard output
    code=$1 text=$2
    shift 2
    expect_exit "$code" "$meterbench" fleet "$@"
    expect_text "$work/err" "$text"
    [ ! -s "$work/out" ] || fail "something on standard output: meterbench fleet $*"
}
expect_exit 0 "$meterbench" fleet --help
expect_text "$work/out" "usage: meterbench fleet"
refuses 4 "meterbench fleet --help lists the options" --frobnicate
refuses 4 "--flats 0: expected a number from 1" --flats 0
refuses 4 "--flats many: expected a number" --flats many
refuses 4 "--building 5001: expected a number from 1 to 5000" --building 5001
refuses 4 "--days -1: expected a number" --days -1
refuses 4 "--jobs 65: expected a number from 1 to 64" --jobs 65
refuses 4 "--seed x: expected a number" --seed x
refuses 4 "--link carrier_pigeon: cat1, cat1bis, nbiot, lora or rs485" --link cat1,carrier_pigeon
refuses 4 "--signal loud: good, fair" --signal loud
refuses 4 "--start soon: expected a date, as in 2026-01-15" --start soon
refuses 4 "--hazards -1: expected a factor" --hazards -1
refuses 4 "--profile /nowhere.csv: cannot be read" --profile /nowhere.csv
refuses 4 "--meeting 10: expected a duration" --meeting 10
refuses 4 "--sample: a day is no whole number of such intervals" --sample 7min
refuses 4 "fleet town.lua: what is this? A file goes after --fleet" town.lua
refuses 4 "leave out --link and --signal" --fleet "$work/town.lua" --link lora
refuses 4 "$work/none.lua" --fleet "$work/none.lua"
refuses 4 "--json $work/no/dir.json: the directory is not there" --json "$work/no/dir.json"
refuses 4 "--json $work: it is a directory" --json "$work"
refuses 4 "of whole seconds" --sample 1500ms
refuses 4 "--curves -: name a file" --curves -
refuses 4 "both would be $work/same" --json "$work/same" --curves "$work/same"
file_refuses() { # TEXT LUA
    echo "$2" >"$work/wrong.lua"
    refuses 4 "$work/wrong.lua: $1" --fleet "$work/wrong.lua"
}
file_refuses 'fleet: unknown field "lnk"' 'return { fleet = { lnk = "cat1" } }'
file_refuses 'building kind 2: fleet: unknown field "lnk"' 'return { { fleet = {} }, { fleet = { lnk = "cat1" } } }'
file_refuses "building kind 1: name: a text of 1 to 31 bytes" 'return { { fleet = {}, name = 7 } }'
file_refuses "name: a text of 1 to 31 bytes" 'return { fleet = {}, name = string.rep("x", 32) }'
file_refuses "a list of kinds has no fields of its own" 'return { { fleet = {} }, share = 3 }'
if [ -z "${METERBENCH_SANITIZE:-}" ]; then # a sanitizer's own memory is over any limit
    expect_exit 3 sh -c 'ulimit -v 600000 && exec "$0" fleet --flats 1 --days 570 --sample 1s' "$meterbench"
    expect_text "$work/err" "meterbench: fleet: out of memory"
fi
refuses 4 "a load curve of more than 50000000 samples" --days 36500 --sample 1s
refuses 4 "--curves $work/no/dir.csv: the directory is not there" --curves "$work/no/dir.csv"
if [ -w /dev/full ]; then
    expect_exit 3 "$meterbench" fleet $one_building --json /dev/full
    expect_text "$work/err" "--json /dev/full: No space left on device"
    expect_exit 3 "$meterbench" fleet $one_building --curves /dev/full
    expect_text "$work/err" "--curves /dev/full: No space left on device"
    [ -c /dev/full ] || fail "/dev/full was replaced by a file"
fi
wrong() { # TEXT LUA: a fleet file that is refused, by its name and what is wrong with it
    echo "$2" >"$work/wrong.lua"
    refuses 4 "$1" --fleet "$work/wrong.lua"
    expect_text "$work/err" "$work/wrong.lua"
}
wrong "the file returns a table" 'return 1'
wrong 'unknown field "fleets"' 'return { fleets = {} }'
wrong 'unknown field "sygnal"' 'return { fleet = { sygnal = "good" } }'
wrong "fleet.signal: good, fair" 'return { fleet = { signal = "loud" } }'
wrong "share: a whole number from 1" 'return { { share = 0, fleet = {} } }'
wrong "fleet.poll: at least 1 s" 'return { fleet = { poll = "10 ms" } }'
wrong "fleet.flats: --building says" 'return { fleet = { flats = 10 } }'
wrong "each kind of building is a table" 'return { 1 }'
wrong "attempt to call a nil value" 'return dofile("x")'
