-- Claim 8: limits in peak hours save 18 %. Measured on pairs of the same homes, seed and weather, of the bill of the whole home; a year is a
-- week of each season here, `meterbench energy` runs whole years. It holds only if all of the 95 % interval is at 18 % or more.
local weeks = {
  year = { "2026-01-12 00:00", "2026-04-13 00:00", "2026-07-13 00:00", "2026-10-12 00:00" },
  hot = { "2026-07-13 00:00" },
  cold = { "2026-01-12 00:00" },
}

return scenario {
  name  = "limits in peak hours save 18 percent of the bill",
  about = "saved money over the bill without limits, by measure, season and tariff; one value a seed",
  claim = 8,
  tags  = { "energy", "statistics" },
  required = "measured",
  decides = function(case) return case.plan:match("^all year") ~= nil end,
  cases = { plan = {
    "all year zhejiang", "all year shanghai", "all year shaanxi", "all year guangdong",
    "spread year zhejiang", "shift year zhejiang", "cap year zhejiang", "shed year zhejiang", "all hot zhejiang", "all cold zhejiang",
  } },
  fleet = function(case) return { flats = 1, tariff = case.plan:match("%w+$"), energy_management = true } end,
  run = function(bench, case)
    local measure, which = case.plan:match("^(%w+) (%w+)")
    local bills, saved, shares = {}, {}, {}
    for _, start in ipairs(weeks[which]) do
      local pair = bench:compare_energy { measure = measure, start = start, flats = 20, seeds = 5 }
      for i, bill in ipairs(pair.bill) do
        bills[i] = (bills[i] or 0) + bill
        saved[i] = (saved[i] or 0) + pair.saved[i]
      end
    end
    for i, bill in ipairs(bills) do shares[i] = 100 * saved[i] / bill end
    bench:statistic { what = "saved of the bill", values = shares, unit = "%", at_least = 18 }
  end,
}
