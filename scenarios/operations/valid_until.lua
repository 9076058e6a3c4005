-- An order has a time: what reaches the meter later changes nothing, and the platform says that it expired.
return scenario {
  name  = "an order that comes after its time changes nothing",
  claim = { 1, 9 },
  tags  = { "operations", "validity" },
  fleet = { flats = 10, household = false, order_spacing = "20 s" },
  cases = { order = { "trip", "close", "keep_power_on", "alarm_on" }, valid = { "30 s", "5 min", "policy" }, wait = { "dark", "behind another" } },
  run = function(bench, case)
    local flat, admin = bench:flat(7), bench:sign_in()
    if case.order == "close" then
      bench:expect(flat:order_done()):within("5 s", admin:order(flat, "trip"))
    end
    local before = flat:state()
    flat:outage()
    bench:wait("10 s") -- what is on its way arrives
    local first
    if case.wait == "behind another" then first = admin:order(flat, "broadcast_time") and admin:order(flat, "set_clock") end
    local options = case.valid ~= "policy" and { valid_for = case.valid } or nil
    local order = admin:order(flat, case.order, options)
    bench:wait("2 min")
    flat:clear("outage")
    bench:expect(order:settled()):within("5 min", order)
    local result, after, expired = order:result().flats[1], flat:state(), case.valid == "30 s"
    bench:check(result.outcome == (expired and "expired" or "done"), result.outcome .. " " .. result.why)
    bench:wait("10 s")
    after = flat:state()
    local changed = after.contacts_closed ~= before.contacts_closed or after.keep_power ~= before.keep_power or after.alarm ~= before.alarm
    bench:check(changed == not expired, expired and "nothing changed" or "it was done")
    if expired and first then bench:check(result.sent == 0, "it was not sent when its turn came") end
  end,
}
