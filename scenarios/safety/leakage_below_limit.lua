-- Claim 4, the other side: half the rated residual current never trips (IEC 61008-1), or tenants sit in the dark for nothing.
return scenario {
  name  = "half the rated residual current does not trip",
  claim = 4,
  tags  = { "safety" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "leakage", "stimulus" },
  board_time = "10 s",
  cases = { leak = { "10 mA", "15 mA" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:leak(case.leak)
    bench:expect(flat:tripped()):never_for { sim = "1 h", board = "5 s" }
  end,
}
