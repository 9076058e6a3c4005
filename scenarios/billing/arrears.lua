-- Claim 6: three delivered reminders, then the arrears trip; a payment brings supply back in under 3 s.
-- Days of load and reminders run virtually; a board takes over shortly before the trip.
return scenario {
  name  = "arrears trip after three reminders and a payment restores",
  claim = { 5, 6 },
  tags  = { "billing", "smoke" },
  fleet = { flats = 20, signal = "good", start = "2026-07-15 08:00", balance = "60 yuan" },
  board = 7,
  needs = { "relay" },
  history = true,
  board_time = "60 s",
  cases = { signal = { "good", "fair" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:signal(case.signal)
    flat:set_balance("-1 yuan")
    bench:expect(flat:reminded(3)):within("8 h")
    bench:wait("1785 s") -- the grace period is 30 min from the third reminder
    bench:attach()
    bench:expect(flat:tripped { cause = "arrears" }):within("60 s")
    bench:check(flat:state().reminders_delivered == 3, "three reminders were delivered before the trip")
    bench:wait { sim = "20 min", board = "3 s" }
    local payment = flat:pay("50 yuan")
    bench:expect(flat:supplied()):within("3 s", payment)
    bench:expect(flat:tripped()):never_for { sim = "1 h", board = "3 s" }
  end,
}
