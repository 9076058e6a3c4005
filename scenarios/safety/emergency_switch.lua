-- Claim 12: with platform or link down, the manual switch gives basic supply to a flat that was switched off: limited in current and time, recorded,
-- reported when the link is back, and protection stays.
return scenario {
  name  = "the emergency switch gives basic supply while platform or link is down",
  about = "basic supply of 6 A for 8 h; above that it opens until the switch is turned off and on; leakage trips as ever",
  claim = 12,
  tags  = { "safety", "operations" },
  fleet = {
    flats = 10, household = false, overload_delay = "20 s", signal = "fair", emergency_current = "6 A", emergency_delay = "2 s", emergency_time = "8 h",
    reminder_spacing = "1 min", grace = "1 min", quiet_hours = false,
  },
  cases = {
    off_by = { "order", "arrears" }, down = { "platform", "link" }, then_ = { "leakage", "too much load", "switched back", "time is over", "a power cut" },
  },
  run = function(bench, case)
    local flat = bench:flat(7)
    if case.off_by == "order" then
      local order = bench:sign_in():order(flat, "trip")
      bench:expect(flat:tripped { cause = "order" }):within("30 s", order)
    else
      flat:set_balance("-1 yuan")
      bench:expect(flat:tripped { cause = "arrears" }):within("6 h")
    end
    bench:wait("1 min")
    if case.down == "platform" then bench:bug("platform_down") else flat:signal("dead") end
    flat:emergency_switch(true)
    bench:expect(flat:supplied()):within("1 s")
    flat:overload("5 A")
    bench:expect(flat:tripped()):never_for("1 h")
    if case.then_ == "leakage" then
      local fault = flat:leak("60 mA")
      bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", fault)
      flat:clear("leakage")
      flat:emergency_switch(false)
      bench:wait("1 min")
      flat:emergency_switch(true) -- never after leakage
      bench:expect(flat:supplied()):never_for("1 h")
    elseif case.then_ == "too much load" then
      local fault = flat:overload("7 A") -- under the overload limit of 40 A, above basic supply
      bench:expect(flat:tripped { cause = "overload" }):within("5 s", fault:after("2 s"))
      flat:clear("overload")
      bench:expect(flat:supplied()):never_for("1 h") -- not by itself
      flat:emergency_switch(false)
      bench:wait("1 s")
      bench:expect(flat:dark()):now()
      flat:emergency_switch(true)
      bench:expect(flat:supplied()):within("1 s")
    elseif case.then_ == "switched back" then
      flat:emergency_switch(false)
      bench:expect(flat:tripped { cause = case.off_by }):within("1 s")
    else
      if case.then_ == "a power cut" then
        flat:outage()
        bench:wait("1 h")
        flat:clear("outage")
        bench:expect(flat:supplied()):within("10 s")
        bench:wait("350 min")
      else
        bench:wait("410 min")
      end
      bench:expect(flat:supplied()):now()
      bench:expect(flat:tripped { cause = case.off_by }):within("15 min")
      flat:emergency_switch(false)
      bench:wait("1 min")
      flat:emergency_switch(true) -- eight hours in all
      bench:expect(flat:supplied()):never_for("1 h")
    end
    local uses = 0
    for _, entry in ipairs(flat:meter_log()) do
      uses = uses + (entry.alarm == "emergency switch" and 1 or 0)
    end
    bench:check(uses >= 1, "each use stands in the meter's log: " .. uses)
    if case.down == "link" then
      flat:signal("good")
      bench:wait("20 min")
    end
    bench:check(bench:count("alarm_received", { flat = 7, a = 8 }) >= 1, "and the platform knows of it")
  end,
}
