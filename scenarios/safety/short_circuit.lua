-- Claims 4 and 5: the breaker upstream clears a short circuit; the meter's relay opens after it and locks until an
-- administrator has looked.
return scenario {
  name  = "a short circuit opens the relay and locks it",
  claim = { 4, 5 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "overload", "rack" },
  board_time = "25 s",
  cases = { prospective = { "1 kA", "3 kA" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault = flat:short_circuit(case.prospective)
    bench:expect(flat:tripped { cause = "short circuit" }):within("5 s", fault)
    flat:clear("short circuit")
    flat:reset_breaker()
    bench:expect(flat:supplied()):never_for { sim = "30 min", board = "6 s" }
    local order = bench:sign_in():order(flat, "close")
    bench:expect(flat:supplied()):within("10 s", order)
  end,
}
