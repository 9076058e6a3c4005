-- Nobody is switched off for arrears at night, on a weekend or on a holiday: the trip waits and comes in the first hour in which it may.
return scenario {
  name  = "an arrears trip waits for the end of friendly hours",
  about = "friendly night and holiday",
  claim = { 4, 6 },
  tags  = { "billing", "friendly" },
  fleet = function(case)
    return {
      flats = 10, household = false, balance = "-1 yuan", reminders = 3, reminder_spacing = "10 min", grace = "10 min", poll = "10 min",
      start = case.start, quiet_hours = false, holidays = { "2026-10-01", "2026-10-02" },
      friendly = { hours = "22:00-07:00", weekends = true, holidays = true },
    }
  end,
  cases = {
    start = {
      "2026-07-15 14:00", -- a Wednesday by day: at once
      "2026-07-15 23:00", -- by night: at seven
      "2026-07-17 21:50", -- a Friday night: on Monday at seven
      "2026-09-30 22:30", -- before two holidays and a weekend
    },
  },
  run = function(bench, case)
    local waits = {
      ["2026-07-15 14:00"] = "0 s", ["2026-07-15 23:00"] = "8 h", ["2026-07-17 21:50"] = "3430 min",
      ["2026-09-30 22:30"] = "6270 min", -- Thursday and Friday, Saturday and Sunday, and until Monday at seven
    }
    local flat = bench:flat(7)
    flat:set_balance("-1 yuan")
    flat:overload("5 A")
    bench:expect(flat:reminded(3)):within("1 h")
    local waited = waits[case.start]
    if waited ~= "0 s" then
      local minutes = tonumber(waited:match("%d+")) * (waited:match("h$") and 60 or 1)
      bench:expect(flat:tripped()):never_for(minutes - math.ceil(bench:now() / 60) - 1 .. " min")
    end
    bench:expect(flat:tripped { cause = "arrears" }):within("12 min")
  end,
}
