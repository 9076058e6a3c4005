-- Claim 1: an administrator trips and closes a flat over the radio; the clock runs from the platform's acceptance.
return scenario {
  name  = "an administrator trips and closes a flat by radio",
  about = "claim 1",
  tags  = { "operations", "smoke" },
  fleet = { flats = 20, household = false },
  board = 7,
  board_time = "20 s",
  cases = { signal = { "good", "fair" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:signal(case.signal)
    local admin = bench:sign_in()
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "3 s" }
    local close = admin:order(flat, "close")
    bench:expect(flat:supplied()):within("5 s", close)
  end,
}
