-- Claims 1 and 4: what a meter was told to protect by is the same after a power cut.
return scenario {
  name  = "protection keeps its settings over a power cut",
  claim = { 1, 4 },
  tags  = { "operations", "safety" },
  fleet = {
    flats = 10, household = false, overload_limit = "20 A", overload_delay = "2 s", overload_reclose = "3 s",
    residual_limit = "100 mA", heat_limit = "60 C", safety_reclose = "3 s", holdoff_current = "10 A",
  },
  board = 7,
  needs = { "relay", "leakage", "overload", "heat", "holdoff", "rack" },
  board_time = "55 s",
  run = function(bench)
    local flat = bench:flat(7)
    bench:wait("3 s")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:wait("5 s")
    flat:leak("45 mA")
    bench:expect(flat:tripped()):never_for("1 s")
    flat:clear("leakage")
    local fault = flat:overload("25 A")
    bench:expect(flat:tripped()):never_for("1700 ms")
    bench:expect(flat:tripped { cause = "overload" }):within("1 s", fault:after("2 s"))
    flat:clear("overload")
    bench:expect(flat:supplied()):within("5 s")
    fault = flat:heat("63 C")
    bench:expect(flat:tripped { cause = "heat" }):within("2 s", fault)
    flat:clear("heat")
    bench:expect(flat:supplied()):within("6 s")
    flat:overload("12 A")
    bench:wait("1 s")
    bench:expect(flat:held()):within("1 min", bench:sign_in():order(flat, "trip"))
    bench:expect(flat:tripped()):never_for("3 s")
    flat:outage() -- what waits, waits on after a power cut
    bench:wait("3 s")
    flat:clear("outage")
    bench:expect(flat:tripped()):never_for("3 s")
    local relief = flat:clear("overload")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", relief)
  end,
}
