return scenario {
  name = "a platform that polls without a pause",
  fleet = { flats = 2, poll = "0 s" },
  run = function(bench) bench:wait("10 s") end,
}
