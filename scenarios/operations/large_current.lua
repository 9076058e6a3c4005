-- Claim 1: a trip order does not break a large current (hold-off, 30 A): the meter waits until it has fallen.
return scenario {
  name  = "a trip order waits while a large current flows",
  claim = 1,
  tags  = { "operations" },
  fleet = { flats = 10, household = false, overload_limit = "60 A", holdoff_current = "30 A" },
  board = 7,
  needs = { "relay", "holdoff", "stimulus" },
  board_time = "20 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("35 A")
    bench:wait("1 s")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped()):never_for { sim = "1 h", board = "6 s" }
    local relief = flat:clear("overload")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", relief)
  end,
}
