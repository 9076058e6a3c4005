-- Claim 11: a building of two hundred tenants: each sees the own flat and switches none, and an operator's order is told apart from theirs.
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
    bench:person { name = "wang", role = "operator", password = "three green doors" }
    local order = bench:sign_in { user = "wang" }:order(bench:flat(7), "trip")
    bench:expect(bench:flat(7):tripped { cause = "order" }):within("5 s", order)
    bench:check(bench:count("order") == bench:count("order", { flat = 7 }), "only the operator's order went out")
    local number = 0
    while number < 300 and bench:count("order", { flat = 7, b = number }) == 0 do number = number + 1 end
    bench:check(number >= 200 and number < 300, "it carries the number of somebody who came after the tenants")
    bench:check(bench:audit { action = "trip", result = "accepted" }[1].who == "wang", "and the audit log says whose it was")
  end,
}
