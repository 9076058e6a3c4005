return scenario {
  name = "a misspelt field",
  fleat = { flats = 3 },
  run = function(bench) end,
}
