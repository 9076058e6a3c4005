-- Claim 11: what else each role may do, as in the table of docs/scenarios.md, Rights.
local all = {
  "trip", "close", "close a lock", "permit", "keep power", "alarm", "maintenance", "restore", "set clock",
  "limit appliances", "refund", "see readings", "change tariff", "manage people", "read audit",
}
local may = {
  administrator = "yyyyyyyyyyyyyyy",
  operator      = "yy-yyy-yyy-y---",
  landlord      = "---yy------y---",
  tenant        = "-----------y---",
}

return scenario {
  name  = "each role has the rights of the table, for its own flats",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  cases = { role = { "administrator", "operator", "landlord", "tenant" }, scope = { "a floor", "the building" } },
  run = function(bench, case)
    local building = case.scope == "the building"
    bench:person { name = "wang", role = case.role, password = "three green doors", flats = building and "all" or { 1, 2, 3, 4 } }
    local wang = bench:sign_in { user = "wang" }
    local right_one = true
    for i, right in ipairs(all) do
      local has = may[case.role]:sub(i, i) == "y"
      right_one = right_one and (wang:ask(right, bench:flat(2)) ~= nil) == has
      right_one = right_one and (wang:ask(right, bench:flat(6)) ~= nil) == (has and building)
      right_one = right_one and (wang:ask(right) ~= nil) == (has and building)
      bench:check(right_one, case.role .. ": " .. right)
    end
    bench:check(#bench:audit { who = "wang" } == 1 + 3 * #all, "each attempt has one line")
    bench:check((wang:read_audit() ~= nil) == (case.role == "administrator"), "only administrators read the audit log")
    bench:check(wang:readings(bench:flat(2)) ~= nil, "everybody sees the own flat's readings")
    bench:check((wang:readings(bench:flat(6)) ~= nil) == building, "and nobody another's")
  end,
}
