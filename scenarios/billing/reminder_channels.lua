-- Claim 6: three reminders are delivered before an arrears trip, by whatever channel gets through, spaced by the rule, with evidence of each.
return scenario {
  name  = "three reminders are delivered before an arrears trip by whatever channel gets through",
  about = "push, SMS or one after the other, up to two thirds of the messages lost, the phone off for a day",
  claim = 6,
  tags  = { "billing", "reminders" },
  cases = { channels = { "app", "sms", "app, then sms" }, lost = { 0.02, 0.3, 0.6 }, phone = { "on", "off for a day", "no data" } },
  fleet = function(case)
    local channels = { app = { "app" }, sms = { "sms" }, ["app, then sms"] = { "app", "sms" } }
    return {
      flats = 4, household = false, start = "2026-07-15 09:00", balance = "50 yuan", poll = "1 h", reminder_attempts = 100,
      reminder_channels = channels[case.channels], app = { loss = case.lost }, sms = { loss = case.lost },
    }
  end,
  run = function(bench, case)
    local flat = bench:flat(3)
    flat:set_balance("-1 yuan")
    if case.phone == "off for a day" then
      flat:phone(false)
    elseif case.phone == "no data" then
      flat:phone { app = false }
    end
    if case.phone == "no data" and case.channels == "app" then
      bench:expect(flat:tripped()):never_for("3 days")
      bench:check(#flat:reminders() == 1 and not flat:reminders()[1].shown, "the first reminder was never on the phone")
      return
    end
    if case.phone == "off for a day" then
      bench:expect(flat:tripped()):never_for("1 day")
      flat:phone(true)
    end
    bench:expect(flat:arrears_trip_ordered()):within("4 days")
    local tripped, before = bench:now(), nil
    local reminders = flat:reminders()
    bench:check(#reminders == 3, "three reminders have evidence")
    for number, reminder in ipairs(reminders) do
      bench:check(reminder.sent <= reminder.shown and reminder.shown <= reminder.delivered, "reminder " .. number .. " was on the phone before it counted")
      bench:check(not before or reminder.sent - before > 7199.99, "reminder " .. number .. " came two hours after the one before was delivered")
      before = reminder.delivered
    end
    bench:check(tripped - before > 1799.99, "the grace period passed after the last one")
    bench:expect(flat:tripped { cause = "arrears" }):within("30 s")
  end,
}
