-- Claim 4: contacts wear with every make, and at last they weld. The next order to trip opens nothing, and the meter must say so.
return scenario {
  name  = "a relay that wears out is alarmed when it welds",
  claim = 4,
  tags  = { "safety", "hardware" },
  fleet = { flats = 4, household = false, holdoff_current = "60 A", overload_limit = "60 A" },
  board = 2,
  skip_on_board = "the contacts are the board's: they cannot be worn from here",
  run = function(bench)
    local flat, admin = bench:flat(2), bench:sign_in()
    flat:age_relay(1000000000)
    flat:overload "50 A"
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    local close = admin:order(flat, "close")
    bench:expect(flat:supplied()):within("5 s", close)
    admin:order(flat, "trip")
    bench:expect(flat:alarmed { alarm = "welded" }):within "15 s"
    bench:expect(flat:closed()):now()
    bench:check(flat:state().relay_operations >= 1000000002, "it moved twice and no more")
  end,
}
