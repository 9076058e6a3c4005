-- Guangdong (Zhuhai). Prices and the winter's limits: a published home-automation table, doubtful; hours and the summer's limits from
-- memory.
local day = {
  ["00:00"] = "valley", ["08:00"] = "flat", ["10:00"] = "peak", ["12:00"] = "flat", ["14:00"] = "peak", ["19:00"] = "flat",
}
local price = { peak = "1.0203 yuan", flat = "0.6002 yuan", valley = "0.2281 yuan", sharp = "1.0203 yuan" }
return {
  cycle = "month",
  adders = { "0.05 yuan", "0.30 yuan" },
  seasons = {
    { from = "01-01", tiers = { 260, 400 }, price = price, day = day },
    { from = "05-01", tiers = { 260, 600 }, price = price, day = day },
    { from = "11-01", tiers = { 260, 400 }, price = price, day = day },
  },
}
