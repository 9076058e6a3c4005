-- A tenant asks for money back: never more than the balance, once for each number, and it is written down.
return scenario {
  name  = "a refund is paid once and never exceeds the balance",
  about = "refunds are idempotent and audited, and money is conserved",
  claim = 6,
  tags  = { "billing", "refund" },
  fleet = { flats = 10, household = false, balance = "40 yuan", poll = "1 min" },
  cases = { ask = { "all of it", "a part, twice", "too much", "what leaves arrears" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:overload("10 A")
    bench:wait("2 h")
    flat:clear("overload")
    bench:wait("2 min")
    local before = flat:account()
    bench:check(before.charged > 2 and before.charged < 3, string.format("%.4f yuan were charged", before.charged))
    if case.ask == "too much" then
      local cause, why = flat:refund("40 yuan")
      bench:check(cause == nil and why == "above the balance", "a refund above the balance is refused")
      bench:check(flat:account().balance == before.balance, "nothing is booked")
    elseif case.ask == "all of it" then
      local refund = flat:refund(string.format("%.4f yuan", before.balance))
      bench:check(refund ~= nil and flat:account().balance == 0, "all of it is paid back")
      bench:check(flat:account().level == "arrears", "and nothing is left to consume")
    elseif case.ask == "a part, twice" then
      flat:refund("10 yuan", { id = 77 })
      local cause, why = flat:refund("10 yuan", { id = 77 })
      bench:check(cause == nil and why == "duplicate", "the second of one number is refused")
      bench:check(flat:account().refunded == 10, "10 yuan were paid back")
    else
      flat:refund(string.format("%.4f yuan", before.balance - 1))
      bench:expect(flat:reminded(1)):within("20 min")
      bench:expect(flat:paid()):within("10 s", flat:pay("30 yuan"))
      bench:check(not flat:account().reminding, "a payment ends the reminding")
    end
    local account = flat:account()
    local sum = account.opening + account.paid - account.refunded - account.charged
    bench:check(math.abs(sum - account.balance) < 1e-9, "opening + payments - refunds = charges + balance")
  end,
}
