-- Claim 11: every attempt is in the audit log, once, in order, with who, what and why not.
local password = "correct horse battery staple"

return scenario {
  name  = "every attempt is in the audit log, once",
  claim = { 9, 11 },
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  run = function(bench)
    local expected = {}
    local function tried(who, action, result, target, why)
      expected[#expected + 1] = table.concat({ who, action, target or "", result, why or "" }, ", ")
    end
    local flat = bench:flat(7)
    bench:sign_in { user = "nobody" }
    tried("(unknown)", "sign in", "refused", nil, "nobody has this name")
    bench:sign_in { password = "a guess" }
    tried("admin", "sign in", "refused", nil, "the password is wrong")
    bench:sign_in { code = "" }
    tried("admin", "sign in", "refused", nil, "the one-time code is wrong")
    local admin = bench:sign_in()
    tried("admin", "sign in", "accepted")
    local tenant = bench:sign_in { user = "tenant" }
    tried("tenant", "sign in", "accepted")
    tenant:order(flat, "close")
    tried("tenant", "close", "refused", "flat 7", "the role does not have this right")
    local trip = admin:order(flat, "trip")
    tried("admin", "trip", "accepted", "flat 7")
    bench:expect(flat:tripped()):within("5 s", trip)
    bench:wait("10 s")
    tried("meter", "trip reported", "noted", "flat 7")
    admin:readings(flat)
    tried("admin", "see readings", "accepted", "flat 7")
    tenant:read_audit()
    tried("tenant", "read audit", "refused", "building", "the role does not have this right")
    admin:change_password { old = password, new = "short" }
    tried("admin", "change password", "refused", nil, "the password does not follow the policy")
    flat:pay("5 yuan")
    bench:wait("10 s")
    tried("billing", "payment", "accepted", "flat 7")
    tenant:sign_out()
    tried("tenant", "sign out", "accepted")
    tenant:sign_out()
    tried("tenant", "sign out", "refused", nil, "the session is over")
    local lines = bench:audit()
    for i, line in ipairs(lines) do
      local text = table.concat({ line.who, line.action, line.target, line.result, line.why }, ", ")
      bench:check(text == expected[i], "line " .. i .. ": " .. text)
    end
    bench:check(#lines == #expected, #expected .. " attempts, " .. #lines .. " lines")
    bench:check(bench:audit_intact(), "the log is whole")
  end,
}
