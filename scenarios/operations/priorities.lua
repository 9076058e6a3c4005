-- What keeps a flat off, and who may lift it (docs/orders.md, "Who wins"), for every pair of causes and every closing event.
local kinds = { "leakage", "short circuit", "overload", "voltage", "smoke", "heat", "maintenance", "order", "arrears" }
-- Behind open contacts flows nothing: of these three only one can stand. They are brought about first.
local flows = { leakage = true, ["short circuit"] = true, overload = true }

local pairs_of_causes = {}
for i = 1, #kinds do
  for k = i, #kinds do
    if i == k or not (flows[kinds[i]] and flows[kinds[k]]) then pairs_of_causes[#pairs_of_causes + 1] = kinds[i] .. " + " .. kinds[k] end
  end
end

-- What each event lifts; a flat closes when nothing is left, unless the event only permits. The risk's end lifts each passing risk by itself.
local ends = { overload = true, smoke = true, heat = true, voltage = true }
local lifts = {
  ["payment"]               = { arrears = true },
  ["key"]                   = {},
  ["operator's close"]      = { order = true, arrears = true },
  ["administrator's close"] = { order = true, arrears = true, leakage = true, ["short circuit"] = true, overload = true },
  ["permit and key"]        = { order = true, arrears = true },
  ["restore"]               = { order = true },
  ["risk over"]             = ends,
  ["emergency switch"]      = { order = true, arrears = true },
  ["end of maintenance"]    = {},
}
-- Where the meter owns the credit, only money ends arrears.
local orders_to_close = { ["operator's close"] = true, ["administrator's close"] = true, ["permit and key"] = true }

local function closes(event, causes, credit)
  if causes.maintenance then return false end
  local left, relevant = 0, false
  for cause in pairs(causes) do
    local money = cause == "arrears" and credit == "local" and orders_to_close[event]
    if lifts[event][cause] and not money then relevant = true else left = left + 1 end
  end
  return relevant and left == 0
end

local begin = {
  leakage = function(bench, flat) flat:leak("60 mA") end,
  ["short circuit"] = function(bench, flat) flat:short_circuit("1 kA") end,
  overload = function(bench, flat) flat:overload("60 A") end,
  smoke = function(bench, flat) flat:smoke() end,
  heat = function(bench, flat) flat:heat("90 C") end,
  voltage = function(bench, flat) flat:mains { voltage = "290 V" } end,
  maintenance = function(bench, flat, admin) admin:maintenance(flat, true) end,
  order = function(bench, flat, admin)
    admin:order(flat, "keep_power_off") -- by which the platform puts off arrears trips of meters with their own credit
    admin:order(flat, "trip")
  end,
  arrears = function(bench, flat) flat:set_balance("-1 yuan") end,
}

-- The event, on a flat whose faults are gone (but for "risk over", which is that they go).
local act = {
  ["payment"] = function(bench, flat) flat:pay("50 yuan") end,
  ["key"] = function(bench, flat) flat:press_key() end,
  ["operator's close"] = function(bench, flat, admin, operator) operator:order(flat, "close") end,
  ["administrator's close"] = function(bench, flat, admin) admin:order(flat, "close") end,
  ["permit and key"] = function(bench, flat, admin)
    admin:order(flat, "permit")
    bench:wait("5 s")
    flat:press_key()
  end,
  ["restore"] = function(bench, flat, admin) admin:restore(flat) end,
  ["risk over"] = function() end,
  ["emergency switch"] = function(bench, flat) flat:emergency_switch(true) end,
  ["end of maintenance"] = function(bench, flat, admin) admin:maintenance(flat, false) end,
}

return scenario {
  name  = "of two causes the one that is lifted last decides, whatever happens",
  tags  = { "operations", "priorities" },
  claim = { 4, 9 },
  fleet = function(case)
    local risk = case.event == "risk over"
    return {
      flats = #pairs_of_causes, household = false, reminders = 0, grace = "0 s",
      safety_reclose = risk and "1 min" or "1 h", overload_reclose = risk and "1 min" or "1 h", poll = "1 h",
      credit = case.credit,
    }
  end,
  cases = {
    event = {
      "payment", "key", "operator's close", "administrator's close", "permit and key", "restore", "risk over", "emergency switch",
      "end of maintenance" },
    credit = { "remote", "local" },
    first = { "the graver", "the lesser" },
  },
  run = function(bench, case)
    local admin, operator = bench:sign_in(), bench:sign_in { user = "operator" }
    local flats, causes = {}, {}
    for number, name in ipairs(pairs_of_causes) do
      local a, b = name:match("^(.-) %+ (.*)$")
      flats[number], causes[number] = bench:flat(number), { [a] = true, [b] = true }
    end
    local order = table.move(kinds, 1, 3, 1, {})
    for i = 4, #kinds do order[i] = case.first == "the graver" and kinds[i] or kinds[#kinds + 4 - i] end
    for _, kind in ipairs(order) do
      for number, flat in ipairs(flats) do
        if causes[number][kind] then begin[kind](bench, flat, admin) end
      end
      bench:wait("20 s")
    end
    for number, flat in ipairs(flats) do
      bench:check(not flat:state().contacts_closed, pairs_of_causes[number] .. ": it is off")
      for cause, number_of in pairs { overload = 3, ["short circuit"] = 4, leakage = 5, voltage = 6 } do
        local stood = bench:count("meter_trip", { flat = number, a = number_of }) > 0
        bench:check(stood == (causes[number][cause] or false), pairs_of_causes[number] .. ": the meter has " .. cause)
      end
      for _, cause in ipairs { "leakage", "short circuit", "overload", "smoke", "heat", "voltage" } do
        if causes[number][cause] then flat:clear(cause) end
      end
      flat:reset_breaker()
    end
    bench:wait("5 s")
    for number, flat in ipairs(flats) do act[case.event](bench, flat, admin, operator) end
    bench:wait(case.event == "risk over" and "3 min" or "1 min")
    for number, flat in ipairs(flats) do
      local is, should = flat:state().contacts_closed, closes(case.event, causes[number], case.credit)
      bench:check(is == should, string.format("%s, then %s: it is %s and should be %s", pairs_of_causes[number], case.event,
        is and "on" or "off", should and "on" or "off"))
    end
  end,
}
