-- Claims 4, 5 and 6 by the amounts of DL/T 645 (04001001 to 04001005): alarm 1 begins the reminders, alarm 2 sounds at the meter, the trip
-- comes at the overdraft limit, no payment is taken above the hoarding limit, and supply is back above the re-close amount only.
local PRICE = 10 -- yuan a kWh, so that 2.2 kW spend 22 yuan an hour

return scenario {
  name  = "each amount of an account does what it is for",
  about = "alarm 1, alarm 2, overdraft, hoarding limit and re-close amount",
  claim = { 4, 5, 6 },
  tags  = { "billing", "limits" },
  fleet = function(case)
    return {
      flats = 10, household = false, price = PRICE .. " yuan", balance = "30 yuan", poll = "1 min",
      remind_below = "20 yuan", alarm_2 = "5 yuan", overdraft = case.overdraft, hoarding_limit = "100 yuan",
      reclose_above = case.reclose, reminder_spacing = "5 min", grace = "5 min", restore = case.restore,
    }
  end,
  cases = { overdraft = { "0 yuan", "10 yuan" }, reclose = { "0 yuan", "15 yuan" }, restore = { "close", "permit" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local overdraft, reclose = tonumber(case.overdraft:match("%d+")), tonumber(case.reclose:match("%d+"))
    flat:overload("10 A")
    bench:expect(flat:credit_level("alarm 1")):within("45 min")
    bench:expect(flat:reminded(1)):within("20 min")
    bench:expect(flat:credit_level("alarm 2")):within("1 h")
    local at = flat:account().balance
    bench:check(at <= 5 and at > 4, string.format("alarm 2 came at %.2f yuan", at))
    bench:expect(flat:credit_level("arrears")):within("1 h")
    at = flat:account().balance
    bench:check(at <= -overdraft and at > -overdraft - 1, string.format("the arrears began at %.2f yuan", at))
    bench:expect(flat:tripped { cause = "arrears" }):within("20 min")
    flat:clear("overload")
    bench:wait("10 min") -- what was taken last is read and charged
    local refused = flat:pay("200 yuan")
    bench:expect(flat:payment_refused("hoarding limit")):within("10 s")
    local before = flat:account()
    bench:check(before.paid == 0 and before.tripped, "of a payment above the hoarding limit nothing is booked")
    local above = math.max(-overdraft, reclose)
    bench:check(math.abs(before.missing - (above - before.balance + 0.0001)) < 1e-6, "the account tells what is missing")
    local less = math.floor(before.missing)
    if less > 0 then
      flat:pay(less .. " yuan")
      bench:expect(flat:payment_short()):within("10 s")
      bench:check(flat:account().paid == less, "a partial payment is booked")
      bench:expect(flat:supplied()):never_for("10 min")
    end
    local payment = flat:pay(math.floor(before.missing) - less + 20 .. " yuan")
    if case.restore == "close" then
      bench:expect(flat:supplied()):within("3 s", payment)
    else
      bench:expect(flat:order_done()):within("3 s", payment)
      flat:press_key(true)
      bench:expect(flat:supplied()):within("10 s")
      flat:press_key(false)
    end
    bench:check(flat:account().missing == 0, "nothing is missing any more")
  end,
}
