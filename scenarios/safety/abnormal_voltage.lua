-- Claims 4 and 5: a lost neutral puts up to 400 V on a flat, a weak feeder starves its motors. The meter opens in time and closes by itself when
-- the mains is sound again; what is short does not matter.
local faults = {
  ["a lost neutral"] = { voltage = "300 V", trips = "1 s" },
  ["an over-voltage"] = { voltage = "270 V", trips = "5 s" },
  ["a brown-out"] = { voltage = "178 V", trips = "10 s" },
}

return scenario {
  name  = "an abnormal voltage trips and its end closes",
  claim = { 4, 5 },
  tags  = { "safety", "mains" },
  fleet = { flats = 4, household = false, safety_reclose = "30 s" },
  cases = { fault = { "a lost neutral", "an over-voltage", "a brown-out" } },
  run = function(bench, case)
    local flat, other, fault = bench:flat(2), bench:flat(3), faults[case.fault]
    other:mains { voltage = fault.voltage, lasts = "900 ms" }
    local cause = flat:mains { voltage = fault.voltage, lasts = "5 min" }
    bench:expect(flat:tripped { cause = "abnormal power" }):within("5 s", cause:after(fault.trips))
    bench:wait "4 min"
    bench:expect(flat:tripped()):now()
    bench:expect(flat:supplied()):within "3 min"
    bench:expect(other:closed()):now()
    bench:check(bench:count("meter_trip", { flat = 3 }) == 0, "900 ms of it trip nothing")
  end,
}
