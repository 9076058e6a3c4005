-- Claim 1: the key closes only with a permit and only when it is held for 3 s at a stretch; a permit serves once and ends with a trip.
return scenario {
  name  = "the key alone closes nothing, and a permit serves once",
  claim = 1,
  tags  = { "operations" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "permit", "rack" },
  board_time = "50 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local function hold(seconds)
      flat:press_key(true)
      bench:wait(seconds)
      flat:press_key(false)
      bench:wait("500 ms")
      bench:expect(flat:tripped()):now()
    end
    local function give(order) -- after a power cut the modem takes its time
      bench:expect(flat:order_done()):within("1 min", admin:order(flat, order))
    end
    give("trip")
    give("permit")
    hold("2 s")
    hold("2 s")      -- 4 s, but not at a stretch
    give("trip")
    hold("4 s")      -- an order to trip took the permit back
    give("permit")
    flat:outage() -- a permit outlives a power cut
    bench:wait("3 s")
    flat:clear("outage")
    bench:wait("3 s")
    flat:press_key(true)
    bench:expect(flat:supplied()):within("3500 ms")
    flat:press_key(false)
    bench:wait("1 s")
    give("trip")
    hold("4 s")      -- it has served
  end,
}
