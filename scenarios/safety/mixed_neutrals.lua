-- Claim 4, at commissioning: two flats whose neutrals were mixed up. The neighbour's load returns through this flat's meter and must trip it, whoever
-- switches what on; the neighbour keeps his supply.
return scenario {
  name  = "a neighbour's load on the wrong neutral trips",
  claim = 4,
  tags  = { "safety", "leakage" },
  fleet = { flats = 8, household = false },
  run = function(bench)
    local flat, neighbour = bench:flat(3), bench:flat(4)
    flat:leak { shape = "neighbour", share = 30 }
    bench:expect(flat:closed()):now()
    bench:wait "10 s"
    local load = neighbour:overload "5 A"
    bench:expect(flat:tripped { cause = "leakage" }):within("2 s", load)
    bench:expect(neighbour:dark()):never_for "10 min"
  end,
}
