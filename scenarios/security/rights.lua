-- Claims 9 and 11: who may order what, and of which flats; tenants hold no switching right. A refused order never reaches the meter.
local may = {
  administrator = { trip = true, close = true, permit = true, keep_power_on = true, keep_power_off = true, set_clock = true },
  operator      = { trip = true, close = true, permit = true, keep_power_on = true, keep_power_off = true, set_clock = true },
  landlord      = { permit = true, keep_power_on = true, keep_power_off = true },
  tenant        = {},
}

return scenario {
  name  = "each role gives the orders of the table to its own flats, and tenants none",
  about = "the table is docs/scenarios.md, Rights; flat 2 is the person's own, flat 6 is somebody else's",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  board = 2,
  needs = { "relay" },
  skip_on_board = function(case)
    return case.order ~= "trip" and "the platform decides, whatever the order: on a board one of them is enough" or nil
  end,
  cases = {
    role = { "administrator", "operator", "landlord", "tenant" },
    order = { "trip", "close", "permit", "keep_power_on", "keep_power_off", "set_clock" },
  },
  run = function(bench, case)
    bench:person { name = "wang", role = case.role, password = "three green doors", floors = 0 }
    local wang = bench:sign_in { user = "wang" }
    for number, own in pairs { [2] = true, [6] = false } do
      local flat = bench:flat(number)
      local allowed = own and may[case.role][case.order] or false
      local trips, since = flat:state().told_trips, bench:now()
      local order, why = wang:order(flat, case.order)
      bench:check((order ~= nil) == allowed, "flat " .. number .. (allowed and " is the own one" or ": refused"))
      if allowed then
        bench:expect(flat:order_done()):within("10 s", order)
      else
        local reason = may[case.role][case.order] and "the flat is not this person's" or "the role does not have this right"
        bench:check(why == reason, "it says why: " .. reason)
        bench:expect(flat:tripped()):never_for { sim = "1 min", board = "5 s" }
        bench:check(bench:count("order", { flat = number }) == 0, "nothing was sent to the meter")
        bench:check(flat:state().told_trips == trips and not flat:state().keep_power, "nothing changed at the meter")
      end
      local lines = bench:audit { who = "wang", target = "flat " .. number, since = since }
      bench:check(#lines == 1 and lines[1].result == (allowed and "accepted" or "refused"), "the audit log has one line of it")
    end
  end,
}
