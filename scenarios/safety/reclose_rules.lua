-- Claim 5: the table of docs/models.md, "Closing again": by itself only what is safe, after its delay, and not without end.
local DELAY = "30 s"
local rules = {
  leakage = { begin = function(flat) return flat:leak("60 mA") end, clear = "leakage", over = "never", stands = "never" },
  ["short circuit"] = { begin = function(flat) return flat:short_circuit("1 kA") end, clear = "short circuit", over = "never", stands = "never" },
  overload = { begin = function(flat) return flat:overload("55 A") end, clear = "overload", over = "closes", stands = "three times" },
  smoke = { begin = function(flat) return flat:smoke() end, clear = "smoke", over = "closes", stands = "never" },
  heat = { begin = function(flat) return flat:heat("90 C") end, clear = "heat", over = "closes", stands = "never" },
  ["over-voltage"] = { begin = function(flat) return flat:mains { voltage = "300 V" } end, clear = "voltage", over = "closes", stands = "never" },
  ["under-voltage"] = { begin = function(flat) return flat:mains { voltage = "178 V" } end, clear = "voltage", over = "closes", stands = "never" },
  ["malign load"] = { begin = function(flat) return flat:load("heating rod") end, clear = "load", over = "closes", stands = "three times" },
}

return scenario {
  name  = "supply comes back by itself only where the rule of its cause lets it",
  about = "each cause once over and once standing: never after leakage or a short circuit, at most three tries of a load that stays",
  claim = { 4, 5 },
  tags  = { "safety" },
  cases = {
    cause = { "leakage", "short circuit", "overload", "smoke", "heat", "over-voltage", "under-voltage", "malign load" }, risk = { "is over", "stands" },
  },
  fleet = {
    flats = 2, household = false, malign_load = true, overload_delay = "2 s", overload_reclose = DELAY, safety_reclose = DELAY, breaker = "D125",
  },
  run = function(bench, case)
    local flat, rule = bench:flat(1), rules[case.cause]
    local cause = rule.begin(flat)
    bench:expect(flat:tripped()):within("11 s", cause)
    bench:wait("1 s")
    local expected = case.risk == "stands" and rule.stands or rule.over
    if case.risk == "is over" then
      local over = flat:clear(rule.clear)
      flat:reset_breaker()
      if expected == "closes" then
        bench:expect(flat:supplied()):never_for("25 s")
        bench:expect(flat:supplied()):within("32 s", over)
        bench:expect(flat:tripped()):never_for("1 h")
        return
      end
    end
    bench:wait("6 h")
    bench:expect(flat:tripped()):now()
    local closes = bench:count("meter_close", { flat = 1 })
    bench:check(closes == (expected == "three times" and 3 or 0), "it closed by itself " .. closes .. " times")
    if expected == "three times" then
      bench:check(bench:count("meter_alarm", { flat = 1, a = 7 }) == 1, "that it locked is alarmed")
    end
    if case.risk == "stands" then
      flat:clear(rule.clear)
      flat:reset_breaker()
    end
    local again = expected ~= "never" or rule.over == "never"
    if again then -- what locked stays open until an administrator closes it
      bench:expect(flat:supplied()):never_for("2 h")
      bench:expect(flat:supplied()):within("30 s", bench:sign_in():order(flat, "close"))
    else
      bench:expect(flat:supplied()):within("32 s")
    end
  end,
}
