-- A building that was switched off comes back in waves that its feeder can carry, and who must not come back is left out with the reason.
-- Four flats take 75 A together as soon as they are on, more than the smallest feeder carries.
local load = { "10 A", "20 A", "15 A", "30 A" }

return scenario {
  name  = "a building comes back in waves under its feeder's limit",
  claim = 9,
  tags  = { "operations", "restore" },
  fleet = function(case)
    return { flats = case.flats, household = false, poll = "5 min", feeder = "5 mohm", balance = "1000 yuan", reminders = 0, grace = "0 s",
      link = case.link }
  end,
  cases = { flats = { 12, 40 }, limit = { "40 A", "80 A", "150 A" }, link = { "cat1", "rs485" } },
  run = function(bench, case)
    for number = 1, case.flats do
      if number % 3 == 0 and number <= 12 then bench:flat(number):overload(load[number // 3]) end
    end
    bench:wait("20 min") -- readings tell each flat's load
    local operator = bench:sign_in { user = "operator" }
    local trip = operator:order("building", "trip")
    bench:expect(trip:settled()):within("2 min", trip)
    bench:check(trip:result().done == case.flats, trip:result().done .. " flats are off")

    local admin = bench:sign_in()
    -- Three that must stay off.
    local locked, arrears, works = bench:flat(1), bench:flat(2), bench:flat(4)
    locked:clear("overload")
    arrears:set_balance("-1 yuan")
    bench:expect(arrears:order_done()):within("1 min")
    local maintenance = admin:maintenance(works, true)
    bench:expect(works:in_maintenance()):within("1 min", maintenance)
    locked:smoke()
    bench:wait("1 min")

    local back = admin:restore("building", { feeder_limit = case.limit, patience = "2 min" })
    bench:expect(back:settled()):within("20 min", back)
    bench:wait("10 s")
    local result, limit = back:result(), tonumber(case.limit:match("%d+"))
    bench:check(result.max_feeder_current <= limit and result.seconds_beyond_limit == 0,
      string.format("the feeder carried at most %.1f A, the limit is %d A", result.max_feeder_current, limit))
    local why = { [1] = "a protective trip stands", [2] = "the flat is tripped for arrears", [4] = "the flat is in maintenance" }
    for _, each in ipairs(result.flats) do
      local on = bench:flat(each.flat):state().contacts_closed
      local fits = why[each.flat] == nil
      if fits and each.outcome == "left out" then -- only for want of room, and only where there is none
        local rest = limit - result.max_feeder_current
        bench:check(each.why == "the feeder's limit would be passed" and rest < 45, "flat " .. each.flat .. " is left out: " .. each.why)
      else
        bench:check(on == fits and (fits and each.outcome == "done" or each.outcome == "left out"), string.format("flat %d: %s %s",
          each.flat, each.outcome, each.why))
        bench:check(fits or each.why == why[each.flat], "flat " .. each.flat .. ": " .. each.why)
      end
    end
    bench:check(result.waves >= (limit < 150 and 2 or 1), result.waves .. " waves")
  end,
}
