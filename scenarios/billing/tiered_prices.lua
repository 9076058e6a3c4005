-- Claim 6 with tiers: energy above a limit of the month costs more, a reading that crosses the limit is split there, and a
-- month and a season begin anew. The bill is worked out here a second time.
local LIMITS, ADDERS = { 3, 6 }, { 0.10, 0.30 } -- kWh a month, yuan a kWh
local MAY = { sharp = 0.90, flat = 0.50 }
local JUNE = { sharp = 1.20, flat = 0.40 }

-- What energy costs at a price, some of the month's being used before.
local function cost(used, energy, price)
  local sum, first = 0, used
  for i, limit in ipairs { LIMITS[1], LIMITS[2], math.huge } do
    local part = math.max(0, math.min(first + energy, limit) - math.max(used, first))
    sum = sum + part * (price + (ADDERS[i - 1] or 0))
    used = math.max(used, math.min(first + energy, limit))
  end
  return sum
end

return scenario {
  name  = "energy above a tier's limit is charged at the tier's price",
  claim = 6,
  tags  = { "billing", "tariff" },
  fleet = {
    flats = 10, household = false, start = "2026-05-31 16:50", balance = "500 yuan", poll = "5 min",
    tariff = {
      cycle = "month",
      adders = { "0.10 yuan", "0.30 yuan" },
      seasons = {
        { from = "01-01", tiers = { 3, 6 }, price = { sharp = "0.90 yuan", flat = "0.50 yuan" },
          day = { ["00:00"] = "flat" }, weekend = { ["00:00"] = "flat", ["19:00"] = "sharp", ["21:00"] = "flat" } },
        { from = "06-01", tiers = { 3, 6 }, price = { sharp = "1.20 yuan", flat = "0.40 yuan" },
          day = { ["00:00"] = "flat", ["01:00"] = "sharp" } },
      },
    },
  },
  run = function(bench)
    local flat = bench:flat(7)
    local last = { flat = 0, sharp = 0 }
    local function taken() -- by rate since it was asked last; the load is off and read
      local state = flat:state()
      local by = { flat = state.register_flat_kwh - last.flat, sharp = state.register_sharp_kwh - last.sharp }
      last = { flat = state.register_flat_kwh, sharp = state.register_sharp_kwh }
      return by
    end
    local function use(hours) -- 2.2 kW, then a pause in which it is read
      flat:overload("10 A")
      bench:wait(hours)
      flat:clear("overload")
      bench:wait("10 min")
    end
    local due, used = 0, 0
    local function owe(by, prices)
      for _, rate in ipairs { "flat", "sharp" } do
        due = due + cost(used, by[rate], prices[rate])
        used = used + by[rate]
      end
    end
    bench:wait("10 min")
    use("1 h") -- Sunday 17:00, 2.2 kWh
    owe(taken(), MAY)
    bench:wait("50 min")
    use("1 h") -- 19:00 sharp, crosses 3 kWh
    owe(taken(), MAY)
    bench:wait("50 min")
    use("2 h") -- 21:00 flat, crosses 6 kWh
    owe(taken(), MAY)
    bench:check(used > 8.7 and used < 8.9, "8.8 kWh were taken in May")
    bench:wait("50 min")
    used = 0
    use("50 min") -- Monday 00:00: June, its month and its season
    owe(taken(), JUNE)
    use("1 h") -- 01:00 sharp, crosses 3 kWh
    owe(taken(), JUNE)
    local charged = flat:state().charged
    bench:check(math.abs(charged - due) < 0.02, string.format("%.4f yuan were charged, %.4f are due", charged, due))
    local single = flat:state().register_flat_kwh * 0.50 + flat:state().register_sharp_kwh * 0.90
    bench:check(charged > single + 0.5, "which is more than without tiers")
  end,
}
