-- Claim 4: whatever else goes on at the meter, a leak trips it in its break time: soon after power came back, at low voltage, while an
-- order waits or an overload runs, with credit of its own, and after it has tripped before.
local function trip_by_leak(bench, flat)
  local fault = flat:leak("60 mA")
  bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", fault)
end

local before = {}

before["held order"] = function(bench, flat)
  flat:overload("35 A")
  bench:wait("1 s")
  local order = bench:sign_in():order(flat, "trip")
  bench:expect(flat:held()):within("5 s", order)
end

before["power-up"] = function(bench, flat)
  flat:outage()
  bench:wait("3 s")
  flat:clear("outage")
  bench:wait { sim = "3 s", board = "1500 ms" }
end

before["low voltage"] = function(bench, flat)
  flat:mains { voltage = "184 V" }
  bench:wait("1 s")
end

before["overload"] = function(bench, flat)
  flat:overload("45 A")
  bench:wait("1 s")
end

before["own credit"] = function(bench)
  bench:wait("1 s")
end

before["tripped before"] = function(bench, flat)
  trip_by_leak(bench, flat)
  flat:clear("leakage")
  local close = bench:sign_in():order(flat, "close")
  bench:expect(flat:supplied()):within("10 s", close)
  bench:wait("1 s")
end

return scenario {
  name  = "a leak trips the flat whatever else goes on",
  claim = 4,
  tags  = { "safety" },
  fleet = function(case)
    return {
      flats = 10, household = false, overload_limit = "40 A",
      credit = case.state == "own credit" and "local" or "remote",
    }
  end,
  board = 7,
  needs = { "relay", "leakage", "overload", "holdoff", "credit", "stimulus" },
  board_time = "10 s",
  cases = { state = { "held order", "power-up", "low voltage", "overload", "own credit", "tripped before" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    before[case.state](bench, flat)
    local earlier, counted = bench:count("meter_trip", { flat = 7, a = 5 }), flat:state().told_trips
    trip_by_leak(bench, flat)
    bench:wait("1 s")
    bench:check(bench:count("meter_trip", { flat = 7, a = 5 }) == earlier + 1, "it tripped once")
    bench:check(flat:state().told_trips == counted + 1, "the meter counted the trip")
    bench:check(bench:count("coil", { flat = 7, a = 0 }) == earlier + 1, "one pulse opened the contacts")
  end,
}
