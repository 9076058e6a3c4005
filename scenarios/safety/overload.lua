-- Claims 4 and 5: an overload trips when its configured delay is over, not before, and closes by itself when the risk is gone.
-- "Within 5 s" counts from the expiry of the configured delay.
return scenario {
  name  = "an overload trips after its delay and closes by itself",
  claim = { 4, 5 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false, overload_limit = "40 A", overload_delay = "4 s", overload_reclose = "5 s" },
  board = 7,
  needs = { "relay", "overload", "stimulus" },
  board_time = "20 s",
  cases = { current = { "45 A", "60 A" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault = flat:overload(case.current)
    bench:expect(flat:tripped()):never_for "3500 ms"
    bench:expect(flat:tripped { cause = "overload" }):within("5 s", fault:after "4 s")
    flat:clear("overload")
    bench:expect(flat:supplied()):within("10 s")
  end,
}
