-- Keep-power makes a meter refuse trip orders. It must not make it refuse to protect.
return scenario {
  name  = "keep-power refuses a trip order and does not stop protection",
  claim = { 1, 4 },
  tags  = { "safety", "operations" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "leakage", "keep_power", "stimulus" },
  board_time = "20 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local keep = admin:order(flat, "keep_power_on")
    bench:expect(flat:order_done()):within("10 s", keep)
    local trip = admin:order(flat, "trip")
    bench:expect(flat:order_refused()):within("10 s", trip)
    bench:expect(flat:tripped()):never_for "2 s"
    local fault = flat:leak("60 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", fault)
  end,
}
