-- Claim 6: a payment brings supply back, and how fast it does by link, power mode and signal. Under 3 s is required on Cat.1 with good and
-- fair signal, where the platform closes directly and nothing else stands against it. It is judged by the p99: a message that the
-- radio loses comes again seconds later, and the table shows how many those are. What listens only after it has sent, or sleeps
-- for 20 s, cannot do it, and is shown so.
local links = {
  cat1            = { good = "required", fair = "required", poor = "measured", edge = "excluded", garage = "excluded" },
  cat1bis         = { good = "measured", fair = "measured", poor = "measured", edge = "excluded", garage = "excluded" },
  ["lora, C"]     = { good = "measured", fair = "measured", poor = "measured", edge = "measured", garage = "measured" },
}

-- Enough for a p99 where it is required or measured; a p95 where it is not to be expected.
local function flats_of(case)
  local required = links[case.link] and links[case.link][case.signal]
  return required == "required" and 2000 or required == "measured" and 500 or 100
end

return scenario {
  name  = "supply returns in under 3 s after payment, by link, power mode and signal",
  about = "required on Cat.1 with good or fair signal; elsewhere measured, or not to be expected",
  claim = 6,
  tags  = { "billing", "network", "statistics" },
  fleet = function(case)
    return {
      flats = flats_of(case), household = false, reminders = 0, grace = "0 s", poll = "1 h",
      link = case.link:match("^%w+"),
      signal = case.signal ~= "garage" and case.signal or nil, place = case.signal == "garage" and "garage" or nil,
      power_saving = case.link:match("edrx") or case.link:match("psm") or "drx", lora_class = case.link:match("C$") or "A",
    }
  end,
  cases = {
    link   = { "cat1", "cat1, edrx", "cat1, psm", "cat1bis", "nbiot", "nbiot, edrx", "nbiot, psm", "lora", "lora, C", "rs485" },
    signal = { "good", "fair", "poor", "edge", "garage" },
  },
  required = function(case) return links[case.link] and links[case.link][case.signal] or "excluded" end,
  run = function(bench, case)
    local flats = flats_of(case)
    local payments, seen = {}, {}
    for number = 1, flats do
      bench:flat(number):set_balance("-1 yuan")
    end
    local patience = bench:now() + 3 * 3600
    for number = 1, flats do -- every one of them is dark before it pays
      bench:observe(bench:flat(number):tripped(), math.max(0, patience - bench:now()) .. " s")
    end
    bench:wait("17 min")
    for number = 1, flats do -- so far apart that they do not wait for each other
      payments[number] = bench:flat(number):pay("50 yuan")
      bench:wait(flats == 2000 and "1 s" or "7 s")
    end
    for number = 1, flats do
      seen[number] = bench:observe(bench:flat(number):supplied(), "15 min", payments[number])
    end
    bench:statistic { what = "supply after payment", values = seen, timeout = "15 min", limit = "3 s", by = flats >= 500 and "p99" or "p95" }
  end,
}
