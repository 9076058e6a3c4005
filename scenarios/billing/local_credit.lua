-- Claims 5 and 6 with a meter that owns its credit: it charges itself and trips when that is spent, but not before the
-- platform has delivered three reminders and lifted keep-power; it closes on a recharge.
return scenario {
  name  = "a meter with its own credit trips when it is spent and closes on a recharge",
  claim = { 5, 6 },
  tags  = { "billing" },
  fleet = { flats = 10, household = false, credit = "local", balance = "0.30 yuan", reminder_spacing = "10 min", grace = "10 min", poll = "1 min" },
  board = 7,
  needs = { "relay", "credit", "metering", "rack" },
  history = true,
  board_time = "60 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:set_balance("0.30 yuan")
    flat:overload("10 A") -- 2.2 kW spend 1.18 yuan an hour
    bench:expect(flat:reminded(3)):within("2 h")
    bench:check(flat:state().supplied, "the reminded tenant still has supply")
    bench:wait("590 s") -- the grace period is 10 min
    bench:check(flat:state().meter_balance < 0, "the meter's own credit is spent")
    bench:attach()
    bench:expect(flat:tripped { cause = "arrears" }):within("30 s")
    bench:wait { sim = "10 min", board = "3 s" }
    local payment = flat:pay("20 yuan")
    bench:expect(flat:supplied()):within("3 s", payment)
    bench:wait("1 s")
    bench:check(flat:state().meter_balance > 15, "the recharge is in the meter")
  end,
}
