-- Claims 4 and 7: a fire warms a room faster than a summer's day; with a limit on the rise heat trips long before its level is reached.
return scenario {
  name  = "heat trips by its rise before its level",
  about = "the slowest rise that counts is 8 C a minute; slower ones trip at 75 C only, and with 5 C of hysteresis it is over",
  claim = { 4, 7 },
  tags  = { "safety" },
  cases = { rise = { "1 C", "5 C", "10 C", "20 C", "60 C" }, rule = { "level", "rise" } },
  fleet = function(case)
    return { flats = 2, household = false, heat_rise = case.rule == "rise" and "8 C" or "0 C", safety_reclose = "1 min" }
  end,
  run = function(bench, case)
    local flat = bench:flat(1)
    local rise = tonumber(case.rise:match("%d+"))
    local fault = flat:heat { to = "95 C", rise = case.rise }
    local seen = bench:observe(flat:tripped { cause = "heat" }, "2 h", fault)
    local at_level = (75 - 25) / rise * 60 -- seconds until 75 C
    if case.rule == "rise" and rise > 8 then
      bench:judge { what = "trip by a rise of " .. case.rise .. " a minute", seconds = seen.seconds, limit = string.format("%.1f s", 5 / (rise - 8) * 60 + 5) }
      bench:check(seen.seconds < at_level, "that is before 75 C")
    else
      bench:check(seen.holds and seen.seconds > at_level - 5 and seen.seconds < at_level + 5, "it trips at 75 C")
    end
    bench:wait("2 h")
    bench:expect(flat:tripped()):now()
    local over = flat:clear("heat")
    bench:expect(flat:supplied()):within("65 s", over)
  end,
}
