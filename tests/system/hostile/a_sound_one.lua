return scenario {
  name = "a sound scenario among hostile ones",
  fleet = { flats = 1 },
  run = function(bench) bench:expect(bench:flat(1):supplied()):now() end,
}
