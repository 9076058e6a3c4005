-- Claim 1 stands on this too: what the meter tells of voltage, current, power and residual current is what is there.
local function close_to(told, is, share, resolution)
  return math.abs(told - is) <= share * math.abs(is) + resolution
end

return scenario {
  name  = "the meter tells the values that stand at its terminals",
  claim = { 1, 2 },
  tags  = { "operations", "metering" },
  fleet = { flats = 10, household = false, overload_limit = "80 A", residual_limit = "100 mA" },
  board = 7,
  needs = { "metering", "leakage", "rack" },
  board_time = "5 s",
  cases = { current = { "0.37 A", "2 A", "12 A", "50 A" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:mains { voltage = case.current == "12 A" and "205 V" or "230 V" } -- power is of this voltage, not of the nominal one
    flat:overload(case.current)
    flat:leak("40 mA")
    bench:wait("3 s")
    local s = flat:state()
    local function verdict(what, told, is, share, resolution, unit)
      bench:check(close_to(told, is, share, resolution),
        string.format("the %s told, %.2f %s, is the %.2f %s that is there", what, told, unit, is, unit))
    end
    verdict("voltage", s.told_voltage, s.voltage, 0.02, 0.5, "V")
    verdict("current", s.told_current, s.current, 0.02, s.current < 1 and 0.03 or 0.15, "A")
    verdict("power", s.told_power, s.power, 0.03, 40, "W")
    verdict("residual current", s.told_residual_ma, s.residual_ma, 0.03, 1, "mA")
  end,
}
