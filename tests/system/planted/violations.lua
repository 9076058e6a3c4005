-- Each invariant has a planted violation that it must catch: the case passes only when the declared breach comes.
local violations = {
  ["leakage is not broken"] = { 1, function(bench, flat)
    flat:bug("leakage_blind")
    flat:leak("60 mA")
    bench:expect(flat:tripped()):never_for("5 s")
  end },
  ["the meter closes though supply is forbidden"] = { 2, function(bench, flat)
    flat:bug("closes_while_forbidden")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):within("10 s")
    bench:expect(flat:supplied()):within("30 s")
  end },
  ["keep-power inhibits protection"] = { 3, function(bench, flat)
    flat:bug("keep_power_blocks_protection")
    local keep = bench:sign_in():order(flat, "keep_power_on")
    bench:expect(flat:order_done()):within("10 s", keep)
    flat:leak("60 mA")
    bench:expect(flat:tripped()):never_for("5 s")
  end },
  ["the account is charged twice"] = { 4, function(bench, flat)
    bench:bug("charges_twice")
    flat:overload("10 A")
    bench:expect(flat:charged()):within("1 h")
  end },
  ["a notice that comes twice is booked twice"] = { 4, function(bench, flat)
    bench:bug("counts_duplicates")
    flat:pay("5 yuan", { id = 3, times = 2 })
    bench:wait("1 min")
    bench:check(flat:account().paid > 0, "it was booked")
  end },
  ["a payment passes the hoarding limit"] = { 4, function(bench, flat)
    bench:bug("ignores_hoarding")
    flat:pay("5000 yuan")
    bench:wait("1 min")
    bench:check(flat:account().balance > 0, "something is there")
  end },
  ["more is paid back than there is"] = { 4, function(bench, flat)
    bench:bug("refunds_too_much")
    flat:refund("500 yuan")
    bench:check(flat:account().opening == 100, "there were 100 yuan")
  end },
  ["what a tenant leaves behind is kept"] = { 4, function(bench, flat)
    bench:bug("keeps_the_rest")
    bench:expect(flat:moved_out()):within("1 min", flat:move_out())
  end },
  ["supply goes off at night for arrears"] = { 6, function(bench, flat)
    bench:bug("trips_in_friendly_hours")
    flat:set_balance("-1 yuan")
    bench:expect(flat:tripped()):within("25 h")
  end },
  ["current is drawn ahead of the meter"] = { 5, function(bench, flat)
    flat:bypass("2 A")
    bench:wait("10 min")
    bench:check(flat:state().current < 1, "the meter does not see it")
  end },
  ["the register runs fast"] = { 5, function(bench, flat)
    flat:bug("register_runs_fast")
    flat:overload("10 A")
    bench:wait("1 h")
    bench:check(flat:state().register_kwh > 2.2, "it counted")
  end },
  ["the platform trips without reminders"] = { 6, function(bench, flat)
    bench:bug("trips_without_reminders")
    flat:set_balance("-1 yuan")
    bench:expect(flat:tripped()):within("1 h")
  end },
  ["a reminder that was sent is taken for delivered"] = { 6, function(bench, flat)
    bench:bug("counts_sent_as_delivered")
    flat:phone(false)
    flat:set_balance("-1 yuan")
    bench:expect(flat:tripped()):within("2 days")
  end },
  ["copies of a reminder are taken for the next ones"] = { 6, function(bench, flat)
    bench:bug("counts_copies")
    flat:phone(false)
    flat:set_balance("-1 yuan")
    bench:wait("2 h")
    flat:phone(true)
    bench:expect(flat:reminded(3)):within("1 min")
    bench:expect(flat:tripped()):within("2 days")
  end },
  ["nobody but the tenant is alarmed"] = { 9, function(bench, flat)
    bench:bug("alarms_tenant_only")
    flat:leak("60 mA")
    bench:expect(flat:tripped()):within("1 s")
    bench:wait("1 min")
  end },
  ["the modem accepts a replay"] = { 7, function(bench, flat)
    flat:bug("accepts_replays")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):within("10 s")
    bench:wait("1 min")
    flat:attack("replay")
    bench:expect(flat:closed()):never_for("10 s")
  end },
  ["the modem's counters are in RAM"] = { 7, function(bench, flat)
    flat:bug("counter_in_ram")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):within("10 s")
    flat:outage()
    bench:wait("1 min")
    flat:clear("outage")
    bench:wait("3 s")
    flat:attack("replay")
    bench:expect(flat:closed()):never_for("10 s")
  end },
  ["the old key stays good"] = { 7, function(bench, flat)
    flat:bug("keeps_old_key")
    local mallory = flat:attacker()
    mallory:steal_key()
    bench:expect(flat:key_changed()):within("5 min", bench:sign_in():change_key(flat))
    mallory:send(mallory:forge("down", "trip", { key = "stolen" }))
    bench:expect(flat:tripped()):within("1 s")
  end },
  ["the modem does not ask who sent it"] = { 7, function(bench, flat)
    flat:bug("skips_authentication")
    flat:attack("forge")
    bench:expect(flat:tripped()):within("1 s")
  end },
  ["current flows through open contacts"] = { 8, function(bench, flat)
    flat:bug("conducts_when_open")
    flat:bug("weld_unnoticed")
    flat:overload("10 A")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):within("10 s")
    bench:wait("1 s")
  end },
  ["a weld is not alarmed"] = { 8, function(bench, flat)
    flat:bug("welded")
    flat:bug("weld_unnoticed")
    flat:overload("10 A")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):never_for("20 s")
  end },
  ["the meter tells nobody"] = { 9, function(bench, flat)
    flat:bug("alarms_suppressed")
    flat:leak("60 mA")
    bench:expect(flat:tripped()):within("1 s")
    bench:wait("1 min")
  end },
  ["the platform keeps no audit"] = { 9, function(bench, flat)
    bench:bug("audits_nothing")
    local trip = bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):within("10 s", trip)
    bench:wait("1 min")
  end },
}

local names = {}
for name in pairs(violations) do names[#names + 1] = name end

return scenario {
  name  = "a planted violation is caught",
  -- Seventeen hours of the day nobody is switched off, so that a trip after the three reminders would wait for the morning.
  fleet = { flats = 3, household = false, hoarding_limit = "1000 yuan", friendly = "15:00-08:00" },
  cases = { violation = names },
  -- Leakage that keep-power lets flow breaches both the invariant on leakage and the one on keep-power.
  breaches = function(case)
    local number = violations[case.violation][1]
    return number == 3 and { 1, 3 } or { number }
  end,
  run = function(bench, case)
    violations[case.violation][2](bench, bench:flat(1))
  end,
}
