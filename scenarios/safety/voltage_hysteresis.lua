-- Claim 4: at its limit an abnormal voltage trips once; supply comes back when the voltage is the hysteresis inside, not before, and the relay does not chatter.
local limits = { over = { trip = 265, sign = 1 }, under = { trip = 180, sign = -1 } }

return scenario {
  name  = "a voltage that wavers about its limit trips once and does not chatter",
  about = "an hour of swings of 2 V about the trip level, then just short of the recovery level: two operations of the relay in all",
  claim = 4,
  tags  = { "safety", "mains" },
  cases = { limit = { "over", "under" }, hysteresis = { "5 V", "10 V", "20 V" } },
  fleet = function(case)
    return { flats = 2, household = false, safety_reclose = "20 s", voltage_hysteresis = case.hysteresis, feeder = "0 mohm" }
  end,
  run = function(bench, case)
    local flat, limit = bench:flat(1), limits[case.limit]
    local function mains(off) return flat:mains { voltage = limit.trip + limit.sign * off .. " V" } end
    local before = flat:state().relay_operations
    local cause = mains(1)
    bench:expect(flat:tripped { cause = "abnormal power" }):within("11 s", cause)
    for _ = 1, 60 do
      mains(-1)
      bench:wait("30 s") -- longer than the delay of re-closing
      mains(1)
      bench:wait("30 s")
    end
    mains(-tonumber(case.hysteresis:match("%d+")) + 1)
    bench:expect(flat:supplied()):never_for("10 min")
    local back = mains(-tonumber(case.hysteresis:match("%d+")) - 1)
    bench:expect(flat:supplied()):within("22 s", back)
    bench:check(flat:state().relay_operations - before == 2, "the relay opened once and closed once")
  end,
}
