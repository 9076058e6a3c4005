return scenario {
  name = "a late answer to one recharge is not taken for the answer to the next",
  about = "A recharge that is sent twice is answered twice. While the second answer is late the " ..
          "next payment goes out, and is lost.",
  claim = { 2, 6 },
  tags = { "security", "billing" },
  cases = { link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      credit = "local", balance = "10 yuan", lora_class = case.link == "lora" and "C" or nil,
    }
  end,
  run = function(bench, case)
    local flat = bench:flat(7)
    local m = flat:attacker()
    bench:wait("10 min")
    local before = flat:state().meter_balance
    m:delay("up", "330 s")
    flat:pay("30 yuan")
    bench:wait("340 s")
    m:hold("down")
    flat:pay("5 yuan")
    bench:wait("5 min")
    m:release("down", { order = {} }) -- all are lost
    m:pass()
    bench:wait("1 h")
    local gained = flat:state().meter_balance - before
    bench:check(math.abs(gained - 35) < 0.5, "the meter has 35 yuan more: " .. gained)
  end,
}
