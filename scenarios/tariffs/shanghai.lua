-- Shanghai, residential; all of it from memory. The tiers raise peak and valley by different amounts.
return {
  cycle = "year",
  adders = {
    { peak = "0.06 yuan", valley = "0.03 yuan", flat = "0.05 yuan", sharp = "0.06 yuan" },
    { peak = "0.36 yuan", valley = "0.18 yuan", flat = "0.30 yuan", sharp = "0.36 yuan" },
  },
  seasons = {
    { tiers = { 3120, 4800 }, price = { peak = "0.617 yuan", valley = "0.307 yuan", flat = "0.617 yuan", sharp = "0.617 yuan" },
      day = { ["00:00"] = "valley", ["06:00"] = "peak", ["22:00"] = "valley" } },
  },
}
