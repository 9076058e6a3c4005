return scenario {
  name = "who moves out while tripped for arrears leaves no arrears trip behind, and no other cause is lifted",
  about = "The empty flat has supply if the fleet says so and nothing else stands: no trip by " ..
          "order, no maintenance, no leak.",
  claim = 6,
  tags = { "billing", "priorities" },
  cases = {
    link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" },
    vacant = { "on", "off" },
    also = { "nothing", "person's trip", "leak", "maintenance" },
  },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      vacant = case.vacant, poll = "5 min", reminder_spacing = "5 min", grace = "5 min", quiet_hours = false,
      people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(3), bench:sign_in()
    flat:set_balance("-5 yuan")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:wait("15 min")
    local order
    if case.also == "leak" then
      flat:leak("60 mA")
    elseif case.also == "person's trip" then
      order = admin:order(flat, "trip")
    elseif case.also == "maintenance" then
      order = admin:maintenance(flat, true)
    end
    if order then bench:expect(order:settled()):within("20 min", order) end
    local move = flat:move_out()
    bench:expect(flat:moved_out()):within("30 min", move)
    local acc = flat:account()
    bench:check(acc.vacant, "it is vacant")
    if case.vacant == "on" and (case.also == "nothing" or case.also == "leak") then -- whose leak trips it again
      bench:expect(flat:supplied()):within("20 min", move)
    else
      bench:expect(flat:supplied()):never_for("30 min")
    end
    if case.also == "leak" then flat:clear("leakage") end
    local p = flat:pay("20 yuan")
    bench:wait("1 min")
    bench:check(flat:account().paid == 0, "no payment by who has left")
    if case.also == "leak" then return end
    bench:expect(flat:moved_in()):within("40 min", (flat:move_in("50 yuan")))
    if case.also == "nothing" then
      bench:wait("5 min")
      bench:expect(flat:supplied()):now()
    else
      bench:expect(flat:supplied()):never_for("20 min")
      if case.also == "maintenance" then
        local over = admin:maintenance(flat, false)
        bench:expect(over:settled()):within("20 min", over)
      end
      bench:expect(flat:supplied()):within("20 min", admin:order(flat, "close"))
    end
  end,
}
