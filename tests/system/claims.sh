# The table of claims: what a scenario says of itself, how verdicts add up, and that a planted fault turns each claim's verdict.
. "$(dirname "$0")/lib.sh"
need jq

cat >"$work/wrong.lua" <<'END'
return scenario { name = "x", claim = { 1, 14 }, run = function(bench) bench:check(true, "so") end }
END
expect_exit 1 "$meterbench" test "$work/wrong.lua"
expect_text "$work/out" "claim: a number from 1 to 13 or a list of them, as in claim = { 1, 9 }"
expect_exit 4 "$meterbench" test --claim 14
expect_exit 4 "$meterbench" test --plant no_such_fault
expect_exit 4 "$meterbench" test --plant welded --board emulated --lockstep
expect_exit 0 "$meterbench" test --claim 12 --list
expect_text "$work/out" "(claim 12)"
if grep -v "claim" "$work/out" >&2; then fail "--claim 12 lists what is of no claim"; fi

# said NAME CLAIM FIELDS CHECK: a scenario of one check, in $work/said
mkdir "$work/said"
said() {
    cat >"$work/said/$1.lua" <<END
return scenario { name = "$1", claim = $2, $3 run = function(bench) bench:check($4, "it is so") end }
END
}
said one_holds 1 '' true
said two_fails 2 'required = "measured", decides = true,' false
said three_holds 3 '' true
said three_measured 3 'required = "measured",' false
said four_holds 4 '' true
said four_excluded 4 'required = "excluded",' false
said five_measured 5 'required = "measured",' true
said five_with_six '{ 5, 6 }' 'required = "measured",' true
said seven_says_no 7 'decides = false,' true
said seven_decides 7 'required = "excluded", decides = function() return true end,' false
expect_exit 1 "$meterbench" test "$work/said" --claims "$work/table.md" --json "$work/said.json"
expect_text "$work/out" "claim 13 was not judged"
expect_same "verdicts" "holds,does not hold,partly,holds,holds,holds,does not hold,not judged" \
    "$(jq -r '[.claims[:8][].verdict] | join(",")' "$work/said.json")"
expect_text "$work/table.md" "| [8](#claim-8) |" "not judged: 0 scenarios"
expect_exit 0 "$meterbench" test "$work/said" --claim 5 --claim 6 --claims "$work/some.md"
if grep -q "^## Claim 1$" "$work/some.md"; then fail "claims that were not asked for are in the table"; fi
printf 'return scenario { name = "y", claim = 1, decides = "yes", run = function(bench) bench:check(true, "so") end }\n' >"$work/decides.lua"
expect_exit 1 "$meterbench" test "$work/decides.lua"
expect_text "$work/out" "decides: true or false, or a function of the case that returns one"

# Figures: with a unit, many at once, too few of them.
cat >"$work/figures.lua" <<'END'
return scenario {
  name = "figures", claim = 13, required = "measured",
  run = function(bench)
    bench:judge { what = "hardware", value = 312.5, unit = "yuan", at_most = 400 }
    bench:judge { what = "saving", low = 14, high = 17.25, unit = "%", at_least = 18 }
    local values = { { holds = false } }
    for i = 1, 99 do values[i + 1] = i / 100 end
    bench:statistic { what = "share", values = values, timeout = 2, at_most = 1, unit = "kWh" }
    bench:statistic { what = "share", values = values, timeout = 2, at_most = 1, unit = "kWh", by = "worst" }
    bench:check(not pcall(bench.statistic, bench, { what = "few", values = { 1, 2 }, limit = "5 s", by = "p99" }), "too few")
    bench:check(not pcall(bench.statistic, bench, { what = "lost", values = values, limit = "5 s" }), "no time-out")
    bench:check(not pcall(bench.statistic, bench, { what = "none", values = {}, limit = "5 s" }), "none")
    bench:check(not pcall(bench.judge, bench, { what = "two", value = 1, unit = "%", at_most = 1, at_least = 0 }), "two limits")
    bench:check(not pcall(bench.judge, bench, { what = "mixed", seconds = 1, unit = "%", at_most = 1 }), "seconds and a unit")
  end,
}
END
expect_exit 0 "$meterbench" test "$work/figures.lua" --claim 13 --claims "$work/figures.md"
expect_text "$work/figures.md" "312.5 yuan (model) | 400 yuan | holds" "14 % to 17.25 % (model) | at least 18 % | **does not hold**" \
    "| 100 | 99.0 % | 0.515 kWh [" "| 99.0 % | mean: 1 kWh | holds |" "| worst: 1 kWh | **does not hold** |"

# verdict CLAIM FILE
verdict() {
    sed -n "s/^| \[$1\](#claim-$1) |.*| [0-9]* | \**\([a-z ]*[a-z]\)\** | .*/\1/p" "$2"
}

# planted CLAIM FAULT OPTION...: without the fault the claim does not fail, with it it does
planted() {
    number=$1 fault=$2
    shift 2
    expect_exit 0 "$meterbench" test scenarios --claim "$number" --claims "$work/sound.md" --quiet "$@"
    [ "$(verdict "$number" "$work/sound.md")" != "does not hold" ] || fail "claim $number does not hold without $fault"
    expect_exit 1 "$meterbench" test scenarios --claim "$number" --claims "$work/planted.md" --quiet --plant "$fault" "$@"
    expect_same "claim $number with $fault" "does not hold" "$(verdict "$number" "$work/planted.md")"
}
planted 1 stuck_open --tag smoke
planted 2 check_ignored
planted 3 accepts_replays
planted 4 leakage_blind --exclude-tag long
planted 5 recloses_after_leakage --exclude-tag long
planted 6 counts_sent_as_delivered --exclude-tag network
planted 7 alarms_tenant_only
planted 8 charges_one_rate --name 'the prices and tiers of a province are charged exactly*'
planted 8 limits_ignored --name 'air conditioner and water heater are limited in peak hours*'
planted 9 lock_out_ignored --exclude-tag long
planted 11 tenants_may_switch
planted 12 emergency_unlimited
planted 13 charges_twice

# Claim 10 is a statistic of the radio: without it there is nothing to wait for.
expect_exit 0 "$meterbench" test scenarios --claim 10 --name '*link=cat1, *' --claims "$work/radio.md"
expect_same "claim 10" "does not hold" "$(verdict 10 "$work/radio.md")"
expect_exit 0 "$meterbench" test scenarios --claim 10 --name '*link=cat1, *' --claims "$work/wire.md" --plant instant_link \
    --plant lossless_link
expect_same "claim 10 without a radio" "holds" "$(verdict 10 "$work/wire.md")"
