-- Claim 2: a frame whose check does not fit is not obeyed; neither is one that was obeyed before.
return scenario {
  name  = "a damaged or repeated order is not obeyed",
  claim = 2,
  tags  = { "wire" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "keep_power" },
  board_time = "25 s",
  cases = { fault = { "damaged", "repeated", "repeated after a power cut" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local keep = bench:sign_in():order(flat, "keep_power_off")
    bench:expect(flat:order_done()):within("5 s", keep)
    if case.fault == "repeated after a power cut" then
      flat:outage()
      bench:wait("3 s")
      flat:clear("outage")
      bench:wait { sim = "2 min", board = "10 s" }
    end
    local starts = bench:count("meter_alarm", { flat = 7, a = 6 })
    if case.fault == "damaged" then flat:damaged_order("trip") else flat:repeated_order("trip") end
    bench:expect(flat:tripped()):never_for { sim = "10 min", board = "4 s" }
    bench:check(bench:count("meter_alarm", { flat = 7, a = 6 }) == starts, "the meter did not start anew")
  end,
}
