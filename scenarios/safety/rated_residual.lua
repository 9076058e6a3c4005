-- Claim 4: the rated residual operating current is the configured one: what is below half of it never trips, all of it does in 300 ms (IEC 61008-1).
return scenario {
  name  = "leakage acts by the configured rated current",
  claim = 4,
  tags  = { "safety" },
  fleet = { flats = 10, household = false, residual_limit = "100 mA" },
  board = 7,
  needs = { "relay", "leakage", "stimulus" },
  board_time = "5 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:leak("48 mA")
    bench:expect(flat:tripped()):never_for("2 s")
    local fault = flat:leak("100 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("300 ms", fault)
  end,
}
