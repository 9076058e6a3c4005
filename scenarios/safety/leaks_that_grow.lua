-- Claim 4: real earth faults do not jump to a test set's level. They creep, flicker and dry; whatever the course, the flat is off
-- before 30 mA have flowed for 0.3 s (IEC 61008-1), which invariant 1 watches.
local leaks = {
  ["a cracked heater element"] = { shape = "ramp", from = "0.5 mA", level = "40 mA", rise = "2 h" },
  ["wet insulation"] = { shape = "wet", from = "1 mA", level = "40 mA", rise = "1 h", fall = "4 h" },
  ["a neutral on earth"] = { shape = "share", share = 10 },
}

return scenario {
  name  = "a leak that grows trips before it is dangerous",
  claim = 4,
  tags  = { "safety", "leakage" },
  fleet = { flats = 10, household = false },
  board = 7,
  skip_on_board = "the rack applies steady levels: a leak that takes its course needs the model",
  cases = { fault = { "a cracked heater element", "wet insulation", "a neutral on earth" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:leak(leaks[case.fault])
    bench:wait "1 s"
    if case.fault == "a neutral on earth" then
      flat:overload "2 A"
    end
    bench:expect(flat:tripped { cause = "leakage" }):within "10 h"
    bench:expect(flat:closed()):never_for "1 h"
  end,
}
