-- Claim 7: a protective trip alarms the tenant and the administrator, each by push and by SMS.
local causes = {
  leakage = function(flat) return flat:leak("60 mA") end,
  overload = function(flat) return flat:overload("55 A") end,
  ["short circuit"] = function(flat) return flat:short_circuit("1 kA") end,
  smoke = function(flat) return flat:smoke() end,
  heat = function(flat) return flat:heat("90 C") end,
  ["abnormal power"] = function(flat) return flat:mains { voltage = "300 V" } end,
}

return scenario {
  name  = "a protective trip alarms the tenant and the administrator",
  about = "within a minute and a half of the trip one channel has told each; a phone that is off keeps nobody else waiting",
  claim = 7,
  tags  = { "safety", "alarms" },
  cases = {
    cause = { "leakage", "overload", "short circuit", "smoke", "heat", "abnormal power" }, link = { "cat1", "nbiot", "lora" },
    phone = { "on", "tenant's off", "administrator's off", "no data" },
  },
  fleet = function(case)
    return { flats = 4, household = false, link = case.link, overload_delay = "2 s", breaker = "D125" }
  end,
  run = function(bench, case)
    local flat = bench:flat(3)
    if case.phone == "tenant's off" then flat:phone(false) end
    if case.phone == "administrator's off" then bench:phone("admin", false) end
    if case.phone == "no data" then
      flat:phone { app = false }
      bench:phone("admin", { app = false })
    end
    local cause = causes[case.cause](flat)
    bench:expect(flat:tripped { cause = case.cause }):within("5 s", cause)
    bench:expect(flat:alarmed { cause = case.cause }):within("1 min", cause)
    for _, to in ipairs { "tenant", "administrator" } do
      local off = case.phone == (to .. "'s off")
      if not off then
        bench:expect(flat:alarmed { cause = case.cause, to = to }):within(case.phone == "no data" and "6 min" or "150 s", cause)
      end
    end
    if case.phone == "tenant's off" then
      bench:wait("20 min")
      flat:phone(true)
      bench:expect(flat:alarmed { cause = case.cause, to = "tenant" }):within("20 s")
    end
  end,
}
