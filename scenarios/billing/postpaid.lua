-- Payment afterwards: a bill a month, paid by its due date or not. Nobody is reminded before the due date, and the supply goes only when
-- three reminders are delivered and the grace period after both is over.
return scenario {
  name  = "a monthly bill is reminded after its due date and trips after the grace period",
  about = "what is used in a month is billed and due later; arrears trip as with prepayment",
  claim = { 4, 5, 6 },
  tags  = { "billing", "postpaid" },
  fleet = {
    flats = 2, household = false, payment = "postpaid", start = "2026-07-28 00:00", balance = "0 yuan", bill_day = 1, due_after = "10 days",
    grace = "1 day", reminder_spacing = "2 h", poll = "1 h", meeting = "1 min", feeder = "0 mohm",
  },
  cases = { pays = { "in time", "after the reminders", "in the dark", "a part in the dark" } },
  run = function(bench, case)
    local flat, due = bench:flat(1), 0
    flat:overload("10 A")
    bench:expect(flat:billed()):within("99 h") -- 1 August, 2 o'clock
    local bill = flat:account().bill_due
    bench:check(math.abs(bill - 98 * 2.2 * 0.538) < 3, string.format("the bill is %.2f yuan, for four days of 2.2 kW", bill))
    due = flat:account().due_at
    bench:check(math.abs(due - bench:now() - 10 * 86400) < 3600, "it is due in ten days")
    if case.pays == "in time" then
      bench:wait("9 days")
      bench:expect(flat:paid()):within("10 s", flat:pay(string.format("%.4f yuan", bill)))
      bench:check(flat:account().bill_due == 0, "the bill is paid")
      bench:expect(flat:reminded(1)):never_for("10 days") -- the energy since the bill waits for the next
      return
    end
    bench:expect(flat:reminded(1)):never_for("239 h")
    bench:expect(flat:reminded(3)):within("13 h") -- none are sent at night
    bench:check(flat:account().overdue and flat:state().supplied, "the bill is overdue and there is supply")
    if case.pays == "after the reminders" then
      bench:expect(flat:paid()):within("10 s", flat:pay(string.format("%.4f yuan", bill)))
      bench:expect(flat:tripped()):never_for("3 days")
      return
    end
    bench:expect(flat:tripped()):never_for("23 h")
    bench:expect(flat:tripped { cause = "order" }):within("4 h")
    bench:check(bench:count("arrears_trip", { flat = 1 }) == 1, "for arrears")
    flat:clear("overload")
    bench:wait("1 h")
    if case.pays == "a part in the dark" then
      flat:pay("50 yuan")
      bench:expect(flat:payment_short()):within("10 s")
      bench:expect(flat:supplied()):never_for("1 h")
      bench:check(math.abs(flat:account().missing - (bill - 50)) < 1e-6, "the rest is told")
    end
    local payment = flat:pay(string.format("%.4f yuan", flat:account().missing))
    bench:expect(flat:supplied()):within("3 s", payment)
  end,
}
