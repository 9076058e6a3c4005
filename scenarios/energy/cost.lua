-- Claim 13: hardware 200 to 400 yuan, communication 20 to 50 yuan a year, operation. Messages, locks that want a visit and relay operations are measured
-- on a building of the link; prices are assumptions (lib/costs.lua), at three levels.
local costs = require "costs"

local levels = { "low", "typical", "high" }
local hazard_speed = 20 -- times life's rate, so that two weeks show locks; more would hide one behind the other

-- What a year of a meter counts: from days of a building.
local function measure(bench, flats, days)
  bench:wait(days .. " days")
  local meter_years = flats * days / 365
  local operations = 0
  for number = 1, flats do operations = operations + bench:flat(number):state().relay_operations end
  local causes = { leakage = 5, short_circuit = 4 }
  local locks = bench:count("meter_trip", { a = causes.leakage }) + bench:count("meter_trip", { a = causes.short_circuit })
  return {
    messages = bench:count("frame_sent") / meter_years,
    locks = locks / meter_years / hazard_speed,
    operations = operations / meter_years / hazard_speed,
  }
end

-- MB a month of a SIM, and its plan.
local function communication(link, counted, level)
  local year_s = 365 * 86400
  local message = costs.frame_bytes + costs.envelope_bytes + costs.transport_bytes
  local bytes = counted.messages * message + year_s / costs.keep_alive_s[link] * costs.keep_alive_bytes
  local mb = bytes * costs.sims[link] / 12 / 1e6
  for _, plan in ipairs(costs.plans) do
    if mb <= plan[1] then return plan[2][level] / costs.sims[link], mb end
  end
end

-- A yearly sum over the years, discounted.
local function over_years(yearly, level)
  local sum = 0
  for year = 1, costs.years do sum = sum + yearly / (1 + costs.discount[level]) ^ year end
  return sum
end

return scenario {
  name  = "a meter costs what is claimed over ten years",
  about = "hardware and communication against the claimed ranges; operation has no claimed figure and is told",
  claim = 13,
  tags  = { "energy", "cost", "statistics" },
  required = "measured",
  cases = { link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return {
      flats = 32, link = case.link, poll = "1 h", meeting = "15 min", hazards = hazard_speed, tenants = true, balance = "60 yuan",
      start = "2026-04-01 00:00",
    }
  end,
  run = function(bench, case)
    local counted = measure(bench, 32, 14)
    for level, name in ipairs(levels) do
      local data, mb = communication(case.link, counted, level)
      local hardware = costs.meter[level] + costs.branch[level] + costs.module[case.link][level]
      local wear = 1 - math.exp(-((counted.operations * costs.years / costs.relay_life) ^ costs.relay_shape))
      local failures = costs.failure_rate[level] + wear / costs.years
      local operation = costs.platform[level] + counted.locks * costs.company_visits[level] * costs.visit[level] +
        failures * (hardware + costs.visit[level])
      local all = hardware + costs.installation[level] + over_years(data + operation, level)
      bench:judge { what = name .. ": hardware of a meter", value = hardware, unit = "yuan", at_most = 400 }
      bench:judge {
        what = string.format("%s: communication of a year, %.1f MB a month a SIM", name, mb), value = data, unit = "yuan", at_most = 50,
      }
      bench:check(all > 0, string.format(
        "%s, %d years: hardware %.0f, installation %.0f, communication %.0f, operation %.0f, together %.0f yuan; a year %.0f messages, %.2f locks, " ..
        "%.1f relay operations", name, costs.years, hardware, costs.installation[level], over_years(data, level),
        over_years(operation, level), all, counted.messages, counted.locks, counted.operations))
    end
  end,
}
