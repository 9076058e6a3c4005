-- Claim 3, the other way: what an attacker says in the meter's name is not believed.
local reports = {
  ["a reading"] = function(mallory, key) return mallory:forge("up", "reading", { kwh = 99999, key = key }) end,
  ["an alarm"] = function(mallory, key) return mallory:forge("up", "alarm", { cause = "smoke", key = key }) end,
  ["a confirmation"] = function(mallory, key) return mallory:forge("up", "done", { order = "trip", key = key }) end,
  ["a replay"] = function(mallory) local up = mallory:heard("up") return up[#up] end,
}

return scenario {
  name  = "a report in a meter's name is not believed",
  about = "a forged reading charges nothing, a forged alarm alarms nobody, a forged confirmation ends no order",
  claim = 3,
  tags  = { "security" },
  cases = { report = { "a reading", "an alarm", "a confirmation", "a replay" }, key = { "none", "wrong" },
            link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case) return { flats = 1, household = false, link = case.link } end,
  run = function(bench, case)
    local flat = bench:flat(1)
    local mallory = flat:attacker()
    mallory:record()
    bench:wait("40 min") -- readings
    local balance = flat:state().balance
    mallory:drop("down") -- the order does not arrive
    local order = bench:sign_in():order(flat, "trip")
    bench:wait("10 s")
    mallory:send(reports[case.report](mallory, case.key))
    bench:check(flat:rejected("up").total == 1, "the platform refuses it")
    bench:check(bench:count("alarm_received", { flat = 1, a = 4 }) == 1, "and raises an alarm by itself")
    bench:check(bench:count("order_done", { flat = 1 }) == 0, "the order stays open")
    bench:check(bench:count("alarm_received", { flat = 1, a = 0 }) == 0, "no trip is reported")
    bench:check(flat:state().balance == balance, "nothing is charged")
    mallory:pass()
    bench:expect(flat:tripped()):within("11 min", order)
  end,
}
