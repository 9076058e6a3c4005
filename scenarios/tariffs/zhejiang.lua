-- Zhejiang, residential, one meter one home. Prices and tiers: Zhejiang price bureau, as quoted in a public list of living costs; the
-- hours are from memory.
return {
  cycle = "year",
  adders = { "0.05 yuan", "0.30 yuan" },
  seasons = {
    { tiers = { 2760, 4800 }, price = { peak = "0.568 yuan", valley = "0.288 yuan", flat = "0.538 yuan", sharp = "0.568 yuan" },
      day = { ["00:00"] = "valley", ["08:00"] = "peak", ["22:00"] = "valley" } },
  },
}
