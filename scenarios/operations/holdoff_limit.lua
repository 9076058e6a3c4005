-- Claim 1: the hold-off goes by the configured current: below it an order trips at once.
return scenario {
  name  = "an order trips at once when the current is below the hold-off",
  claim = 1,
  tags  = { "operations" },
  fleet = { flats = 10, household = false, overload_limit = "60 A", holdoff_current = "38 A" },
  board = 7,
  needs = { "relay", "holdoff", "stimulus" },
  board_time = "10 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("35 A")
    bench:wait("1 s")
    local order = bench:sign_in():order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", order)
    bench:wait("1 s")
    bench:check(bench:count("coil", { flat = 7, a = 0 }) == 1, "one pulse opened the contacts")
  end,
}
