return scenario {
  name = "a script that judges nothing",
  fleet = { flats = 1 },
  run = function(bench) bench:wait("1 s") end,
}
