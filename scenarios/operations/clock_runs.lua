-- Claim 6: prices by the hour, and orders that are valid until a time, stand on the meter's clock: it gains and loses less than 1 %.
return scenario {
  name  = "the meter's clock keeps pace",
  claim = 6,
  tags  = { "operations", "clock" },
  fleet = { flats = 10, household = false },
  board = 7,
  needs = { "clock" },
  board_time = "115 s",
  run = function(bench)
    local flat = bench:flat(7)
    -- A board shows whole seconds: the mean over whole seconds of polls tells its clock closer than that.
    local function mean()
      local sum = 0
      for _ = 1, 24 do
        bench:wait("125 ms")
        sum = sum + flat:state().clock_error
      end
      return sum / 24
    end
    bench:wait("1 s")
    local before = mean()
    bench:check(before > -3 and before < 3, string.format("the clock is right at first, by %.2f s", before))
    bench:wait { sim = "1 day", board = "100 s" }
    local gained = mean() - before
    bench:check(math.abs(gained) < 0.4, string.format("it gained %.2f s", gained))
  end,
}
