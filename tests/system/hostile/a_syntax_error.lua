return scenario {
  name = "a scenario with a syntax error",
  run = function(bench
  end,
}
