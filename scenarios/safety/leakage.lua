-- Claim 4: leakage trips the flat. Claim 5: it never closes by itself afterwards.
-- The protection class is general, IdN 30 mA: 0.3 s at IdN, 0.15 s at 2 IdN, 0.04 s at 5 IdN (IEC 61008-1).
local break_time = { ["30 mA"] = "300 ms", ["60 mA"] = "150 ms", ["250 mA"] = "40 ms" }

return scenario {
  name  = "a leak trips the flat in its break time and it stays open",
  claim = { 4, 5 },
  tags  = { "safety", "smoke" },
  fleet = { flats = 40, link = "cat1", signal = "garage" },
  board = 7,
  needs = { "relay", "leakage", "stimulus" },
  board_time = "30 s",
  cases = { leak = { "30 mA", "60 mA", "250 mA" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    bench:wait("1 s")
    local fault = flat:leak(case.leak)
    bench:expect(flat:tripped { cause = "leakage" }):within("5 s", fault)
    bench:expect(flat:tripped()):within(break_time[case.leak], fault)
    flat:clear("leakage")
    bench:expect(flat:closed()):never_for { sim = "10 min", board = "8 s" }
  end,
}
