return scenario {
  name = "no end to a repetition",
  fleet = { flats = 1 },
  run = function(bench)
    bench:check(true, "fine")
    local _ = (""):rep(1 << 60)
  end,
}
