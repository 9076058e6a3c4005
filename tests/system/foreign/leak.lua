return scenario {
  name  = "a leak trips",
  fleet = { flats = 2, household = false },
  board = 1,
  needs = { "relay", "leakage", "rack" },
  run = function(bench)
    local flat = bench:flat(1)
    bench:expect(flat:tripped()):within("1 s", flat:leak("60 mA"))
  end,
}
