return scenario {
  name = "a warning before a trip ends by whatever order comes next, and holds up no protection",
  about = "After its end the flat stays as the order that ended it left it.",
  claim = 1,
  tags = { "operations", "orders" },
  cases = {
    link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" },
    by = { "nothing", "trip", "close", "permit", "keep_power_on", "leak", "maintenance" },
  },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link, lora_class = case.link == "lora" and "C" or nil,
      people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(3), bench:sign_in()
    local w = admin:order(flat, "pre_trip", { delay = "30 min" })
    bench:expect(w:settled()):within("20 min", w)
    bench:expect(flat:supplied()):now()
    bench:check(flat:state().alarm, "it sounds")
    if case.by == "nothing" then
      bench:expect(flat:tripped { cause = "order" }):within("31 min")
    elseif case.by == "trip" then
      bench:expect(flat:tripped { cause = "order" }):within("10 min", admin:order(flat, "trip"))
    elseif case.by == "leak" then
      bench:expect(flat:tripped { cause = "leakage" }):within("300 ms", flat:leak("60 mA"))
      flat:clear("leakage")
      bench:wait("31 min")
      bench:expect(flat:supplied()):within("20 min", admin:order(flat, "close"))
    elseif case.by == "maintenance" then
      local m = admin:maintenance(flat, true)
      bench:expect(m:settled()):within("20 min", m)
      bench:expect(flat:dark()):now()
      local e = admin:maintenance(flat, false)
      bench:expect(e:settled()):within("20 min", e)
      bench:expect(flat:supplied()):within("20 min", admin:order(flat, "close"))
      bench:expect(flat:dark()):never_for("40 min")
    else
      local k = admin:order(flat, case.by)
      bench:expect(k:settled()):within("20 min", k)
      bench:check(not flat:state().alarm, "it sounds no longer")
      bench:expect(flat:dark()):never_for("40 min")
    end
  end,
}
