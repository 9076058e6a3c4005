return scenario {
  name = "an order that expired on a cut path changes nothing, and the order behind it is carried out",
  about = "Copies of the first order that arrive late are refused by the meter: that is no answer to the second.",
  claim = 1,
  tags = { "operations", "orders" },
  cases = {
    link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" },
    first = { "trip", "maintenance", "keep_power_on" },
  },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      order_attempts = 60, people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(3), bench:sign_in()
    local m = flat:attacker()
    m:drop("down")
    local first
    if case.first == "maintenance" then
      first = admin:maintenance(flat, true)
    else
      first = admin:order(flat, case.first, { valid_for = "5 min" })
    end
    bench:wait("1 min")
    local second, why
    if case.first == "maintenance" then
      second, why = admin:maintenance(flat, false)
    else
      second, why = admin:order(flat, "alarm_on", { valid_for = "5 h" })
    end
    bench:check(second ~= nil, "taken " .. tostring(why))
    bench:wait("9 min")
    m:pass()
    bench:expect(second:settled()):within("3 h")
    bench:check(second:result().done == 1, "the second is done: " .. second:result().flats[1].outcome)
    local r = first:result().flats[1]
    if case.first ~= "maintenance" then
      bench:check(r.outcome == "unanswered" or r.outcome == "expired", r.outcome .. " " .. r.why)
      bench:expect(flat:supplied()):now()
      bench:check(not flat:state().keep_power, "no keep-power")
    end
    bench:wait("10 min")
    bench:check(not flat:state().maintenance, "no maintenance")
    local k = admin:order(flat, "close")
    bench:expect(k:settled()):within("20 min", k)
    bench:expect(flat:supplied()):now()
  end,
}
