-- Claim 10: the mean response to an order is under 5 s, with weak signal in an underground garage on Cat.1. It is a
-- statistic over orders; a trip that the meter decides alone is no evidence for it. The other links hang in the same
-- places for comparison: what they cannot do is expected here, not softened.
local flats, rounds = 100, 10
local sleeps = { lora = true, ["nbiot, psm"] = true } -- listen only after they have sent

local links = {
  cat1            = { good = "required", fair = "required", poor = "required", garage = "measured" },
  cat1bis         = { good = "required", fair = "required", poor = "required", garage = "excluded" },
  nbiot           = { good = "required", fair = "measured", poor = "excluded", garage = "excluded" },
  ["nbiot, psm"]  = { good = "excluded", fair = "excluded", poor = "excluded", garage = "excluded" },
  lora            = { good = "excluded", fair = "excluded", poor = "excluded", garage = "excluded" },
  ["lora, C"]     = { good = "required", fair = "required", poor = "required", garage = "required" },
  rs485           = { good = "measured", fair = "measured", poor = "measured", garage = "excluded" },
}

return scenario {
  name  = "an order is answered within 5 s on average",
  claim = 10,
  tags  = { "network" },
  fleet = function(case)
    return {
      flats = flats, household = false, signal = case.signal, poll = "1 day",
      link = case.link:match("^%w+"),
      power_saving = case.link:match("psm") or "drx", lora_class = case.link:match("C$") or "A",
    }
  end,
  cases = {
    link   = { "cat1", "cat1bis", "nbiot", "nbiot, psm", "lora", "lora, C", "rs485" },
    signal = { "good", "fair", "poor", "garage" },
  },
  required = function(case) return links[case.link][case.signal] end,
  run = function(bench, case)
    local time_out = sleeps[case.link] and 900 or 120
    local sum, squares, missing, times = 0, 0, 0, {}
    for round = 1, rounds do
      local admin, orders = nil, {}
      local opens = round % 2 == 1
      for number = 1, flats do -- one every seven seconds: they do not wait for each other
        if number % 100 == 1 then admin = bench:sign_in() end
        orders[number] = admin:order(bench:flat(number), opens and "trip" or "close")
        bench:wait("7 s")
      end
      bench:wait(time_out .. " s")
      for number = 1, flats do
        local flat = bench:flat(number)
        local seen = { holds = false }
        if orders[number] then
          seen = bench:observe(opens and flat:tripped() or flat:closed(), time_out .. " s", orders[number])
        end
        local late = not seen.holds or seen.seconds > time_out
        local seconds = late and time_out or seen.seconds -- one that never arrives counts at its time-out
        if late then missing = missing + 1 end
        sum, squares = sum + seconds, squares + seconds * seconds
        times[#times + 1] = seconds
      end
      bench:wait("1237 s") -- what was sent twice is gone, and no cycle is kept in step with
    end
    local orders = #times
    table.sort(times)
    local mean = sum / orders
    local half = 1.96 * math.sqrt(math.max(squares / orders - mean * mean, 0) / orders)
    bench:judge {
      what = string.format(
        "mean response over %d orders with its 95 %% interval (%.1f %% delivered within %d s; p50 %.2f s, p95 %.2f s, p99 %.2f s)",
        orders, 100 - 100 * missing / orders, time_out, times[orders // 2], times[orders * 95 // 100],
        times[orders * 99 // 100]),
      low = math.max(mean - half, 0), high = mean + half, limit = "5 s",
    }
  end,
}
