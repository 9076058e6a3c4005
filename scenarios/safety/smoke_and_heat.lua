-- Claims 4 and 5: smoke and heat trip the flat, and supply comes back by itself when the risk has been gone for a while.
return scenario {
  name  = "smoke or heat trips the flat and supply returns when the risk is over",
  claim = { 4, 5, 7 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false, safety_reclose = "7 s" },
  board = 7,
  needs = function(case) return { "relay", case.risk, "stimulus" } end,
  board_time = "30 s",
  cases = { risk = { "smoke", "heat" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault
    if case.risk == "smoke" then fault = flat:smoke() else fault = flat:heat("90 C") end
    bench:expect(flat:tripped { cause = case.risk }):within("5 s", fault)
    bench:expect(flat:alarmed { to = "tenant", cause = case.risk }):within("30 s", fault)
    bench:expect(flat:supplied()):never_for "10 s" -- longer than the delay: the risk stands
    local over = flat:clear(case.risk)
    bench:expect(flat:supplied()):never_for "5 s"
    bench:expect(flat:supplied()):within("9 s", over)
  end,
}
