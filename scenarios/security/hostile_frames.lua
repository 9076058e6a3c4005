-- Claim 3: forged, altered, replayed or wrongly keyed frames change nothing and raise an alarm.
return scenario {
  name  = "a hostile frame changes nothing and raises an alarm",
  claim = 3,
  tags  = { "security" },
  fleet = { flats = 10, household = false },
  cases = { attack = { "replay", "alter", "forge", "wrong key" }, contacts = { "open", "closed" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped()):within("5 s", trip)
    if case.contacts == "closed" then
      bench:expect(flat:supplied()):within("5 s", admin:order(flat, "close"))
    end
    bench:wait("1 min")
    flat:attack(case.attack)
    local change = case.contacts == "open" and flat:closed() or flat:tripped()
    bench:expect(flat:alarmed { alarm = "security" }):within("1 min")
    bench:expect(change):never_for("10 min")
  end,
}
