-- Claim 8: air conditioner and water heater are limited in peak hours: shifted, capped or shed. The meter does it by a schedule that the
-- platform wrote once; supply of everything else and protection stay.
local from_h, to_h = 18, 22

-- What the measure leaves of an appliance's power in a window, %, and how long at a stretch.
local rules = {
  air_conditioner = { shift = { 100 }, cap = { 60 }, shed = { 0, 15 } },
  water_heater = { shift = { 0 }, cap = { 50 }, shed = { 0, 30 } },
}

-- The set-point gives way by 2 K in a window: it runs only where the room is beyond that.
local function runs_too_early(case, state)
  if case.appliance == "water_heater" or case.measure == "shed" or state.air_conditioner_w == 0 then return false end
  return case.season == "summer" and state.room_c < 27.99 or case.season == "winter" and state.room_c > 18.01
end

local function service_of(case)
  if case.appliance == "water_heater" then return "bath" end
  return case.season == "summer" and "cooling" or "heating"
end

-- The first home that has the appliance, once somebody wants it.
local function somebody_who_wants(bench, service)
  for number = 1, 40 do
    if bench:flat(number):want(service) then return bench:flat(number) end
  end
end

local function ask_again(flat, service)
  if service == "bath" then flat:want("bath") end
end

return scenario {
  name  = "air conditioner and water heater are limited in peak hours",
  about = "in the window each takes no more than its measure leaves, before and after what it likes; the tank is hot again afterwards",
  claim = 8,
  tags  = { "energy" },
  cases = {
    measure = { "shift", "cap", "shed" },
    appliance = { "air_conditioner", "water_heater" },
    season = { "summer", "winter" },
  },
  fleet = function(case)
    return {
      flats = 40, meeting = "1 min", start = case.season == "summer" and "2026-07-20 16:00" or "2026-01-20 16:00",
      energy_management = { windows = { "18:00-22:00" }, [case.appliance] = case.measure },
    }
  end,
  run = function(bench, case)
    local service, key, rated_key = service_of(case), case.appliance .. "_w", case.appliance .. "_rated_w"
    local rule = rules[case.appliance][case.measure]
    local flat = somebody_who_wants(bench, service)
    local most, in_window, longest, stretch, over, limited_outside, hottest, idle = 0, 0, 0, 0, 0, 0, 0, 0
    bench:wait("30 s") -- so that no look falls on an edge
    for minute = 1, 8 * 60 do
      local hour = 16 + (minute - 1) // 60
      local state = flat:appliances()
      local limit, watts = state[case.appliance], state[key]
      local inside = hour >= from_h and hour < to_h
      if minute == 180 or minute == 300 then ask_again(flat, service) end -- in the window
      if not inside then
        most = math.max(most, watts)
        if limit.power < 100 then limited_outside = limited_outside + 1 end
        if hour >= to_h then
          hottest = math.max(hottest, state.tank_c)
          if hottest <= 64 and watts == 0 then idle = idle + 1 end
        end
      elseif limit.power < 100 or limit.relaxed > 0 then
        in_window, stretch = in_window + 1, stretch + 1
        longest = math.max(longest, stretch)
        if watts > state[rated_key] * rule[1] / 100 + 1 or runs_too_early(case, state) then over = over + 1 end
      end
      if limit.power == 100 and limit.relaxed <= 0 then stretch = 0 end
      bench:wait("1 min")
    end
    bench:check(most > 500, "it ran before and after, at " .. math.floor(most) .. " W")
    bench:check(limited_outside == 0, "no limit outside the window")
    bench:check(over == 0, "never above " .. rule[1] .. " % of its power while limited, nor beyond its set-point")
    if rule[2] then
      bench:check(in_window >= 60 and longest <= rule[2], "off for at most " .. rule[2] .. " min at a stretch, of " ..
        in_window .. " min in all")
    else
      bench:check(in_window == (to_h - from_h) * 60, "limited all the window, " .. in_window .. " min")
    end
    if service == "bath" then
      bench:check(idle <= 5, "after the window the tank was heated until it was hot, " .. idle .. " min apart")
    end
    bench:check(flat:state().supplied, "the flat was supplied all the time")
  end,
}
