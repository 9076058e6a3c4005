-- Claim 6 where the landlord wants the tenant to close: the payment sends a permit (1B), and the clock stops when the meter has confirmed it. The
-- contacts close when the tenant holds the key for 3 s, which is no part of the 3 s that are claimed.
local requirement = { good = "required", fair = "required", poor = "measured", edge = "excluded" }

return scenario {
  name  = "a payment permits closing in under 3 s, and the key closes",
  about = "the permit is confirmed within 3 s at the p95; then nothing closes by itself until the tenant holds the key",
  claim = 6,
  tags  = { "billing", "network" },
  fleet = function(case)
    return { flats = 200, household = false, reminders = 0, grace = "0 s", poll = "1 h", restore = "permit", signal = case.signal }
  end,
  cases = { signal = { "good", "fair", "poor", "edge" } },
  required = function(case) return requirement[case.signal] end,
  run = function(bench)
    local payments, permits, seen = {}, {}, {}
    for number = 1, 200 do bench:flat(number):set_balance("-1 yuan") end
    bench:wait("2 h") -- they are polled every hour
    for number = 1, 200 do bench:observe(bench:flat(number):tripped(), "1 min") end
    bench:wait("17 min")
    for number = 1, 200 do -- so far apart that they do not wait for each other
      payments[number], permits[number] = bench:flat(number):pay("50 yuan"), bench:flat(number):order_done()
      bench:wait("3 s")
    end
    for number = 1, 200 do seen[number] = bench:observe(permits[number], "15 min", payments[number]) end
    bench:statistic { what = "permit after payment", values = seen, timeout = "15 min", limit = "3 s", by = "p95" }
    local flat = bench:flat(7)
    bench:expect(flat:supplied()):never_for("10 min")
    flat:press_key(true)
    bench:expect(flat:supplied()):within("4 s")
  end,
}
