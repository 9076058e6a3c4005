-- Claims 1 and 5: an order to stay off, and the energy counted, outlive a power cut.
return scenario {
  name  = "an order and the register survive a power cut",
  claim = { 1, 5 },
  tags  = { "operations" },
  fleet = { flats = 10, household = false, overload_limit = "80 A" },
  board = 7,
  needs = { "relay", "metering", "rack" },
  board_time = "30 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("60 A")
    bench:wait("10 s")
    flat:clear("overload")
    local trip = bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    bench:wait("2 s")
    local before = flat:state()
    bench:check(before.register_kwh > 0.03, "energy was counted")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "6 s" }
    local after = flat:state()
    bench:check(math.abs(after.register_kwh - before.register_kwh) <= 0.001, "the register is what it was before the cut")
  end,
}
