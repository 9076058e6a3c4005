-- A relay whose coil lives on a capacitor can still open while the mains is gone or too weak, but not again and again.
return scenario {
  name  = "a coil on a capacitor opens a flat in a brown-out",
  claim = 4,
  tags  = { "safety", "hardware" },
  fleet = { flats = 4, household = false, coil_capacitor = true },
  run = function(bench)
    local flat = bench:flat(2)
    flat:mains { voltage = "120 V" } -- no coil on the mains picks up here
    local leak = flat:leak "60 mA"
    bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", leak)
  end,
}
