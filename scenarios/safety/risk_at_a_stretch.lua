-- Claim 5: supply comes back when every risk has been over for the whole delay at a stretch: a pause in it does not count, nor does the
-- end of another.
return scenario {
  name  = "supply returns only when every risk has been over at a stretch",
  claim = 5,
  tags  = { "safety" },
  fleet = { flats = 10, household = false, safety_reclose = "5 s" },
  board = 7,
  needs = { "relay", "smoke", "heat", "stimulus" },
  board_time = "40 s",
  run = function(bench)
    local flat = bench:flat(7)
    local fault = flat:smoke()
    bench:expect(flat:tripped { cause = "smoke" }):within("5 s", fault)
    flat:heat("90 C")
    bench:wait("2 s")
    flat:clear("smoke")
    bench:expect(flat:supplied()):never_for("9 s") -- the heat stands
    flat:smoke()
    flat:clear("heat")
    bench:wait("1 s")
    for _ = 1, 2 do
      flat:clear("smoke")
      bench:expect(flat:supplied()):never_for("3 s")
      flat:smoke()
      bench:expect(flat:supplied()):never_for("1 s")
    end
    local over = flat:clear("smoke")
    bench:expect(flat:supplied()):never_for("4 s")
    bench:expect(flat:supplied()):within("7 s", over)
  end,
}
