-- Claim 7: smoke and temperature sensors take part, and what is the matter with one is told before it is needed.
return scenario {
  name  = "what is the matter with a detector is alarmed to tenant and administrator",
  about = "a low battery and a detector taken off at once, a dead one at the daily test; only a sound one or one low on battery trips",
  claim = 7,
  tags  = { "safety", "alarms" },
  cases = { sensor = { "smoke", "heat" }, state = { "low battery", "removed", "dead" } },
  fleet = { flats = 2, household = false, safety_reclose = "10 s" },
  run = function(bench, case)
    local flat, sound = bench:flat(1), bench:flat(2)
    local function risk(which) return case.sensor == "smoke" and which:smoke() or which:heat("90 C") end
    bench:wait("1 h")
    local fault = flat:sensor(case.sensor, case.state)
    local told = case.state == "dead" and "1450 min" or "3 min"
    bench:expect(flat:alarmed { alarm = "sensor", to = "tenant" }):within(told, fault)
    bench:expect(flat:alarmed { alarm = "sensor", to = "administrator" }):within(told, fault)
    bench:check(flat:meter_log()[1].alarm == "sensor", "it stands in the meter's log")
    risk(flat)
    bench:expect(sound:tripped { cause = case.sensor }):within("2 s", risk(sound))
    if case.state == "low battery" then
      bench:wait("1 s")
      bench:expect(flat:tripped { cause = case.sensor }):now()
    else
      bench:expect(flat:closed()):now()
      flat:sensor(case.sensor, "sound")
      bench:expect(flat:tripped { cause = case.sensor }):within("2 s")
    end
    bench:wait("2 days")
    bench:check(bench:count("meter_alarm", { flat = 1, a = 10 }) == 1, "it was alarmed once")
  end,
}
