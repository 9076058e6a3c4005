-- Claim 4, as a residual-current tester sees it (IEC 61008-1; the order of injections is that of Fluke, Megger and Benning testers): half of
-- the rated current never trips in 2 s; once, twice and five times it, begun with either half wave, trip in 300, 150 and 40 ms
-- (type S: within 130 to 500, 60 to 200 and 50 to 150 ms); a ramp of 30 to 110 % trips between 50 and 100 %.
local limits = {
  general   = { ["1"] = "300 ms", ["2"] = "150 ms", ["5"] = "40 ms" },
  selective = { ["1"] = "500 ms", ["2"] = "200 ms", ["5"] = "150 ms" },
}
local holds = { ["1"] = 0.130, ["2"] = 0.060, ["5"] = 0.050 }

local function injections(bench, rated, class)
  local admin = bench:sign_in()
  local number = 0
  local function next_flat()
    number = number + 1
    return bench:flat(number)
  end
  local function milliamperes(share)
    return string.format("%.3f mA", rated * share)
  end

  local half = next_flat()
  half:leak { level = milliamperes(0.5), phase = 0 }
  bench:expect(half:tripped()):never_for "2 s"

  for _, times in ipairs { "1", "2", "5" } do
    for _, phase in ipairs { 0, 180 } do
      local flat = next_flat()
      local leak = flat:leak { level = milliamperes(tonumber(times)), phase = phase }
      local seen = bench:expect(flat:tripped { cause = "leakage" }):within(limits[class][times], leak)
      if class == "selective" then
        bench:check(seen.seconds >= holds[times], times .. " x IdN is held for those behind it")
      end
    end
  end

  local flat = next_flat()
  flat:leak { shape = "stairs", from = milliamperes(0.3), step = milliamperes(0.1), level = milliamperes(1.1),
              rise = class == "selective" and "500 ms" or "300 ms" }
  local last = 0
  for step = 3, 11 do
    bench:wait(class == "selective" and "499 ms" or "299 ms")
    if not flat:state().contacts_closed then
      break
    end
    last = step
    bench:wait "1 ms"
  end
  bench:check(last >= 5 and last < 10, "the ramp trips above 50 and at 100 % at the latest")
  admin:order(flat, "close")
  bench:expect(flat:supplied()):within "10 s"
end

return scenario {
  name  = "injected residual currents trip as the standard has it",
  claim = 4,
  tags  = { "safety", "leakage" },
  cases = { rated = { 10, 30, 100, 300 }, class = { "general", "selective" } },
  fleet = function(case)
    return { flats = 10, household = false, residual_limit = case.rated .. " mA",
             residual_selective = case.class == "selective" }
  end,
  run = function(bench, case)
    injections(bench, case.rated, case.class)
  end,
}
