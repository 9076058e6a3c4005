-- Claim 6: nobody is reminded in the night, unless the policy has no quiet hours; the trip waits for its reminders all the same.
return scenario {
  name  = "no reminder is sent in quiet hours",
  about = "what is due at night waits for the morning",
  claim = 6,
  tags  = { "billing", "reminders" },
  cases = { start = { "2026-07-15 21:00", "2026-07-15 23:30", "2026-07-16 07:59" }, quiet = { "22:00-08:00", "20:00-09:30", "none" } },
  fleet = function(case)
    return {
      flats = 4, household = false, start = case.start, balance = "50 yuan", poll = "1 h", quiet_hours = case.quiet ~= "none" and case.quiet,
    }
  end,
  run = function(bench, case)
    local flat = bench:flat(3)
    local hour, minute = case.start:match("(%d+):(%d+)$")
    local began = hour * 3600 + minute * 60
    flat:set_balance("-1 yuan")
    bench:expect(flat:arrears_trip_ordered()):within("2 days")
    local first, last = 0, 0
    if case.quiet ~= "none" then
      local a, b, c, d = case.quiet:match("(%d+):(%d+)-(%d+):(%d+)")
      first, last = c * 3600 + d * 60, a * 3600 + b * 60
    end
    local sent = 0
    for _, message in ipairs(flat:messages()) do
      local day = (began + message.at) % 86400
      if message.event == "sent" then
        sent = sent + 1
        bench:check(case.quiet == "none" or day >= first and day < last, string.format("a reminder was sent at %02d:%02d", day // 3600, day % 3600 // 60))
      end
    end
    bench:check(sent >= 3, "three were sent")
    bench:check(case.quiet ~= "none" or bench:now() < 8 * 3600, "without quiet hours it takes five hours, not a night")
  end,
}
