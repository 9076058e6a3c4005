-- A meter with its own credit refuses an order to close while that credit is spent.
return scenario {
  name  = "an order to close in arrears is refused",
  about = "claim 5",
  tags  = { "billing" },
  fleet = { flats = 10, household = false, credit = "local", balance = "0.30 yuan", reminder_spacing = "10 min", grace = "10 min", poll = "1 min" },
  board = 7,
  history = true,
  board_time = "30 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    flat:set_balance("0.30 yuan")
    flat:overload("10 A")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:attach()
    bench:wait("5 s")
    admin = bench:sign_in()
    local close = admin:order(flat, "close")
    bench:expect(flat:order_refused()):within("10 s", close)
    bench:expect(flat:closed()):never_for("5 s")
  end,
}
