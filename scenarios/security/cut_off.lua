-- Claim 3: an attacker who cuts a meter off is noticed, protection stays, and what was owed arrives afterwards.
return scenario {
  name  = "a meter that is cut off is missed by the platform, and its alarms arrive when it is back",
  about = "three polls without an answer and a minute raise the alarm; a leak trips meanwhile as ever",
  claim = { 3, 7 },
  tags  = { "security" },
  cases = { deed = { "drop", "hold" }, direction = { "up", "down", "both" }, link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case) return { flats = 1, household = false, link = case.link } end,
  run = function(bench, case)
    local flat = bench:flat(1)
    local mallory = flat:attacker()
    bench:wait("20 min")
    if case.deed == "drop" then mallory:drop(case.direction) else mallory:hold(case.direction) end
    bench:expect(flat:alarmed { alarm = "meter silent" }):within("62 min")
    local leak = flat:leak("60 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", leak)
    bench:wait("5 min")
    if case.deed == "hold" then
      if case.direction ~= "down" then mallory:release("up") end
      if case.direction ~= "up" then mallory:release("down") end
    end
    mallory:pass()
    bench:expect(flat:alarmed { cause = "leakage" }):within("10 min", case.direction == "down" and leak or leak:after("5 min"))
  end,
}
