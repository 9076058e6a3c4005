-- Claim 6: what the tenant pays follows the meter's register, at the price, to the last hundredth of a kWh.
return scenario {
  name  = "a metered load is charged by the register at the price",
  claim = 6,
  tags  = { "billing" },
  fleet = { flats = 10, household = false, price = "0.5380 yuan", balance = "100 yuan", poll = "5 min" },
  run = function(bench)
    local flat = bench:flat(7)
    bench:wait("10 min")
    flat:overload("10 A")
    bench:wait("10 h")
    flat:clear("overload")
    bench:wait("20 min")
    local state = flat:state()
    local charged = 100 - state.balance
    local due = state.register_kwh * 0.5380
    bench:check(state.register_kwh > 21 and state.register_kwh < 23, "22 kWh were counted, within the class")
    bench:check(charged > due - 0.012 and charged < due + 0.001, "they were charged at 0.5380 yuan")
  end,
}
