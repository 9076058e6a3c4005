return scenario {
  name = "twice the same name",
  fleet = { flats = 1 },
  run = function(bench) bench:check(true, "fine") end,
}
