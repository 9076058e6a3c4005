-- Claims 4 and 5: what a meter knows of leakage survives a power cut, or a cut mains would be a way to close a locked flat.
return scenario {
  name  = "a leakage lock survives a power cut",
  about = "claims 4 and 5",
  tags  = { "safety" },
  fleet = { flats = 10, household = false },
  board = 7,
  board_time = "20 s",
  run = function(bench)
    local flat = bench:flat(7)
    local fault = flat:leak("60 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("150 ms", fault)
    flat:clear("leakage")
    bench:wait("2 s")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "8 s" }
  end,
}
