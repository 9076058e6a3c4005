-- Claim 3, an attacker in the middle: what is lost, doubled, changed or out of order does no harm, and orders win when it ends.
local deeds = {
  ["drops half"] = function(mallory) mallory:drop("both", { share = 0.5 }) end,
  ["drops all"] = function(mallory) mallory:drop("both") end,
  delays = function(mallory) mallory:delay("both", "20 s") end,
  ["delays unevenly"] = function(mallory) mallory:delay("both", "1 s", { spread = "2 min" }) end,
  doubles = function(mallory) mallory:duplicate("both", { times = 3, after = "1 s" }) end,
  tampers = function(mallory) mallory:tamper("both", { byte = -1, xor = 0x80 }) end,
  reverses = function(mallory) mallory:hold("both") end,
}

return scenario {
  name  = "a man in the middle does no harm, and every order wins when it ends",
  about = "after 8 minutes it lets go; what was sealed before and comes late or twice is refused, what is in force is carried out",
  claim = 3,
  tags  = { "security" },
  cases = { deed = { "drops half", "drops all", "delays", "delays unevenly", "doubles", "tampers", "reverses" },
            link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case) -- of class A, an order could be given up before the meter listens again
    return { flats = 1, household = false, link = case.link, lora_class = case.link == "lora" and "C" or nil }
  end,
  run = function(bench, case)
    local flat = bench:flat(1)
    local mallory = flat:attacker()
    bench:wait("20 min")
    deeds[case.deed](mallory)
    local trip = bench:sign_in():order(flat, "trip")
    bench:wait("8 min")
    if case.deed == "reverses" then
      mallory:release("down", { order = "reversed" })
      mallory:release("up", { order = "reversed" })
    end
    mallory:pass()
    bench:expect(flat:tripped { cause = "order" }):within("20 min", trip)
    bench:expect(flat:order_done()):within("20 min", trip)
    bench:wait("10 min")
    local trips = flat:state().relay_operations
    bench:check(trips == 1, "the relay moved once")
    bench:expect(flat:supplied()):within("20 min", bench:sign_in():order(flat, "close"))
    bench:expect(flat:tripped()):never_for("20 min")
    if case.deed == "doubles" then
      bench:check(flat:rejected("down").replayed == mallory:counts("down").duplicated, "each double is refused")
    elseif case.deed == "tampers" then
      bench:check(flat:rejected().not_authentic > 0, "changed frames are refused")
    end
  end,
}
