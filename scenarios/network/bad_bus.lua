-- A gateway's two-wire bus that loses bytes: the gateway gives an order again after 500 ms of silence, so it comes late,
-- not never. 3000 ppm of the bytes spoil a fifth of the frames.
return scenario {
  name  = "an order gets through a bus that loses frames",
  claim = 2,
  tags  = { "network" },
  fleet = function(case)
    return { flats = 20, household = false, link = "rs485", line_faults = case.line }
  end,
  cases = { line = { "delay=20ms", "drop=3000ppm", "drop=2000ppm, corrupt=500ppm, duplicate=500ppm" } },
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("1 min", trip)
    local close = admin:order(flat, "close")
    bench:expect(flat:supplied()):within("1 min", close)
  end,
}
