-- Claims 4 and 5: what a meter knows of leakage survives a power cut, or a cut mains would be a way to close a locked flat.
return scenario {
  name  = "a leakage lock and a standing risk survive a power cut",
  claim = { 4, 5 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "leakage", "rack" },
  board_time = "20 s",
  cases = { cause = { "leakage", "smoke" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local fault
    if case.cause == "leakage" then fault = flat:leak("60 mA") else fault = flat:smoke() end
    local limit = case.cause == "leakage" and "150 ms" or "1 s"
    bench:expect(flat:tripped { cause = case.cause }):within(limit, fault)
    if case.cause == "leakage" then -- its lock stays; the smoke does
      flat:clear("leakage")
    end
    bench:wait("2 s")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "8 s" }
  end,
}
