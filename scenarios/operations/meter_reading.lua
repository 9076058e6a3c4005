-- Claim 6 stands on this: the register tells the energy that went through the terminals.
return scenario {
  name  = "the register follows the energy at the terminals",
  claim = { 1, 6 },
  tags  = { "operations", "metering" },
  fleet = { flats = 10, household = false, overload_limit = "80 A" },
  board = 7,
  needs = { "metering", "rack" },
  board_time = "35 s",
  cases = { current = { "10 A", "79 A" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    bench:wait("1 s")
    local before = flat:state()
    flat:overload(case.current)
    bench:wait { sim = "1 h", board = "30 s" }
    flat:clear("overload")
    bench:wait("1 s")
    local after = flat:state()
    local told = after.register_kwh - before.register_kwh
    local flowed = after.terminal_kwh - before.terminal_kwh
    local resolution = bench:on_board() and 0.0011 or 0.00001 -- the board's register counts Wh
    bench:check(math.abs(told - flowed) <= 0.02 * flowed + resolution,
      string.format("the register counted what flowed, within 2 %% (%.4f kWh of %.4f kWh)", told, flowed))
  end,
}
