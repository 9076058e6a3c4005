-- Claim 10: the mean response to an order is under 5 s, with weak signal in an underground garage on Cat.1. It is a
-- statistic over orders; a trip that the meter decides alone is no evidence for it. The other links hang in the same
-- places for comparison: what they cannot do is expected here, not softened.
local flats, rounds = 250, 4
local sleeps = { lora = true, ["nbiot, psm"] = true, ["cat1, psm"] = true } -- listen only after they have sent

local links = {
  cat1            = { good = "required", fair = "required", poor = "required", edge = "measured", garage = "measured" },
  ["cat1, edrx"]  = { good = "excluded", fair = "excluded", poor = "excluded", edge = "excluded", garage = "excluded" },
  ["cat1, psm"]   = { good = "excluded", fair = "excluded", poor = "excluded", edge = "excluded", garage = "excluded" },
  cat1bis         = { good = "required", fair = "required", poor = "required", edge = "excluded", garage = "excluded" },
  nbiot           = { good = "required", fair = "measured", poor = "excluded", edge = "excluded", garage = "excluded" },
  ["nbiot, edrx"] = { good = "excluded", fair = "excluded", poor = "excluded", edge = "excluded", garage = "excluded" },
  ["nbiot, psm"]  = { good = "excluded", fair = "excluded", poor = "excluded", edge = "excluded", garage = "excluded" },
  lora            = { good = "excluded", fair = "excluded", poor = "excluded", edge = "excluded", garage = "excluded" },
  ["lora, C"]     = { good = "required", fair = "required", poor = "required", edge = "required", garage = "required" },
  rs485           = { good = "measured", fair = "measured", poor = "measured", edge = "excluded", garage = "excluded" },
}

return scenario {
  name  = "an order is answered within 5 s on average",
  about = "the garage on Cat.1 is the claim's own words: signal at the edge of coverage, or drawn as in a first basement",
  claim = 10,
  tags  = { "network", "statistics" },
  fleet = function(case)
    return {
      flats = flats, household = false, poll = "1 day", link = case.link:match("^%w+"),
      signal = case.signal ~= "garage" and case.signal or nil, place = case.signal == "garage" and "garage" or nil,
      power_saving = case.link:match("edrx") or case.link:match("psm") or "drx", lora_class = case.link:match("C$") or "A",
    }
  end,
  cases = {
    link   = { "cat1", "cat1, edrx", "cat1, psm", "cat1bis", "nbiot", "nbiot, edrx", "nbiot, psm", "lora", "lora, C", "rs485" },
    signal = { "good", "fair", "poor", "edge", "garage" },
  },
  required = function(case) return links[case.link][case.signal] end,
  decides = function(case) return case.link == "cat1" and (case.signal == "edge" or case.signal == "garage") end,
  run = function(bench, case)
    local time_out = sleeps[case.link] and "15 min" or "2 min"
    local seen = {}
    for number = 1, flats do seen[number] = {} end -- the orders of one flat are a group: its radio is good or bad for all
    for round = 1, rounds do
      local admin, orders = nil, {}
      local opens = round % 2 == 1
      for number = 1, flats do -- one every seven seconds: they do not wait for each other
        if number % 100 == 1 then admin = bench:sign_in() end
        orders[number] = admin:order(bench:flat(number), opens and "trip" or "close")
        bench:wait("7 s")
      end
      bench:wait(time_out)
      for number = 1, flats do
        local flat = bench:flat(number)
        local moved = opens and flat:tripped() or flat:closed()
        seen[number][round] = orders[number] and bench:observe(moved, time_out, orders[number]) or { holds = false }
      end
      bench:wait("1237 s") -- what was sent twice is gone, and no cycle is kept in step with
    end
    bench:statistic { what = "response to an order", values = seen, timeout = time_out, limit = "5 s" }
  end,
}
