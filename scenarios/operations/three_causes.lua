return scenario {
  name = "of arrears, a trip by order and smoke the one that is lifted last decides, over a power cut too",
  about = "Money, a close and the end of the smoke come in every order. A close lifts the arrears trip as well.",
  claim = { 4, 5 },
  tags = { "operations", "priorities" },
  cases = {
    link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" },
    lifted = { "money, close", "money, smoke", "close, money", "close, smoke", "smoke, money", "smoke, close" },
  },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      reminder_spacing = "5 min", grace = "5 min", quiet_hours = false,
      people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local first, second = case.lifted:match("(%a+), (%a+)")
    local flat, admin = bench:flat(3), bench:sign_in()
    flat:set_balance("-5 yuan")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:wait("15 min")
    local t = admin:order(flat, "trip")
    bench:expect(t:settled()):within("20 min", t)
    flat:smoke()
    bench:wait("1 min")
    flat:outage()
    bench:wait("5 min")
    flat:clear("outage")
    bench:wait("2 min")
    local lift = {
      money = function() return flat:pay("30 yuan") end,
      close = function() return admin:order(flat, "close") end,
      smoke = function() flat:clear("smoke") end,
    }
    lift[first]()
    bench:expect(flat:supplied()):never_for("20 min")
    lift[second]()
    local third -- money is not needed for that, a close lifts arrears, too
    for k in pairs(lift) do if k ~= first and k ~= second then third = k end end
    if third == "money" then
      bench:expect(flat:supplied()):within("20 min")
    else
      bench:expect(flat:supplied()):never_for("20 min")
      lift[third]()
      bench:expect(flat:supplied()):within("20 min")
    end
  end,
}
