-- Claim 6: money in the meter is still there after a power cut.
return scenario {
  name  = "credit in the meter survives a power cut",
  claim = 6,
  tags  = { "billing" },
  fleet = { flats = 10, household = false, credit = "local", balance = "35 yuan" },
  board = 7,
  needs = { "credit", "power" },
  board_time = "20 s",
  run = function(bench)
    local flat = bench:flat(7)
    bench:wait("1 s")
    local before = flat:state().meter_balance
    bench:check(before > 34.9 and before <= 35, "the meter holds what was paid")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:wait("5 s")
    local after = flat:state().meter_balance
    bench:check(after > before - 0.05 and after <= before, "the credit after the cut is the credit before it")
    bench:expect(flat:tripped()):never_for("2 s")
  end,
}
