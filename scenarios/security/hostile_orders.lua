-- Claim 3: whatever an attacker without keys sends to a meter, on any link, nothing changes and an alarm is raised.
local attacks = {
  replay = function(mallory, order) return { order }, "replayed" end,
  ["replay of all"] = function(mallory) return mallory:heard("down"), "replayed" end,
  ["another payload"] = function(mallory, order)
    return { mallory:alter(order, { byte = 15, xor = 0x40, counter = order.counter + 9 }) }, "not_authentic"
  end,
  ["another counter"] = function(mallory, order)
    return { mallory:alter(order, { counter = order.counter + 9 }) }, "not_authentic"
  end,
  ["another tag"] = function(mallory, order) return { mallory:alter(order, { byte = -1, xor = 1 }) }, nil end,
  truncated = function(mallory, order) return { mallory:alter(order, { cut = 1 }) }, nil end,
  ["almost nothing"] = function() return { { direction = "down", bytes = "01 01" } }, "too_short" end,
  extended = function(mallory, order) return { mallory:alter(order, { append = "00 16" }) }, nil end,
  forged = function(mallory, _, change) return { mallory:forge("down", change) }, "not_authentic" end,
  ["wrong key"] = function(mallory, _, change)
    return { mallory:forge("down", change, { key = "wrong" }) }, "not_authentic"
  end,
  ["other direction"] = function(mallory)
    local up = mallory:heard("up")[1]
    return { { direction = "down", bytes = up.bytes } }, "direction"
  end,
}

return scenario {
  name  = "a hostile order changes nothing on any link and raises an alarm",
  about = "each attack, with contacts open and closed: not one state changes, the refusal is counted by its reason, the platform is told",
  claim = 3,
  tags  = { "security" },
  cases = {
    attack = { "replay", "replay of all", "another payload", "another counter", "another tag", "truncated",
               "almost nothing", "extended", "forged", "wrong key", "other direction" },
    contacts = { "open", "closed" },
    link = { "cat1", "nbiot", "lora", "rs485" },
  },
  fleet = function(case) return { flats = 1, household = false, link = case.link } end,
  run = function(bench, case)
    local flat, admin = bench:flat(1), bench:sign_in()
    local mallory = flat:attacker()
    mallory:record()
    bench:expect(flat:tripped()):within("20 min", admin:order(flat, "trip"))
    if case.contacts == "closed" then
      bench:expect(flat:supplied()):within("20 min", admin:order(flat, "close"))
    end
    bench:wait("2 min")
    local heard = mallory:heard("down")
    local change = case.contacts == "open" and "close" or "trip"
    local frames, reason = attacks[case.attack](mallory, heard[#heard], change)
    local relay = flat:state().relay_operations
    for _, frame in ipairs(frames) do mallory:send(frame) end
    local refused = flat:rejected("down")
    bench:check(refused.total == #frames, "each of the frames is refused")
    bench:check(reason == nil or refused[reason] == #frames, "for its reason")
    bench:expect(flat:alarmed { alarm = "security" }):within("6 min")
    bench:expect(case.contacts == "open" and flat:closed() or flat:tripped()):never_for("20 min")
    bench:check(flat:state().relay_operations == relay, "the relay did not move")
    local order = bench:sign_in():order(flat, change) -- the other session is over
    bench:expect(case.contacts == "open" and flat:supplied() or flat:tripped()):within("20 min", order)
  end,
}
