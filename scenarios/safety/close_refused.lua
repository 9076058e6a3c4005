-- Claim 5: no order closes a flat while the risk that tripped it stands, or its lock; an operator cannot lift a lock.
local causes = {
  smoke = function(flat) return flat:smoke() end,
  heat = function(flat) return flat:heat("90 C") end,
  leakage = function(flat) return flat:leak("60 mA") end,
  ["short circuit"] = function(flat) return flat:short_circuit("1 kA") end,
  ["abnormal power"] = function(flat) return flat:mains { voltage = "290 V" } end,
}

return scenario {
  name  = "an order to close is refused while a risk or a lock stands",
  claim = { 1, 5 },
  tags  = { "safety", "operations" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = function(case)
    local needed = { ["short circuit"] = "overload", ["abnormal power"] = "voltage" }
    return { "relay", needed[case.cause] or case.cause, "stimulus" }
  end,
  board_time = "10 s",
  cases = { cause = { "smoke", "heat", "leakage", "short circuit", "abnormal power" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault = causes[case.cause](flat)
    bench:expect(flat:tripped { cause = case.cause }):within("5 s", fault)
    if case.cause == "leakage" or case.cause == "short circuit" then
      flat:clear(case.cause)
      flat:reset_breaker()
    end
    bench:wait("1 s")
    local close = bench:sign_in { user = "operator" }:order(flat, "close")
    bench:expect(flat:order_refused()):within("10 s", close)
    bench:expect(flat:closed()):never_for("2 s")
  end,
}
