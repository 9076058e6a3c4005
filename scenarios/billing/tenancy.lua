-- Landlord and tenants: who moves out is charged up to the final reading and gets the rest back; the landlord bears what an empty flat
-- takes, at the same prices; who moves in pays for nothing of before.
return scenario {
  name  = "each tenant pays for his own time and gets the rest back",
  about = "move out, vacancy, move in; conserved to 0.0001 yuan",
  claim = 6,
  tags  = { "billing", "tenancy" },
  fleet = function(case)
    return {
      flats = 2, household = false, balance = case.balance, poll = "15 min", vacant = case.vacant, feeder = "0 mohm",
      tariff = case.tariff ~= "one price" and case.tariff or nil, start = "2026-07-15 09:00", reminder_spacing = "10 min", grace = "10 min",
    }
  end,
  cases = { balance = { "60 yuan", "1 yuan" }, vacant = { "on", "off" }, tariff = { "one price", "shaanxi" } },
  run = function(bench, case)
    local flat = bench:flat(1)
    local price = case.tariff == "shaanxi" and 0.5483 or 0.538 -- all of it in the peak
    local opening = tonumber(case.balance:match("%d+"))
    local function use() -- 2.2 kWh
      flat:overload("10 A")
      bench:wait("1 h")
      flat:clear("overload")
      bench:wait("1 min")
      return math.floor(flat:state().register_kwh * 100 + 1e-6) / 100
    end
    bench:wait("20 min")
    local first = use()
    local left = opening - first * price
    bench:expect(flat:moved_out()):within("10 s", flat:move_out())
    bench:check(flat:account().vacant and flat:account().balance == 0, "the landlord's account begins with nothing")
    bench:check(bench:count("refund", { flat = 1 }) == (left > 0 and 1 or 0), "what is left is paid back, a debt is not")
    local cause, why = flat:move_out()
    bench:check(cause == nil and why == "nobody lives there", "nobody is left to move out")
    flat:pay("10 yuan")
    bench:expect(flat:payment_refused("nobody lives there")):within("10 s")
    bench:expect(flat:reminded(1)):never_for("1 h")
    local supplied = flat:state().supplied
    bench:check(supplied == (case.vacant == "on"), "an empty flat has supply if its landlord wants so")
    local second = use()
    local cost = (second - first) * price
    bench:expect(flat:moved_in()):within("10 s", flat:move_in("50 yuan"))
    bench:check(math.abs(flat:account().landlord_cost - cost) < 0.001, string.format("the landlord bears %.4f yuan", cost))
    bench:check(case.vacant == "on" or cost == 0, "which is nothing where it was off")
    bench:wait("10 s")
    bench:check(flat:state().supplied, "the new tenant has supply")
    local third = use()
    bench:wait("20 min")
    local account = flat:account()
    bench:check(math.abs(account.charged + account.remainder - (third - second) * price) < 0.001, "and pays for what he took, not for before")
    bench:check(math.abs(account.opening + account.paid - account.refunded - account.charged - account.balance) < 1e-9, "his books balance")
  end,
}
