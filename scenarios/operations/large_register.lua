-- Claim 6 stands on this: a register of years is told whole, goes on from where it was, and is there after a power cut.
return scenario {
  name  = "a register of many kilowatt-hours is told whole",
  claim = 6,
  tags  = { "operations", "metering" },
  fleet = { flats = 10, household = false, overload_limit = "80 A", balance = "2000 yuan" },
  board = 7,
  needs = { "metering", "rack" },
  history = true,
  board_time = "25 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("60 A")
    bench:wait("6 h")
    flat:clear("overload")
    bench:wait("20 min")
    local before = flat:state().register_kwh
    bench:check(before > 70, "it is a large register")
    bench:attach()
    bench:wait("1 s")
    bench:check(math.abs(flat:state().register_kwh - before) <= 0.001, "it is told whole")
    flat:overload("60 A")
    bench:wait("8 s")
    flat:clear("overload")
    bench:wait("1 s")
    bench:check(flat:state().register_kwh > before + 0.025, "it goes on")
    before = flat:state().register_kwh
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:wait("3 s")
    bench:check(math.abs(flat:state().register_kwh - before) <= 0.001, "it is there after a power cut")
  end,
}
