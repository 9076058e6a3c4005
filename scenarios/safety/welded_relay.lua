-- A relay whose contacts weld cannot trip. The meter must notice the current through contacts that should be open.
return scenario {
  name  = "a welded relay is alarmed",
  claim = 4,
  tags  = { "safety", "hardware" },
  fleet = { flats = 10, household = false },
  board = 7,
  skip_on_board = "the contacts are the board's: a weld cannot be planted in them",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("5 A")
    flat:bug("welded")
    bench:sign_in():order(flat, "trip")
    bench:expect(flat:alarmed { alarm = "welded" }):within("15 s")
    bench:expect(flat:closed()):now()
  end,
}
