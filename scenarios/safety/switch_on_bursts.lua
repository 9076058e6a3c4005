-- Claim 4, the other side: filters' capacitors draw amperes for 3 ms when loads come on. A meter that trips on that is switched off by its
-- tenants.
return scenario {
  name  = "bursts at switch-on do not trip",
  claim = 4,
  tags  = { "safety", "leakage" },
  fleet = { flats = 4, household = false },
  run = function(bench)
    local flat = bench:flat(2)
    flat:leak { shape = "burst", level = "5 A", rise = "3 ms" }
    for _ = 1, 100 do
      flat:overload "10 A"
      bench:wait "10 s"
      flat:clear "overload"
      bench:wait "10 s"
    end
    bench:expect(flat:closed()):now()
    bench:check(bench:count("meter_trip") == 0, "nothing tripped")
  end,
}
