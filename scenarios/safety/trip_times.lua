-- Claim 4: how long each cause takes until the contacts are open. 5 s count from the cause at the meter's terminals; for an overload and an abnormal
-- voltage from the end of their delay; for an order and for arrears from the platform's decision. A short circuit is the breaker's, the relay opens
-- behind it. 120 meters one after the other, at a hundred moments of their cycles; a board has one.
local levels = {
  ["leakage"]       = { "30 mA", "45 mA", "60 mA", "150 mA", "250 mA", "500 mA" },
  ["overload"]      = { "45 A", "60 A", "80 A" },
  ["short circuit"] = { "500 A", "1 kA", "3 kA" },
  ["heat"]          = { "80 C", "90 C", "120 C" },
  ["over-voltage"]  = { "268 V", "300 V", "280 V" },
  ["under-voltage"] = { "178 V" },
  ["deep under-voltage"] = { "150 V", "160 V", "170 V" },
  ["deep under-voltage, coil capacitor"] = { "150 V", "160 V", "170 V" },
}
local needs = {
  ["leakage"] = { "leakage", "rack" }, ["overload"] = { "overload", "rack" }, ["short circuit"] = { "overload", "rack" },
  ["smoke"] = { "smoke", "rack" }, ["heat"] = { "heat", "rack" }, ["over-voltage"] = { "voltage", "rack" },
  ["under-voltage"] = { "voltage", "rack" },
}

local begin = {
  ["leakage"]       = function(flat, level) return flat:leak(level), flat:tripped { cause = "leakage" } end,
  ["overload"]      = function(flat, level) return flat:overload(level):after "2 s", flat:tripped { cause = "overload" } end,
  ["short circuit"] = function(flat, level) return flat:short_circuit(level), flat:tripped { cause = "short circuit" } end,
  ["smoke"]         = function(flat) return flat:smoke(), flat:tripped { cause = "smoke" } end,
  ["heat"]          = function(flat, level) return flat:heat(level), flat:tripped { cause = "heat" } end,
  ["malign load"]   = function(flat) return flat:load "heating rod", flat:tripped { cause = "abnormal power" } end,
}

begin["over-voltage"] = function(flat, level)
  local delay = level == "268 V" and "5 s" or { sim = "1 s", board = "500 ms" }
  return flat:mains { voltage = level }:after(delay), flat:tripped { cause = "abnormal power" }
end

begin["under-voltage"] = function(flat, level, bench)
  local voltage = bench:on_board() and "145 V" or level -- the virtual relay is too weak at 145 V, the board's limit is below 178 V
  return flat:mains { voltage = voltage }:after { sim = "10 s", board = "2 s" }, flat:tripped { cause = "abnormal power" }
end

-- A coil picks up at 65 to 80 % of its voltage: below that a relay opens only if a capacitor feeds it.
begin["deep under-voltage"] = begin["under-voltage"]
begin["deep under-voltage, coil capacitor"] = begin["under-voltage"]

begin["order"] = function(flat, _, bench)
  return bench:sign_in():order(flat, "trip"), flat:tripped { cause = "order" }
end

begin["arrears"] = function(flat, _, bench)
  local ordered = flat:arrears_trip_ordered()
  flat:set_balance "-1 yuan"
  bench:observe(ordered, "1 min") -- until the platform decides: the clock runs from here
  return nil, flat:tripped { cause = "arrears" }
end

return scenario {
  name  = "every cause opens the contacts within 5 s",
  about = "the worst of 120 meters by cause; on a board one of them",
  claim = 4,
  tags  = { "safety" },
  fleet = function(case)
    return { flats = 120, household = false, overload_delay = "2 s", malign_load = case.cause == "malign load", reminders = 0, grace = "0 s",
             poll = case.cause == "arrears" and "5 s" or "1 day",
             coil_capacitor = case.cause:find "capacitor" ~= nil }
  end,
  board = 7,
  needs = function(case)
    return { "relay", table.unpack(needs[case.cause] or {}) }
  end,
  skip_on_board = function(case)
    return case.cause == "malign load" and "whether a board knows malign loads is not said in its profile" or
           case.cause:find "deep" and "a board is given 145 V in the case of under-voltage" or nil
  end,
  required = function(case) return case.cause == "deep under-voltage" and "measured" or "required" end,
  board_time = "10 s",
  cases = { cause = { "leakage", "overload", "short circuit", "over-voltage", "under-voltage", "deep under-voltage",
                      "deep under-voltage, coil capacitor", "malign load", "smoke", "heat", "arrears", "order" } },
  run = function(bench, case)
    local seen, board = {}, bench:on_board()
    bench:wait("1 s")
    for number = board and 7 or 1, board and 7 or 120 do
      local flat, of = bench:flat(number), levels[case.cause] or {}
      local cause, tripped = begin[case.cause](flat, of[number % math.max(#of, 1) + 1], bench)
      seen[#seen + 1] = bench:observe(tripped, "30 s", cause)
      if case.cause ~= "arrears" and case.cause ~= "order" then
        flat:clear(case.cause:find "voltage" and "voltage" or case.cause == "malign load" and "load" or case.cause)
      end
      bench:wait(case.cause == "order" and "31 s" or "1037 ms") -- a code serves once; and no cycle is kept in step with
    end
    bench:statistic { what = case.cause .. " to open contacts", values = seen, timeout = "30 s", limit = "5 s", by = "worst" }
  end,
}
