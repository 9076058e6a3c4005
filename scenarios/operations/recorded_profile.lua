-- The register of a meter against a load curve that is known exactly: as a recorded household, and as one that begins in the middle of a run.
local day = { -- scenarios/fleets/one_day.csv
  { 0, 65 }, { 23400, 400 }, { 25200, 1650 }, { 25500, 120 }, { 28800, 70 }, { 43200, 900 }, { 45000, 80 }, { 64800, 1400 },
  { 67200, 350 }, { 75600, 2100 }, { 77400, 260 }, { 82800, 65 }, { 86400, 0 },
}

local function kwh_of_a_day()
  local sum = 0
  for i = 1, #day - 1 do sum = sum + day[i][2] * (day[i + 1][1] - day[i][1]) end
  return sum / 3.6e6
end

return scenario {
  name  = "a recorded load is counted to its exact integral",
  claim = 6,
  about = "the meter's class is 1",
  tags  = { "operations" },
  cases = { from = { "the start", "the second day" } },
  fleet = function(case)
    return { flats = 4, household = case.from == "the start" and "../fleets/one_day.csv" or false, feeder = "200 mohm" }
  end,
  run = function(bench, case)
    if case.from == "the second day" then
      bench:wait "1 day"
      for number = 1, 4 do bench:flat(number):play "../fleets/one_day.csv" end
    end
    bench:wait "3 days"
    for number = 1, 4 do
      local state, wanted = bench:flat(number):state(), 3 * kwh_of_a_day()
      bench:check(math.abs(state.terminal_kwh - wanted) < 2e-6, "flat " .. number .. " took what was recorded, to the mWh")
      bench:check(math.abs(state.register_kwh / wanted - 1) < 0.01, "its register is within its class")
    end
  end,
}
