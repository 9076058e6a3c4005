-- Claim 6 with a meter that owns its credit: what it takes from the balance is its register times the price.
return scenario {
  name  = "a meter with its own credit charges its register at the price",
  claim = 6,
  tags  = { "billing", "metering" },
  fleet = { flats = 10, household = false, credit = "local", balance = "100 yuan", price = "5.38 yuan", overload_limit = "80 A" },
  board = 7,
  needs = { "credit", "metering", "rack" },
  board_time = "30 s",
  run = function(bench)
    local flat = bench:flat(7)
    bench:wait("1 s")
    local before = flat:state()
    flat:overload("60 A")
    bench:wait { sim = "10 min", board = "20 s" }
    flat:clear("overload")
    bench:wait("1 s")
    local after = flat:state()
    local taken = before.meter_balance - after.meter_balance
    local due = (after.register_kwh - before.register_kwh) * 5.38
    bench:check(due > 0.3 and math.abs(taken - due) <= 0.03,
      string.format("%.2f yuan were taken for %.2f yuan of energy", taken, due))
  end,
}
