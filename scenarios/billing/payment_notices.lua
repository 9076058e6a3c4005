-- Claim 6 with payment services as they are: a notice comes twice, late, or after one that was paid later. Each number counts once, the
-- money is the sum of what was paid, in whatever order it came.
return scenario {
  name  = "a payment notice counts once however often and in whatever order it comes",
  about = "payments are idempotent by the notice's number",
  claim = 6,
  tags  = { "billing", "payment" },
  fleet = { flats = 10, household = false, balance = "30 yuan" },
  cases = {
    notices = { "one comes twice", "they come in reverse", "one comes again the next day", "sixteen in reverse" },
    by = { "tenant", "landlord" },
  },
  run = function(bench, case)
    local flat = bench:flat(7)
    local function books(paid, balance)
      local account = flat:account()
      bench:check(account.paid == paid and account.balance == balance,
        string.format("%.2f yuan are booked, the balance is %.2f", account.paid, account.balance))
    end
    if case.notices == "one comes twice" then
      local payment = flat:pay("50 yuan", { id = 8, times = 2, by = case.by })
      bench:expect(flat:paid()):within("10 s", payment)
      bench:expect(flat:payment_refused("duplicate")):within("10 s", payment)
      books(50, 80)
    elseif case.notices == "they come in reverse" then
      for id = 3, 1, -1 do
        bench:expect(flat:paid()):within("10 s", flat:pay(id * 10 .. " yuan", { id = id, by = case.by }))
      end
      bench:check(bench:count("payment_refused") == 0, "none is refused for being lower than the last")
      books(60, 90)
    elseif case.notices == "one comes again the next day" then
      flat:pay("50 yuan", { id = 8, delay = "5 s" })
      flat:pay("20 yuan", { id = 9, by = case.by })
      flat:pay("50 yuan", { id = 8, delay = "1 day" })
      bench:wait("1 min")
      books(70, 100)
      bench:expect(flat:payment_refused("duplicate")):within("25 h")
      books(70, 100)
    else
      for id = 20, 5, -1 do
        flat:pay("1 yuan", { id = id, by = case.by })
        bench:wait("10 s")
      end
      books(16, 46) -- each was new when it came
      flat:pay("1 yuan", { id = 4, by = case.by }) -- now the lowest is forgotten
      bench:wait("10 s")
      books(17, 47)
      flat:pay("1 yuan", { id = 2, by = case.by })
      bench:expect(flat:payment_refused("too old")):within("10 s")
      flat:pay("1 yuan", { id = 20, by = case.by })
      bench:expect(flat:payment_refused("duplicate")):within("10 s")
      books(17, 47)
    end
  end,
}
