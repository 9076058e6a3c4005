return scenario {
  name = "a refund of all that is left makes arrears, and darkness only after three new reminders",
  about = "The refund comes while supply is on its way back; no more than the balance is paid back, " ..
          "and each number once.",
  claim = 6,
  tags = { "billing" },
  cases = { link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      reminder_spacing = "5 min", grace = "5 min", quiet_hours = false,
      people = { session_idle = "12 h" },
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(3), bench:sign_in()
    flat:set_balance("-5 yuan")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:wait("15 min")
    local p = flat:pay("25 yuan")
    bench:expect(flat:paid()):within("1 min", p)
    local b = flat:account().balance
    local no, why = admin:refund(flat, ("%.4f yuan"):format(b + 0.0001))
    bench:check(no == nil and why == "above the balance", "not more than there is: " .. tostring(why))
    local r, why2 = admin:refund(flat, ("%.4f yuan"):format(b), { id = 2 })
    bench:check(r ~= nil, "the rest is refunded: " .. tostring(why2))
    local twice, why3 = admin:refund(flat, "0.0001 yuan", { id = 2 })
    bench:check(twice == nil and why3 == "duplicate", "each number once: " .. tostring(why3))
    bench:expect(flat:supplied()):within("20 min", p)
    bench:expect(flat:reminded(3)):within("3 h")
    bench:expect(flat:tripped { cause = "arrears" }):within("3 h")
    bench:check(#flat:reminders() == 3, "three reminders")
    local acc = flat:account()
    bench:check(math.abs(acc.opening + acc.paid - acc.refunded - acc.charged - acc.balance) < 0.0002, "books")
  end,
}
