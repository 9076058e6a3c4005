-- Claim 6, the other side: a tenant whose phone is off gets no reminder, and is not switched off behind their back. The
-- policy's fallback is that the administrator is told and decides.
return scenario {
  name  = "a tenant who cannot be reminded is not tripped",
  claim = 6,
  tags  = { "billing" },
  fleet = { flats = 10, balance = "-5 yuan" },
  run = function(bench)
    local flat = bench:flat(7)
    flat:phone(false)
    flat:set_balance("-1 yuan")
    bench:expect(flat:tripped()):never_for("3 days")
    bench:check(bench:count("reminders_fallback", { flat = 7 }) >= 1, "the administrator was told")
    flat:phone(true)
    bench:wait("1 min")
  end,
}
