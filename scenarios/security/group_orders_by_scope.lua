-- Claims 9 and 11: an order to the building reaches the flats of whoever gave it, and no others; maintenance and one-click restore go by the table of rights.
local may = {
  administrator = { trip = true, maintenance = true, restore = true },
  operator      = { trip = true, restore = true },
  landlord      = {},
  tenant        = {},
}

return scenario {
  name  = "an order to the building reaches one's own flats only",
  about = "floor 1 is the person's own; each flat's answer and each line of the audit log says why the others were refused",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = { flats = 12, household = false, people = { password_cost = 16 } },
  cases = { role = { "administrator", "operator", "landlord", "tenant" }, verb = { "trip", "maintenance", "restore" } },
  run = function(bench, case)
    bench:person { name = "wang", role = case.role, password = "three green doors", floors = 1 }
    if case.verb == "restore" then
      local off = bench:sign_in():order("building", "trip")
      bench:expect(off:settled()):within("30 s", off)
    end
    local wang, since = bench:sign_in { user = "wang" }, bench:now()
    local cause, why
    if case.verb == "maintenance" then
      cause, why = wang:maintenance("building", true)
    elseif case.verb == "restore" then
      cause, why = wang:restore("building")
    else
      cause, why = wang:order("building", "trip")
    end
    local allowed = may[case.role][case.verb] or false
    bench:check((cause ~= nil) == allowed, case.role .. (allowed and " may " or " may not ") .. case.verb)
    if cause then bench:expect(cause:settled()):within("5 min", cause) end
    bench:wait("1 min")
    local before, own, others = case.verb == "restore" and "off" or "on", 0, 0
    for number = 1, 12 do
      local now = bench:flat(number):state().supplied and "on" or "off"
      if number >= 5 and number <= 8 then
        own = own + (now ~= before and 1 or 0)
      else
        others = others + (now ~= before and 1 or 0)
      end
    end
    bench:check(own == (allowed and 4 or 0), own .. " of the own four flats changed")
    bench:check(others == 0, others .. " of the others' eight did")
    local refused = bench:audit { who = "wang", result = "refused", since = since }
    bench:check(#refused == (allowed and 8 or 12), "the audit log has a line for each refusal: " .. #refused)
    local reason = allowed and "the flat is not this person's" or "the role does not have this right"
    bench:check(refused[1].why == reason and (allowed or why == reason), "which says why: " .. reason)
  end,
}
