-- Claims 4 and 5: limit, delay and re-close delay of overload are the configured ones; what was below the delay does not add up.
return scenario {
  name  = "an overload keeps to its configured limit and delays",
  claim = { 4, 5 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false, overload_limit = "20 A", overload_delay = "2 s", overload_reclose = "9 s" },
  board = 7,
  needs = { "relay", "overload", "stimulus" },
  board_time = "35 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("19 A")
    bench:expect(flat:tripped()):never_for("4 s")
    for _ = 1, 2 do
      flat:overload("22 A")
      bench:wait("1500 ms")
      flat:clear("overload")
      bench:wait("500 ms")
    end
    bench:expect(flat:tripped()):never_for("1 s")
    local fault = flat:overload("21.2 A")
    bench:expect(flat:tripped()):never_for("1700 ms")
    bench:expect(flat:tripped { cause = "overload" }):within("500 ms", fault:after("2 s"))
    flat:clear("overload")
    local close = bench:sign_in { user = "operator" }:order(flat, "close")
    bench:expect(flat:order_refused()):within("5 s", close)
    bench:expect(flat:supplied()):never_for("5 s")
    bench:expect(flat:supplied()):within("9500 ms", fault:after("4 s"))
    bench:check(bench:count("meter_trip", { flat = 7 }) == 1, "it tripped once")
  end,
}
