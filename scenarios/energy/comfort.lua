-- Claim 8: comfort under limits. Rooms and baths of homes with limits against the same homes without; what a measure takes is said beside what
-- it saves. The limits here (E): 5 % more baths that end cold, half a kelvin more beyond comfort on average.
return scenario {
  name  = "limits in peak hours leave comfort as it was",
  about = "cold baths, rooms too warm or too cold, the hours after the peak included",
  claim = 8,
  tags  = { "energy", "statistics" },
  required = "measured",
  decides = function() return false end,
  cases = { measure = { "shift", "cap", "shed", "all", "spread" }, season = { "hot", "cold" }, tariff = { "zhejiang", "guangdong" } },
  fleet = function(case) return { flats = 1, tariff = case.tariff, energy_management = true } end,
  run = function(bench, case)
    local hot = case.season == "hot"
    local pair = bench:compare_energy {
      measure = case.measure, flats = 20, seeds = 4, start = hot and "2026-07-13 00:00" or "2026-01-12 00:00",
    }
    local baths = 100 * (pair.cold_baths - pair.cold_baths_without)
    local kelvin = hot and pair.too_hot - pair.too_hot_without or pair.too_cold - pair.too_cold_without
    bench:judge { what = "more baths that end cold", value = math.max(0, baths), unit = "%", at_most = 5 }
    bench:judge { what = "further beyond comfort on average", value = math.max(0, kelvin), unit = "K", at_most = 0.5 }
  end,
}
