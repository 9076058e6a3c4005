-- Claim 10: the mean response to an order is under 5 s, with weak signal in an underground garage on Cat.1. It is a
-- statistic over orders; a trip that the meter decides alone is no evidence for it.
local requirement = { good = "required", fair = "required", poor = "required", garage = "measured" }
local orders, flats, time_out = 200, 40, 120

return scenario {
  name  = "an order is answered within 5 s on average",
  about = "claim 10",
  tags  = { "network" },
  fleet = { flats = flats, household = false },
  cases = { signal = { "good", "fair", "poor", "garage" } },
  required = function(case) return requirement[case.signal] end,
  run = function(bench, case)
    local sum, squares, missing = 0, 0, 0
    local admin
    for number = 1, flats do bench:flat(number):signal(case.signal) end
    for i = 0, orders - 1 do
      if i % 10 == 0 then admin = bench:sign_in() end
      local flat = bench:flat(i % flats + 1)
      local opens = (i // flats) % 2 == 0
      local order = admin:order(flat, opens and "trip" or "close")
      local seen = bench:observe(opens and flat:tripped() or flat:closed(), time_out .. " s", order)
      local seconds = seen.holds and seen.seconds or time_out -- one that never arrives counts at its time-out
      if not seen.holds then missing = missing + 1 end
      sum, squares = sum + seconds, squares + seconds * seconds
      bench:wait("15 s") -- the radio goes back to sleep: the next order has to page it
    end
    local mean = sum / orders
    local half = 1.96 * math.sqrt(math.max(squares / orders - mean * mean, 0) / orders)
    bench:judge {
      what = string.format("mean response over %d orders, %d not delivered, with its 95 %% interval", orders, missing),
      low = math.max(mean - half, 0), high = mean + half, limit = "5 s",
    }
  end,
}
