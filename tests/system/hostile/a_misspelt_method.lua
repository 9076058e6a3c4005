return scenario {
  name = "a misspelt method",
  fleet = { flats = 3 },
  run = function(bench)
    bench:flat(1):laek("30 mA")
  end,
}
