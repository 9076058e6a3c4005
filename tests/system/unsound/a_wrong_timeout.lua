return scenario {
  name = "a wrong timeout",
  timeout = "5 parsecs",
  fleet = { flats = 1 },
  run = function(bench) bench:check(true, "fine") end,
}
