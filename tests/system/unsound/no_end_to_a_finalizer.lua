return scenario {
  name = "no end to a finalizer",
  fleet = { flats = 1 },
  run = function(bench)
    bench:check(true, "fine")
    setmetatable({}, { __gc = function() while true do end end })
  end,
}
