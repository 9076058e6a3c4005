-- Claims 5 and 6 with a meter that owns its credit: overdraft, re-close amount and hoarding limit are the meter's own, and the platform's books
-- keep to the same amounts.
return scenario {
  name  = "a meter with its own credit closes only above the re-close amount",
  about = "partial payment, re-close amount and hoarding limit at the meter",
  claim = { 5, 6 },
  tags  = { "billing", "limits" },
  fleet = function(case)
    return {
      flats = 2, household = false, credit = "local", balance = "1 yuan", price = "1 yuan", overdraft = case.overdraft, reclose_above = "10 yuan",
      hoarding_limit = "50 yuan", reminder_spacing = "10 min", grace = "10 min", poll = "1 min", feeder = "0 mohm",
    }
  end,
  cases = { overdraft = { "0 yuan", "5 yuan" } },
  run = function(bench, case)
    local flat = bench:flat(1)
    flat:overload("10 A") -- 2.2 yuan an hour
    bench:expect(flat:tripped { cause = "arrears" }):within("8 h")
    flat:clear("overload")
    bench:wait("5 min")
    local state, overdraft = flat:state(), tonumber(case.overdraft:match("%d+"))
    bench:check(state.meter_balance <= -overdraft and state.meter_balance > -overdraft - 3, "the meter let its overdraft go first")
    bench:check(math.abs(state.meter_balance - flat:account().balance) < 0.03, "the platform's books say the same")
    flat:pay("60.10 yuan")
    bench:expect(flat:payment_refused("hoarding limit")):within("10 s")
    flat:pay("8 yuan")
    bench:expect(flat:payment_short()):within("10 s")
    bench:wait("1 min")
    bench:check(flat:state().meter_balance > state.meter_balance + 7.9, "a partial payment reaches the meter")
    bench:expect(flat:supplied()):never_for("30 min")
    local payment = flat:pay(math.ceil(flat:account().missing) .. " yuan")
    bench:expect(flat:supplied()):within("5 s", payment)
    bench:wait("5 min")
    bench:check(math.abs(flat:state().meter_balance - flat:account().balance) < 0.03, "both still say the same")
    local cause, why = flat:refund("1 yuan")
    bench:check(cause == nil and why == "credit is in the meter", "the platform cannot pay back what is in the meter")
    bench:check(select(2, flat:move_out()) == "credit is in the meter", "nor settle a move")
  end,
}
