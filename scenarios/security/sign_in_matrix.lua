-- Claim 11: administrators need a password and a one-time code. Everybody but tenants does; whose code, and of when, matters.
local people = {
  administrator = "admin", operator = "operator", landlord = "landlord", tenant = "tenant",
}
-- What each code is made of, and whether it serves.
local codes = {
  { "of now", true, function(bench, user) return bench:code(user) end },
  { "of the step before", true, function(bench, user) return bench:code(user, "-30 s") end },
  { "of the next step", true, function(bench, user) return bench:code(user, "30 s") end },
  { "of two steps before", false, function(bench, user) return bench:code(user, "-60 s") end },
  { "of two steps on", false, function(bench, user) return bench:code(user, "60 s") end },
  { "of an hour ago", false, function(bench, user) return bench:code(user, "-1 h") end },
  { "of somebody else", false, function(bench) return bench:code("somebody") end },
  { "with one digit wrong", false, function(bench, user)
    return string.format("%06d", (tonumber(bench:code(user)) + 1) % 1000000)
  end },
  { "with a digit more", false, function(bench, user) return bench:code(user) .. "0" end },
  { "with a digit less", false, function(bench, user) return bench:code(user):sub(1, 5) end },
  { "left out", false, function() return "" end },
}

return scenario {
  name  = "only the right password with a fresh code of one's own signs in",
  about = "each attempt is answered the same way, and only the audit log says what was wrong",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 4, household = false, people = { failures = 1000, password_cost = 16 } },
  cases = {
    role = { "administrator", "operator", "landlord", "tenant" },
    password = { "right", "wrong", "of somebody else", "left out" },
  },
  run = function(bench, case)
    local user = people[case.role]
    bench:person { name = "somebody", role = "operator", password = "it is not yours" }
    local passwords = { wrong = "let me in now", ["of somebody else"] = "it is not yours", ["left out"] = "" }
    for _, code in ipairs(codes) do
      bench:wait("5 min")
      local since = bench:now()
      local session, why = bench:sign_in {
        user = user, password = passwords[case.password], code = code[3](bench, user),
      }
      local serves = case.password == "right" and (code[2] or case.role == "tenant")
      bench:check((session ~= nil) == serves, "a code " .. code[1] .. (serves and " signs in" or " is refused"))
      bench:check(serves or why == "not allowed", "the answer does not say what was wrong")
      local lines = bench:audit { who = user, action = "sign in", since = since }
      local reason = case.password ~= "right" and "the password is wrong" or "the one-time code is wrong"
      bench:check(#lines == 1 and lines[1].why == (serves and "" or reason), "the audit log has one line, with the reason")
    end
  end,
}
