-- Shaanxi, residential. Prices and tiers: defaults of a published home-automation program, the province from memory; the hours
-- are an assumption.
return {
  cycle = "year",
  adders = { "0.05 yuan", "0.30 yuan" },
  seasons = {
    { tiers = { 2160, 4200 }, price = { peak = "0.5483 yuan", valley = "0.2983 yuan", flat = "0.4983 yuan", sharp = "0.5483 yuan" },
      day = { ["00:00"] = "valley", ["08:00"] = "peak", ["20:00"] = "valley" } },
  },
}
