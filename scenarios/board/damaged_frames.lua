-- Claim 2: a frame whose check does not fit is not obeyed; neither is one that was obeyed before.
return scenario {
  name  = "a damaged or repeated order is not obeyed",
  about = "claim 2",
  tags  = { "wire" },
  fleet = { flats = 10, household = false },
  board = 7,
  board_time = "20 s",
  cases = { fault = { "damaged", "repeated" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local keep = bench:sign_in():order(flat, "keep_power_off")
    bench:expect(flat:order_done()):within("5 s", keep)
    if case.fault == "damaged" then flat:damaged_order("trip") else flat:repeated_order("trip") end
    bench:expect(flat:tripped()):never_for { sim = "10 min", board = "4 s" }
  end,
}
