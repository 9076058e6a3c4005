-- Claim 4: in a dormitory a rod in a cup of water, 1.3 kW and resistive, is what landlords fear. The meter trips as it comes on and again as long as
-- it stays; what is smaller or larger, and a household without the rule, is left alone.
return scenario {
  name  = "a malign load trips as it comes on",
  claim = { 4, 5 },
  tags  = { "safety" },
  cases = { rule = { "on", "off" } },
  fleet = function(case)
    return { flats = 4, household = false, malign_load = case.rule == "on", safety_reclose = "30 s" }
  end,
  run = function(bench, case)
    local rod, lamp, shower = bench:flat(1), bench:flat(2), bench:flat(3)
    lamp:overload "3 A"
    shower:overload "25 A"
    local load = rod:overload "6 A"
    if case.rule == "on" then
      bench:expect(rod:tripped { cause = "abnormal power" }):within("5 s", load)
      bench:wait "35 s"
      bench:check(bench:count("meter_close", { flat = 1 }) == 1, "it was tried again")
      bench:expect(rod:tripped()):now()
      rod:clear "overload"
      bench:expect(rod:supplied()):within "1 min"
    else
      bench:expect(rod:tripped()):never_for "10 min"
    end
    bench:expect(lamp:closed()):now()
    bench:expect(shower:closed()):now()
  end,
}
