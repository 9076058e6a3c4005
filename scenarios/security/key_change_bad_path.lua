return scenario {
  name = "a key is changed on a bad path while a payment restores supply",
  about = "Frames are lost, doubled, changed, held and let go in reverse, or power is cut six " ..
          "times; no report is lost by it.",
  claim = 3,
  tags = { "security" },
  cases = {
    link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" },
    how = { "drop", "reversed down", "reversed up", "duplicate", "tamper then free", "power cuts" },
  },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      order_attempts = 60, order_validity = "1 h", reminder_spacing = "5 min", grace = "5 min", quiet_hours = false,
      people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(7), bench:sign_in()
    local m = flat:attacker()
    flat:set_balance("-1 yuan")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:wait("15 min")
    if case.how == "drop" then m:drop("both", { share = 0.5 })
    elseif case.how == "reversed down" then m:hold("down")
    elseif case.how == "reversed up" then m:hold("up")
    elseif case.how == "duplicate" then m:duplicate("both", { times = 3, after = "1 min" })
    elseif case.how == "tamper then free" then m:tamper("both", { byte = 15, xor = 4 }) end
    local change = admin:change_key(flat)
    local again, why = admin:change_key(flat)
    bench:check(again == nil, "one change at a time: " .. tostring(why))
    flat:pay("30 yuan")
    if case.how == "power cuts" then
      for i = 1, 6 do flat:outage(); bench:wait("20 s"); flat:clear("outage"); bench:wait("25 s") end
    end
    bench:wait("10 min")
    if case.how == "reversed down" then m:release("down", { order = "reversed" }) end
    if case.how == "reversed up" then m:release("up", { order = "reversed" }) end
    m:pass()
    bench:wait("2 h")
    bench:check(flat:state().key_number == 1, "key " .. flat:state().key_number)
    bench:expect(flat:supplied()):now()
    local t = admin:order(flat, "trip")
    bench:expect(t:settled()):within("30 min", t)
    bench:check(t:result().done == 1, "an order works")
    bench:check(flat:account().paid == 30, "paid once")
  end,
}
