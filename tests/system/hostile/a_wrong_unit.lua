return scenario {
  name = "a leak in volts",
  fleet = { flats = 3 },
  run = function(bench)
    bench:flat(1):leak("30 V")
  end,
}
