-- Claims 9 and 11: a company's own table of rights. What it says counts, but for tenants, whom no table lets switch.
return scenario {
  name  = "a company's own table of rights counts",
  about = "here the landlord switches and the operator does not close; everything else is as in the table",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = {
    flats = 8, household = false,
    people = { password_cost = 16, rights = { landlord = { trip = true, close = true }, operator = { close = false, refund = true } } },
  },
  cases = { role = { "operator", "landlord", "tenant" } },
  run = function(bench, case)
    local flat, may = bench:flat(1), { operator = { true, false, true }, landlord = { true, true, false }, tenant = { false, false, false } }
    local session = bench:sign_in { user = case.role }
    for i, right in ipairs { "trip", "close", "refund" } do
      bench:check(session:may(right, flat) == may[case.role][i], case.role .. ": " .. right)
    end
    for i, order in ipairs { "trip", "close" } do
      local given = session:order(flat, order)
      bench:check((given ~= nil) == may[case.role][i], case.role .. (given and " orders to " or " does not order to ") .. order)
      if given then bench:expect(order == "trip" and flat:tripped() or flat:supplied()):within("5 s", given) end
    end
  end,
}
