-- Claim 12: with the platform down, the manual switch gives basic supply to a flat that was switched off; it is recorded,
-- limited, and protection stays.
return scenario {
  name  = "the emergency switch gives basic supply while the platform is down",
  claim = 12,
  tags  = { "safety", "operations" },
  fleet = { flats = 10, household = false, overload_delay = "2 s", signal = "fair" },
  cases = { then_ = { "leakage", "too much load", "switched back" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local order = bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("30 s", order)
    bench:bug("platform_down")
    flat:emergency_switch(true)
    bench:expect(flat:supplied()):within("1 s")
    bench:expect(flat:alarmed { alarm = "emergency switch" }):within("2 min")
    if case.then_ == "leakage" then
      local fault = flat:leak("60 mA")
      bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", fault)
      bench:expect(flat:supplied()):never_for("1 h")
    elseif case.then_ == "too much load" then
      local fault = flat:overload("15 A") -- basic supply is 10 A
      bench:expect(flat:tripped { cause = "overload" }):within("5 s", fault:after("2 s"))
    else
      flat:emergency_switch(false)
      bench:expect(flat:tripped { cause = "order" }):within("1 s")
    end
  end,
}
