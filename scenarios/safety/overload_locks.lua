-- Claims 4 and 5: an overload that does not go away is tried again three times, then the flat stays off until somebody looks.
return scenario {
  name  = "an overload that stays locks the flat after its re-closes",
  claim = { 4, 5 },
  tags  = { "safety" },
  fleet = { flats = 10, household = false, overload_limit = "40 A", overload_delay = "1 s", overload_reclose = "2 s" },
  board = 7,
  needs = { "relay", "overload", "stimulus" },
  board_time = "45 s",
  run = function(bench)
    local flat = bench:flat(7)
    flat:overload("60 A")
    bench:expect(flat:tripped { cause = "overload" }):within("5 s")
    for time = 1, 3 do
      if time == 2 then -- a power cut forgets none of them
        flat:outage()
        bench:wait("3 s")
        flat:clear("outage")
      end
      bench:expect(flat:supplied()):within("5 s")
      if time == 2 then -- a pause of seconds does not make it a new overload
        flat:clear("overload")
        bench:wait("4 s")
        flat:overload("60 A")
      end
      bench:expect(flat:tripped { cause = "overload" }):within("5 s")
    end
    flat:clear("overload")
    bench:expect(flat:supplied()):never_for { sim = "1 h", board = "6 s" }
    flat:outage() -- nor does a power cut unlock it
    bench:wait("3 s")
    flat:clear("outage")
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "6 s" }
  end,
}
