-- Claim 5: what leakage or a short circuit locked stays off, however long nobody comes.
return scenario {
  name  = "a lock holds however long nobody comes",
  claim = 5,
  tags  = { "safety" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = function(case)
    return { "relay", case.cause == "leakage" and "leakage" or "overload", "stimulus" }
  end,
  board_time = "45 s",
  cases = { cause = { "leakage", "short circuit" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault
    if case.cause == "leakage" then fault = flat:leak("60 mA") else fault = flat:short_circuit("1 kA") end
    bench:expect(flat:tripped { cause = case.cause }):within("5 s", fault)
    flat:clear(case.cause)
    flat:reset_breaker()
    bench:expect(flat:closed()):never_for { sim = "30 days", board = "40 s" }
  end,
}
