-- Claim 11: administrators add, revoke and readmit people, set passwords and renew second factors, for their own flats; nobody else does.
local deeds = {
  ["add person"] = function(session)
    return session:add_person { name = "zhao", role = "operator", password = "brand new here", flats = { 5, 6 } }
  end,
  ["revoke"] = function(session) return session:revoke("li") end,
  ["readmit"] = function(session) return session:readmit("li") end,
  ["change password"] = function(session) return session:change_password { user = "li", new = "chosen for him" } end,
  ["renew factor"] = function(session) return session:renew_factor("li") end,
}
local names = {}
for name in pairs(deeds) do names[#names + 1] = name end

return scenario {
  name  = "administrators manage the people of their own flats, and nobody else does",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  cases = { role = { "administrator", "administrator of another floor", "operator", "landlord", "tenant" }, deed = names },
  run = function(bench, case)
    local role = case.role:match("^%a+")
    bench:person { name = "li", role = "operator", password = "two red doors", flats = { 5, 6 } }
    bench:person {
      name = "wang", role = role, password = "three green doors",
      floors = case.role == "administrator of another floor" and 0 or { 0, 1 },
    }
    local before = bench:sign_in { user = "li" }
    local wang = bench:sign_in { user = "wang" }
    local allowed = case.role == "administrator"
    local done, why = deeds[case.deed](wang)
    bench:check((done ~= nil) == allowed, case.role .. (allowed and " may " or " may not ") .. case.deed)
    bench:check(allowed or why == (role == "administrator" and "the flat is not this person's" or "the role does not have this right"),
      "it says why not")
    local lines = bench:audit { who = "wang", action = case.deed }
    bench:check(#lines == 1 and lines[1].result == (allowed and "accepted" or "refused"), "the audit log says so, once")
    local ends = allowed and (case.deed == "revoke" or case.deed == "change password" or case.deed == "renew factor")
    bench:check(before:expired() == ends, "the other's session is " .. (ends and "over" or "as it was"))
  end,
}
