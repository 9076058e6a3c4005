-- Claim 3: counters survive power cuts: none is used twice, and what was recorded before the cut is a replay after it.
return scenario {
  name  = "no counter is used twice and no replay is taken, whenever power is cut",
  about = "power is cut at a moment of an order's way to the meter and back, again and again",
  claim = 3,
  tags  = { "security" },
  cases = { cut_after = { "0 ms", "300 ms", "600 ms", "1 s", "3 s", "20 s" }, link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return { flats = 1, household = false, link = case.link, lora_class = case.link == "lora" and "C" or nil }
  end,
  run = function(bench, case)
    local flat = bench:flat(1)
    local mallory = flat:attacker()
    mallory:record()
    for round = 1, 3 do
      local order = bench:sign_in():order(flat, round % 2 == 1 and "trip" or "close")
      bench:wait(case.cut_after)
      flat:outage()
      bench:wait("30 s")
      flat:clear("outage")
      bench:wait("2 min") -- the modem attaches
      for _, frame in ipairs(mallory:heard("down")) do mallory:send(frame) end
      bench:check(flat:rejected("down").replayed + flat:rejected("down").not_authentic == flat:rejected("down").total, "replays only")
      bench:expect(flat:order_done()):within("15 min", order)
      bench:wait("3 min")
    end
    local used = {}
    for _, frame in ipairs(mallory:heard("up")) do
      bench:check(not used[frame.counter], "counter " .. frame.counter .. " is used once")
      used[frame.counter] = true
    end
    bench:check(flat:rejected("up").total == 0, "the platform accepts all that the meter says")
    bench:check(bench:count("order_done", { flat = 1 }) == 3, "each order is done once")
  end,
}
