-- Claim 6 with the prices of three provinces: two rates, three tiers of a year. 22 kW run until the year's energy has come where the case
-- wants it; the bill is worked out here a second time, hour by hour from the registers, and must agree to a hundredth of a yuan.
local TABLES = { -- peak from, to; prices; tiers in kWh a year; what they add to peak and valley
  zhejiang = { 8, 22, peak = 0.568, valley = 0.288, tiers = { 2760, 4800 }, peak_adds = { 0.05, 0.30 }, valley_adds = { 0.05, 0.30 } },
  shanghai = { 6, 22, peak = 0.617, valley = 0.307, tiers = { 3120, 4800 }, peak_adds = { 0.06, 0.36 }, valley_adds = { 0.03, 0.18 } },
  shaanxi = { 8, 20, peak = 0.5483, valley = 0.2983, tiers = { 2160, 4200 }, peak_adds = { 0.05, 0.30 }, valley_adds = { 0.05, 0.30 } },
}

return scenario {
  name  = "the prices and tiers of a province are charged exactly",
  about = "Zhejiang, Shanghai and Shaanxi, winter and summer, within and across the tiers",
  claim = { 6, 8 },
  tags  = { "billing", "tariff" },
  fleet = function(case)
    return {
      flats = 1, household = false, tariff = case.province, start = (case.season == "winter" and "2026-01-10" or "2026-07-10") .. " 00:00",
      balance = "10000 yuan", poll = "15 min", breaker = "D125", overload_limit = "150 A", meeting = "1 min", feeder = "0 mohm",
    }
  end,
  cases = { province = { "zhejiang", "shanghai", "shaanxi" }, season = { "winter", "summer" }, tier = { 1, 2, 3 } },
  run = function(bench, case)
    local flat, prices = bench:flat(1), TABLES[case.province]
    local used, due, last = 0, 0, { peak = 0, valley = 0 } -- hundredths of a kWh
    local goal = case.tier == 1 and 600 or prices.tiers[case.tier - 1] + 50
    local function charge(rate, units)
      while units > 0 do
        local tier = used >= prices.tiers[2] * 100 and 2 or used >= prices.tiers[1] * 100 and 1 or 0
        local room = tier < 2 and prices.tiers[tier + 1] * 100 - used or units
        local part = math.min(units, room)
        due = due + part * (prices[rate] + (tier > 0 and prices[rate .. "_adds"][tier] or 0)) / 100
        used, units = used + part, units - part
      end
    end
    bench:wait("10 min")
    flat:overload("100 A")
    bench:wait("50 min")
    local hour = 1
    repeat
      bench:wait("1 h")
      hour = (hour + 1) % 24
      local state = flat:state()
      for _, rate in ipairs { "peak", "valley" } do
        local units = math.floor(state["register_" .. rate .. "_kwh"] * 100 + 1e-6)
        charge(rate, units - last[rate])
        last[rate] = units
      end
    until used >= goal * 100
    flat:clear("overload")
    bench:wait("20 min")
    local state, account = flat:state(), flat:account()
    for _, rate in ipairs { "peak", "valley" } do
      charge(rate, math.floor(state["register_" .. rate .. "_kwh"] * 100 + 1e-6) - last[rate])
    end
    bench:check(math.abs(account.charged - due) < 0.01, string.format("%.4f yuan were charged for %.2f kWh, %.4f are due", account.charged, used / 100, due))
    bench:check(account.tier == case.tier, "the next kWh is of tier " .. account.tier)
    local peak = flat:state().rate == "peak"
    local now_peak = hour >= prices[1] and hour < prices[2]
    bench:check(peak == now_peak, "the meter counts in the rate of the hour")
  end,
}
