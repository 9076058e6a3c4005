-- Claim 6: duplicates are never counted twice and a late receipt counts once.
return scenario {
  name  = "copies and late receipts of a reminder count once",
  about = "receipts that take hours make the platform send copies; each reminder is delivered once, two hours apart",
  claim = 6,
  tags  = { "billing", "reminders" },
  fleet = function(case)
    return {
      flats = 4, household = false, start = "2026-07-15 09:00", balance = "50 yuan", poll = "1 h", reminder_attempts = 100, quiet_hours = false,
      app = { receipt = case.receipt, receipt_spread = 0.3 }, sms = { receipt = case.receipt, receipt_spread = 0.3 },
    }
  end,
  cases = { receipt = { "30 min", "3 h" }, ["then"] = { "nothing", "paid meanwhile" } },
  run = function(bench, case)
    local flat = bench:flat(3)
    flat:set_balance("-1 yuan")
    if case["then"] == "paid meanwhile" then
      bench:wait("15 min") -- copies are on the phone, no receipt is back
      flat:pay("12 yuan")
      bench:wait("1 min")
      flat:pay("90 yuan")
      bench:wait("5 min")
      flat:set_balance("-1 yuan") -- another reminding: receipts of the first are void
      bench:expect(flat:reminded(1)):never_for(case.receipt == "3 h" and "50 min" or "4 min")
    end
    bench:expect(flat:arrears_trip_ordered()):within("2 days")
    local receipts, before = 0, nil
    for number, reminder in ipairs(flat:reminders()) do
      receipts = receipts + reminder.receipts
      bench:check(not before or reminder.delivered - before > 7199.99, "reminder " .. number .. " was delivered two hours after the one before")
      before = reminder.delivered
    end
    bench:check(receipts > 3, "there were receipts of copies, too: " .. receipts)
    bench:check(flat:state().reminders_delivered == 3, "three counted")
  end,
}
