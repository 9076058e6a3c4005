-- Any meter with a relay opens and closes when it is told to.
return scenario {
  name  = "a meter of another make trips and closes by order",
  fleet = { flats = 2, household = false },
  board = 1,
  needs = { "relay" },
  run = function(bench)
    local flat = bench:flat(1)
    local admin = bench:sign_in()
    bench:wait("2 s")
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    bench:expect(flat:supplied()):never_for("1 s")
    local close = admin:order(flat, "close")
    bench:expect(flat:supplied()):within("5 s", close)
    bench:check(math.abs(flat:state().told_voltage - 230.5) < 0.01, "it tells its voltage")
  end,
}
