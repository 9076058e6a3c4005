-- Claims 4 and 5 over a long time: leaks, overloads, shorts, smoke, sags and outages strike at 40 times the rate at which homes have them, each
-- is repaired after hours or days. Whatever comes, the invariants hold; they are what this scenario is for.
return scenario {
  name  = "two years of hazards in eighteen days break no invariant",
  claim = { 4, 5 },
  tags  = { "safety", "long" },
  fleet = { flats = 12, hazards = 40, poll = "1 h", riser = "5 mohm" },
  run = function(bench)
    bench:wait "18 days"
    local causes, trips = bench:count "cause", bench:count "meter_trip"
    bench:check(causes > 15, "hazards struck")
    bench:check(trips > 0, "some of them tripped")
    bench:check(bench:count("cause_ended") > 0, "and were mended")
  end,
}
