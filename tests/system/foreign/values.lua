return scenario {
  name  = "a meter without a relay is read",
  fleet = { flats = 2, household = false },
  board = 1,
  run = function(bench)
    bench:wait("3 s")
    bench:check(math.abs(bench:flat(1):state().told_voltage - 230.5) < 0.01, "it tells its voltage")
  end,
}
