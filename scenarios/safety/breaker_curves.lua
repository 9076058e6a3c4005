-- Claim 4: what a meter that is blind to overload leaves to the breaker ahead of it. Limits are those of IEC 60898-1 for rated currents above
-- 32 A: at 2.55 In between 1 s and 120 s, at 1.45 In within an hour, at 1.13 In not within an hour.
return scenario {
  name  = "a breaker protects a flat whose meter is blind to overload",
  claim = 4,
  tags  = { "safety", "hardware" },
  fleet = { flats = 4, household = false, breaker = "C40" },
  run = function(bench)
    local light, long, strong = bench:flat(1), bench:flat(2), bench:flat(3)
    for number = 1, 3 do
      bench:flat(number):bug("overload_blind")
    end
    light:overload "45.2 A"
    local overload = long:overload "58 A"
    local heavy = strong:overload "99 A" -- below the meter's limit of a short circuit
    bench:expect(strong:dark()):never_for "1 s"
    bench:expect(strong:dark()):within("120 s", heavy)
    bench:expect(long:dark()):within("1 h", overload)
    bench:expect(light:supplied()):now()
    bench:expect(light:dark()):never_for "1 h"
    bench:check(strong:state().breaker_closed == false, "it was the breaker")
    bench:check(bench:count("meter_trip") == 0, "no meter tripped")
  end,
}
