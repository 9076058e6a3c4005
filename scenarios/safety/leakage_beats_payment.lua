-- Claim 5: a payment lifts what arrears forbade, never what leakage locked. Only an administrator's close does that.
return scenario {
  name  = "a payment does not close a flat that leakage locked",
  claim = 5,
  tags  = { "safety", "billing" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "leakage", "stimulus" },
  board_time = "25 s",
  run = function(bench)
    local flat = bench:flat(7)
    local fault = flat:leak("60 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("5 s", fault)
    flat:clear("leakage")
    local operator = bench:sign_in { user = "operator" }
    flat:pay("50 yuan")
    operator:order(flat, "close")
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "8 s" }
    local order = bench:sign_in():order(flat, "close")
    bench:expect(flat:supplied()):within("10 s", order)
  end,
}
