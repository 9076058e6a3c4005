-- Claim 11: a building of two hundred tenants: each sees the own flat and switches none, and the administrator's orders are told apart from theirs.
return scenario {
  name  = "two hundred tenants see their own flats and switch none",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 200, household = false, people = { password_cost = 16 } },
  run = function(bench)
    local sees, switches = true, false
    for number = 1, 200 do
      local name = "tenant " .. number
      bench:person { name = name, role = "tenant", password = "the key is mine", flats = number }
      local tenant = bench:sign_in { user = name }
      local other = bench:flat(number % 200 + 1)
      sees = sees and tenant:readings(bench:flat(number)) ~= nil and tenant:readings(other) == nil
      switches = switches or tenant:order(bench:flat(number), "close") ~= nil or tenant:order(other, "trip") ~= nil
    end
    bench:check(sees, "each sees the own flat's readings and not the neighbour's")
    bench:check(not switches, "no tenant's order is accepted")
    bench:check(#bench:audit { role = "tenant", result = "refused" } == 600, "each refusal is in the audit log")
    local order = bench:sign_in():order(bench:flat(7), "trip")
    bench:expect(bench:flat(7):tripped { cause = "order" }):within("5 s", order)
    bench:check(bench:count("order") == bench:count("order", { flat = 7 }), "only the administrator's order went out")
    bench:check(bench:count("order", { flat = 7, b = 200 }) == 1, "it carries the number of the 201st person")
    bench:check(bench:audit { action = "trip", result = "accepted" }[1].who == "admin", "and the audit log says whose it was")
  end,
}
