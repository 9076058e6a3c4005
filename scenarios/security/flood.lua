-- Claim 3: a flood raises one alarm a minute, and orders get through it within what the link has left.
return scenario {
  name  = "a flood of hostile frames is told once a minute, and an order gets through it",
  about = "LoRa carries a frame or two a second: there the order waits for the end of the flood",
  claim = 3,
  tags  = { "security" },
  cases = { link = { "cat1", "nbiot", "lora", "rs485" }, rate = { 1, 20, 100 }, what = { "noise", "replay" } },
  fleet = function(case)
    return { flats = 1, household = false, link = case.link, lora_class = case.link == "lora" and "C" or nil }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(1), bench:sign_in()
    local mallory = flat:attacker()
    mallory:record()
    bench:expect(flat:tripped()):within("5 min", admin:order(flat, "trip"))
    bench:wait("2 min")
    local heard = mallory:heard("down")
    mallory:flood("down", { rate = case.rate, lasts = "5 min", what = case.what == "replay" and heard[#heard] or "noise" })
    bench:wait("1 min")
    local order = admin:order(flat, "close")
    bench:expect(flat:supplied()):within(case.link == "lora" and "10 min" or "5 min", order)
    bench:wait("10 min")
    local alarms = bench:count("meter_alarm", { flat = 1, a = 4 })
    bench:check(alarms >= 4 and alarms <= 6, "one alarm a minute: " .. alarms)
    bench:check(bench:count("alarm_received", { flat = 1, a = 4 }) >= alarms, "each reached the platform")
    bench:check(flat:rejected("down").total == mallory:counts("down").sent, "each frame that arrived was refused")
    bench:check(flat:state().supplied, "and nothing else changed")
  end,
}
