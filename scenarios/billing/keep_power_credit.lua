-- Claim 6 with a meter that owns its credit: spent credit does not trip under keep-power nor while a large current flows.
return scenario {
  name  = "spent credit waits for the end of keep-power and of a large current",
  claim = 6,
  tags  = { "billing" },
  fleet = {
    flats = 10, household = false, credit = "local", balance = "0.05 yuan", price = "50 yuan", holdoff_current = "30 A",
    overload_limit = "60 A", reminders = 0, grace = "0 s", poll = "1 h",
  },
  board = 7,
  needs = { "relay", "credit", "keep_power", "metering", "rack" },
  board_time = "25 s",
  cases = { current = { "20 A", "35 A" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    bench:expect(flat:order_done()):within("5 s", admin:order(flat, "keep_power_on"))
    flat:overload(case.current)
    bench:expect(flat:tripped()):never_for("5 s")
    bench:check(flat:state().meter_balance < 0, "the credit is spent")
    local ended = admin:order(flat, "keep_power_off")
    if case.current == "35 A" then
      bench:expect(flat:held()):within("5 s", ended)
      bench:expect(flat:tripped()):never_for("3 s")
      ended = flat:clear("overload")
    end
    bench:expect(flat:tripped { cause = "arrears" }):within("5 s", ended)
  end,
}
