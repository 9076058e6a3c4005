-- Claim 1: with a permit the contacts close only when the tenant holds the meter's key for 3 s.
return scenario {
  name  = "a permitted flat closes when the tenant holds the key",
  claim = 1,
  tags  = { "operations" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "permit", "rack" },
  board_time = "25 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    local permit = admin:order(flat, "permit")
    bench:expect(flat:order_done()):within("5 s", permit)
    bench:expect(flat:supplied()):never_for("4 s")
    flat:press_key(true)
    bench:expect(flat:supplied()):never_for("2500 ms")
    bench:expect(flat:supplied()):within("2 s")
    flat:press_key(false)
  end,
}
