-- Claim 1: keep-power lifts no trip that has happened, outlives a power cut, and when it ends orders to trip are obeyed again.
return scenario {
  name  = "keep-power lifts no trip, outlives a power cut and ends when it is told",
  claim = 1,
  tags  = { "operations" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "relay", "keep_power", "rack" },
  board_time = "30 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    local function done(order)
      bench:expect(flat:order_done()):within("5 s", admin:order(flat, order))
    end
    done("trip")
    done("keep_power_on")
    bench:expect(flat:closed()):never_for("3 s")
    done("close")
    bench:wait("1 s")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    -- the modem, too, takes its time after a power cut
    bench:expect(flat:order_refused()):within("1 min", admin:order(flat, "trip"))
    bench:expect(flat:supplied()):now()
    done("keep_power_off")
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
  end,
}
