-- Claims 4 and 5: mains that is far off trips the flat in time and closes it when it has been sound for the delay; mains within its
-- tolerance, and what is short, trips nothing.
local faults = {
  ["300 V"] = { short = "300 ms", tolerated = "250 V", trips = { sim = "1 s", board = "500 ms" } },
  ["145 V"] = { short = "1 s", tolerated = "195 V", trips = { sim = "10 s", board = "2 s" } },
}

return scenario {
  name  = "mains far off trips the flat, mains within its tolerance does not",
  claim = { 4, 5 },
  tags  = { "safety", "mains" },
  fleet = { flats = 10, household = false, safety_reclose = "4 s" },
  board = 7,
  needs = { "relay", "voltage", "stimulus" },
  board_time = "25 s",
  cases = { voltage = { "300 V", "145 V" } },
  run = function(bench, case)
    local flat, fault = bench:flat(7), faults[case.voltage]
    -- 145 V is too weak for the virtual meter's relay; its limit is 180 V
    local voltage = case.voltage == "145 V" and not bench:on_board() and "178 V" or case.voltage
    bench:wait("1 s")
    flat:mains { voltage = voltage, lasts = fault.short }
    bench:expect(flat:tripped()):never_for("2500 ms")
    flat:mains { voltage = fault.tolerated }
    bench:expect(flat:tripped()):never_for("4 s")
    flat:clear("voltage")
    bench:wait("1 s")
    local cause = flat:mains { voltage = voltage }
    bench:expect(flat:tripped { cause = "abnormal power" }):within("1 s", cause:after(fault.trips))
    bench:expect(flat:supplied()):never_for("7 s")
    local over = flat:clear("voltage")
    bench:expect(flat:supplied()):never_for("2 s")
    bench:expect(flat:supplied()):within("7 s", over)
  end,
}
