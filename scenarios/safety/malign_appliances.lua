-- Claim 4: what the rule against malign loads takes for one, by the appliances of the household table. It sees the step of power and its power factor, so
-- it cannot tell a kettle or a hair dryer from a heating rod; a charger's power factor, a motor's, or a power outside 0.8 to 2 kW is left alone.
local trips = { ["heating rod"] = true, hotplate = true, kettle = true, ["hair dryer"] = true, ["space heater"] = true }

return scenario {
  name  = "a malign load is told by the step of its power and its power factor",
  claim = { 4, 5 },
  tags  = { "safety" },
  cases = { load = { "heating rod", "hotplate", "kettle", "hair dryer", "space heater", "e-bike charger", "microwave oven", "induction hob",
    "air conditioner, heating", "vacuum cleaner", "rice cooker" } },
  fleet = { flats = 2, household = false, malign_load = true, safety_reclose = "30 s" },
  run = function(bench, case)
    local flat, neighbour = bench:flat(1), bench:flat(2)
    neighbour:load { watts = 1500, power_factor = 0.9 } -- a kilowatt and a half that is no resistance
    local load = flat:load(case.load)
    if trips[case.load] then
      bench:expect(flat:tripped { cause = "abnormal power" }):within("5 s", load)
      flat:clear "load"
      bench:expect(flat:supplied()):within "1 min"
    else
      bench:expect(flat:tripped()):never_for "10 min"
      bench:check(flat:state().power > 0, "it runs")
    end
    bench:expect(neighbour:closed()):now()
  end,
}
