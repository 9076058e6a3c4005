-- Claims 4 and 5: a building's mains sags until meters lose their supply and comes back. A lock survives it, and nobody else is left in the dark.
return scenario {
  name  = "a brown-out of the building leaves locks locked and others supplied",
  claim = { 4, 5 },
  tags  = { "safety", "mains" },
  fleet = { flats = 12, riser = "5 mohm", flats_per_floor = 4, household = false },
  run = function(bench)
    local locked = bench:flat(7)
    local leak = locked:leak "60 mA"
    bench:expect(locked:tripped { cause = "leakage" }):within("150 ms", leak)
    locked:clear "leakage"
    for number = 1, 12 do
      bench:flat(number):overload "10 A"
    end
    bench:wait "3 s"
    bench:check(bench:flat(12):state().voltage < bench:flat(1):state().voltage, "the top floor sees the deeper drop")
    bench:mains { voltage = "150 V", lasts = "5 s" }
    bench:wait "6 s"
    bench:mains { voltage = "0 V", lasts = "10 s" }
    bench:wait "1 s"
    bench:check(not bench:flat(3):state().powered, "a meter without mains is down")
    bench:wait "1 min"
    for number = 1, 12 do
      if number == 7 then
        bench:expect(locked:tripped()):now()
      else
        bench:expect(bench:flat(number):supplied()):now()
      end
    end
    bench:expect(locked:supplied()):never_for "1 h"
  end,
}
