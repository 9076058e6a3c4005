-- Claims 9 and 11: money goes back to a tenant only on an administrator's word.
return scenario {
  name  = "only who may refund pays money back",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  cases = { role = { "administrator", "operator", "landlord", "tenant" } },
  run = function(bench, case)
    bench:person { name = "wang", role = case.role, password = "three green doors", floors = 0 }
    local wang, flat, other = bench:sign_in { user = "wang" }, bench:flat(2), bench:flat(6)
    local allowed = case.role == "administrator"
    bench:check((wang:refund(flat, "10 yuan") ~= nil) == allowed, "of the own flat: " .. (allowed and "paid back" or "refused"))
    bench:check(wang:refund(other, "10 yuan") == nil, "of another's: refused")
    bench:wait("1 min")
    bench:check(flat:state().balance == (allowed and 90 or 100), "the balance is what is left")
    bench:check(other:state().balance == 100, "the other's is untouched")
  end,
}
