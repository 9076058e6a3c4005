-- Claim 6, the other side: a tenant whose phone is off gets no reminder, and is not switched off behind their back. The
-- policy's fallback is that the administrator is told and decides.
return scenario {
  name  = "a tenant who cannot be reminded is not tripped",
  about = "the administrator is told and decides: supply stays, or a person orders the trip",
  claim = 6,
  tags  = { "billing", "reminders" },
  fleet = { flats = 10, balance = "-5 yuan" },
  cases = { decides = { "supply stays", "trip" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:phone(false)
    flat:set_balance("-1 yuan")
    bench:expect(flat:reminders_given_up()):within("1 day")
    bench:expect(flat:alarmed { alarm = "unreachable", to = "administrator" }):within("10 min")
    bench:expect(flat:tripped()):never_for("2 days")
    if case.decides == "trip" then
      local order = bench:sign_in():order(flat, "trip")
      bench:expect(flat:tripped { cause = "order" }):within("30 s", order)
    end
    flat:phone(true) -- what the network kept comes now, and counts once
    bench:wait("1 min")
    bench:check(flat:state().reminders_delivered <= 1, "twenty copies are one reminder")
  end,
}
