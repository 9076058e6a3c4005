-- Claim 4, the other side: a load below the limit runs as long as it likes.
return scenario {
  name  = "a load below the overload limit does not trip",
  claim = 4,
  tags  = { "safety" },
  fleet = { flats = 10, household = false, overload_limit = "40 A", overload_delay = "2 s" },
  board = 7,
  needs = { "relay", "overload", "stimulus" },
  board_time = "10 s",
  cases = { current = { "20 A", "38 A" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:overload(case.current)
    bench:expect(flat:tripped()):never_for { sim = "2 h", board = "6 s" }
  end,
}
