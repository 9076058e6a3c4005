-- Claims 4 and 8: limiting appliances touches neither protection nor the basic supply, needs no link once the meter has its schedule, and
-- only somebody who may order can change it.
return scenario {
  name  = "limits in peak hours leave protection and basic supply alone",
  about = "a leak trips in the window as ever, an appliance of the household goes on, a meter without a link goes on limiting",
  claim = { 4, 8 },
  tags  = { "energy", "safety" },
  fleet = {
    flats = 20, start = "2026-07-20 17:00", meeting = "1 min",
    energy_management = { windows = { "18:00-22:00" }, water_heater = "shift", air_conditioner = "shed" },
  },
  run = function(bench)
    local flat = bench:flat(7)
    flat:load { watts = 1000 }
    flat:signal("dead")
    bench:expect(flat:dark()):never_for("2 h")
    bench:check(flat:appliances().water_heater.power == 0, "limited by its own clock, without a link")
    bench:check(flat:state().power >= 950, "what is not managed runs on")
    local fault = flat:leak("60 mA")
    bench:expect(flat:tripped { cause = "leakage" }):within("300 ms", fault)
    flat:clear("leakage")

    local other, session = bench:flat(8), bench:sign_in()
    local order = session:limit(other, "none")
    bench:expect(other:order_done()):within("30 s", order)
    bench:check(other:appliances().water_heater.power == 100, "an administrator lifts the limits")
    order = session:limit(other, { windows = { "00:00-24:00" }, water_heater = { power = 30 } })
    bench:expect(other:order_done()):within("30 s", order)
    bench:check(other:appliances().water_heater.power == 30, "and sets others")
    other:outage()
    bench:wait("10 min")
    other:clear("outage")
    bench:wait("1 min")
    bench:check(other:appliances().water_heater.power == 30, "a power cut does not lift them")
  end,
}
