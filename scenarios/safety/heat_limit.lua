-- Claim 4: the heat limit is the configured one, to two degrees on either side.
return scenario {
  name  = "heat trips at its limit and not below it",
  claim = 4,
  tags  = { "safety" },
  fleet = { flats = 10, household = false, heat_limit = "60 C", safety_reclose = "3 s" },
  board = 7,
  needs = { "relay", "heat", "stimulus" },
  board_time = "20 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:heat("58 C")
    bench:expect(flat:tripped()):never_for("3 s")
    local fault = flat:heat("62 C")
    bench:expect(flat:tripped { cause = "heat" }):within("5 s", fault)
    flat:heat("58 C") -- within its 5 degrees of hysteresis
    bench:expect(flat:supplied()):never_for("6 s")
    local over = flat:clear("heat")
    bench:expect(flat:supplied()):within("6 s", over)
  end,
}
