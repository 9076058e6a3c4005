-- Claim 6 with a meter that owns its credit: it trips at its overdraft limit, not before, goes on charging at its price after a power cut,
-- and a payment lifts its arrears but no order to stay off.
return scenario {
  name  = "a meter with its own credit keeps to its overdraft limit and price",
  claim = 6,
  tags  = { "billing" },
  fleet = {
    flats = 10, household = false, credit = "local", balance = "0.20 yuan", overdraft = "0.20 yuan", price = "50 yuan",
    reminders = 0, grace = "0 s",
  },
  board = 7,
  needs = { "relay", "credit", "metering", "rack" },
  board_time = "45 s",
  run = function(bench)
    local flat = bench:flat(7)
    local admin = bench:sign_in()
    bench:expect(flat:order_done()):within("5 s", admin:order(flat, "keep_power_off")) -- the platform has no say
    bench:wait("1 s")
    flat:outage()
    bench:wait("3 s")
    flat:clear("outage")
    bench:wait("5 s")
    flat:overload("20 A") -- 4.6 kW: 1.28 Wh or 0.064 yuan a second
    bench:expect(flat:tripped()):never_for("5 s")
    bench:expect(flat:tripped { cause = "arrears" }):within("4 s")
    flat:clear("overload")
    bench:wait("1 s")
    bench:expect(flat:supplied()):never_for("3 s")
    local payment = flat:pay("700 yuan")
    bench:expect(flat:supplied()):within("1 min", payment) -- after a power cut the modem takes its time
    bench:wait("1 s")
    local before = flat:state()
    bench:check(math.abs(before.meter_balance - 699.8) < 0.1, string.format("%.2f yuan are in the meter", before.meter_balance))
    flat:overload("20 A")
    bench:wait("5 s")
    flat:clear("overload")
    bench:wait("1 s")
    local after = flat:state()
    local taken = before.meter_balance - after.meter_balance
    local due = (after.register_kwh - before.register_kwh) * 50
    bench:check(taken > 0.2 and math.abs(taken - due) <= 0.06,
      string.format("%.2f yuan were taken for %.2f yuan of energy", taken, due))
    bench:expect(flat:tripped { cause = "order" }):within("5 s", admin:order(flat, "trip"))
    flat:pay("5 yuan")
    bench:expect(flat:supplied()):never_for("3 s")
  end,
}
