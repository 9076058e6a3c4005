-- Claim 3: a meter's key is changed from the platform. Whatever is lost, no meter is locked out, and the old key ends.
local troubles = {
  none = function() end,
  ["half is lost"] = function(mallory) mallory:drop("both", { share = 0.5 }) end,
  ["answers are lost"] = function(mallory) mallory:drop("up") end,
  ["offers are held"] = function(mallory) mallory:hold("down") end,
  ["answers are held"] = function(mallory) mallory:hold("up") end,
  ["all is doubled"] = function(mallory) mallory:duplicate("both", { after = "20 s" }) end,
  ["power is cut"] = function(_, flat) flat:outage() end,
}

return scenario {
  name  = "a changed key works at both ends whatever is lost, and the old one never again",
  about = "after 5 minutes the trouble ends; then the change is done, orders work, and recorded or forged frames of the old key do not",
  claim = 3,
  tags  = { "security" },
  cases = { trouble = { "none", "half is lost", "answers are lost", "offers are held", "answers are held", "all is doubled",
                        "power is cut" },
            after = { "0 s", "800 ms", "2 s" }, link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return { flats = 1, household = false, link = case.link, lora_class = case.link == "lora" and "C" or nil }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(1), bench:sign_in()
    local mallory = flat:attacker()
    mallory:record()
    mallory:steal_key()
    bench:expect(flat:tripped()):within("10 min", admin:order(flat, "trip"))
    bench:wait("2 min")
    local change = admin:change_key(flat)
    bench:wait(case.after)
    troubles[case.trouble](mallory, flat)
    bench:wait("5 min")
    flat:clear("outage")
    mallory:pass()
    mallory:release("down")
    mallory:release("up")
    bench:expect(flat:key_changed()):within("30 min", change)
    bench:check(flat:state().key_number == 1, "the meter has key 1")
    bench:expect(flat:supplied()):within("10 min", bench:sign_in():order(flat, "close"))
    bench:wait("2 min")
    local before = flat:rejected("down").total
    local frames = mallory:heard("down")
    frames[#frames + 1] = mallory:forge("down", "trip", { key = "stolen" })
    for _, frame in ipairs(frames) do mallory:send(frame) end
    bench:check(flat:rejected("down").total == before + #frames, "not one frame of before is accepted")
    mallory:send(mallory:forge("up", "alarm", { key = "stolen" }))
    bench:expect(flat:tripped()):never_for("20 min")
    bench:check(bench:count("alarm_received", { flat = 1, a = 0, b = 5 }) == 0, "nor believed by the platform")
  end,
}
