-- Prices that change at a midnight: a year's tiers, a month's, a season, a price list with a date. The energy on each side of the midnight
-- is charged at its own prices to the hundredth of a kWh, however long the platform waits for its next reading.
local function tiers(cycle) -- above 1 kWh of a cycle 0.10 yuan more
  return { cycle = cycle, adders = { "0.10 yuan" }, seasons = { { tiers = { 1 }, price = "0.50 yuan", day = { ["00:00"] = "valley" } } } }
end

local function at(price)
  return function(kwh) return kwh * price end
end

local function above_one(kwh)
  return kwh * 0.50 + math.max(0, kwh - 1) * 0.10
end

local CHANGES = { -- start, tariff, what is due before and after the midnight
  ["the year's tiers"] = { "2026-12-31 22:50", tiers("year"), above_one, above_one },
  ["the month's tiers"] = { "2028-02-29 22:50", tiers("month"), above_one, above_one },
  season = { "2026-10-31 22:50", "sichuan", at(0.1750), at(0.2535) },
  ["price list"] = { "2026-07-31 22:50", "zhejiang", at(0.288), at(0.307), { { from = "2026-08-01", tariff = "shanghai" } } },
}

return scenario {
  name  = "energy on each side of a change of prices is charged at its own price",
  about = "year, month, season and price list, with the link up and down at midnight",
  claim = { 6, 8 },
  tags  = { "billing", "tariff" },
  fleet = function(case)
    return {
      flats = 1, household = false, tariff = CHANGES[case.change][2], start = CHANGES[case.change][1], balance = "500 yuan",
      poll = case.poll, feeder = "0 mohm",
      tariff_changes = CHANGES[case.change][5],
    }
  end,
  cases = { change = { "the year's tiers", "the month's tiers", "season", "price list" }, poll = { "15 min", "3 h" }, signal = { "good", "dead over midnight" } },
  run = function(bench, case)
    local flat, change = bench:flat(1), CHANGES[case.change]
    bench:wait("10 min")
    flat:overload("10 A")
    bench:wait("30 min") -- 23:30
    if case.signal ~= "good" then flat:signal("dead") end
    bench:wait("30 min")
    local before = math.floor(flat:state().register_valley_kwh * 100 + 1e-6)
    bench:wait("90 min") -- 01:30
    flat:signal("good")
    flat:clear("overload")
    bench:wait("7 h")
    local state, account = flat:state(), flat:account()
    local after = math.floor(state.register_valley_kwh * 100 + 1e-6) - before
    local due = change[3](before / 100) + change[4](after / 100)
    bench:check(before > 100 and after > 300, "energy was taken on both sides")
    bench:check(math.abs(account.charged + account.remainder - due) < 1e-6,
      string.format("%.6f yuan are charged and carried, %.6f are due", account.charged + account.remainder, due))
    bench:check(bench:count("charge_unsplit") == 0, "nothing was charged at prices that were not its own")
  end,
}
