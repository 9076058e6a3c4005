-- A trip that is ordered in the evening while the meter has no power is not sent again at night: it comes in the morning, and a payment in between
-- makes it void.
return scenario {
  name  = "an arrears trip that the meter has not heard waits for the morning",
  about = "friendly hours also hold back what is sent again",
  claim = { 4, 6 },
  tags  = { "billing", "friendly" },
  fleet = {
    flats = 2, household = false, start = "2026-07-15 20:00", reminder_spacing = "20 min", grace = "30 min", poll = "10 min",
    friendly = "22:00-07:00", feeder = "0 mohm",
  },
  cases = { pays = { false, true } },
  run = function(bench, case)
    local flat = bench:flat(1)
    bench:wait("25 min")
    flat:set_balance("-1 yuan")
    bench:expect(flat:reminded(3)):within("1 h")
    flat:outage() -- the modem is off with the meter
    bench:expect(flat:arrears_trip_ordered()):within("32 min")
    bench:check(bench:now() < 2 * 3600, "it was ordered before ten")
    bench:wait("2 h")
    flat:clear("outage")
    bench:wait("2 min")
    if case.pays then
      bench:expect(flat:paid()):within("10 s", flat:pay("50 yuan"))
      bench:expect(flat:tripped()):never_for("10 h")
      bench:check(not flat:account().tripped, "nothing stands against the flat")
      return
    end
    bench:expect(flat:tripped()):never_for(7 * 60 - math.ceil(bench:now() / 60) + 4 * 60 - 1 .. " min")
    bench:expect(flat:tripped { cause = "order" }):within("5 min")
    bench:check(bench:count("arrears_trip", { flat = 1 }) == 1, "it is still that of the evening")
    bench:expect(flat:supplied()):within("3 s", flat:pay("50 yuan"))
  end,
}
