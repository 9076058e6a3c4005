-- Claim 6 by signal: under 3 s after payment is required with good and fair signal, measured with poor, and not to be
-- expected at the edge of coverage, where the bench must show so.
local requirement = { good = "required", fair = "required", poor = "measured", edge = "excluded" }

return scenario {
  name  = "supply returns in under 3 s after payment, by signal",
  claim = { 6, 10 },
  tags  = { "network", "billing" },
  fleet = { flats = 12, household = false, reminder_spacing = "5 min", grace = "5 min", poll = "5 min" },
  cases = { signal = { "good", "fair", "poor", "edge" } },
  required = function(case) return requirement[case.signal] end,
  run = function(bench, case)
    for number = 1, 12 do
      local flat = bench:flat(number)
      flat:signal(case.signal)
      flat:set_balance("-1 yuan")
    end
    for number = 1, 12 do
      local flat = bench:flat(number)
      bench:observe(flat:tripped(), "1 day")
      bench:wait("3 min")
      local payment = flat:pay("50 yuan")
      bench:expect(flat:supplied()):within("3 s", payment)
    end
  end,
}
