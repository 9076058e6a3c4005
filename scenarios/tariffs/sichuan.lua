-- Sichuan. Prices and tiers: defaults of a published home-automation program, the province from memory; hours from memory.
local day = { ["00:00"] = "valley", ["07:00"] = "flat", ["23:00"] = "valley" }
local function price(valley)
  return { flat = "0.5224 yuan", peak = "0.5224 yuan", sharp = "0.5224 yuan", valley = valley }
end
return {
  cycle = "month",
  adders = { "0.10 yuan", "0.30 yuan" },
  seasons = {
    { from = "06-01", tiers = { 180, 280 }, price = price("0.1750 yuan"), day = day },
    { from = "11-01", tiers = { 180, 280 }, price = price("0.2535 yuan"), day = day },
  },
}
