-- Claim 11: administrators need a password and a one-time code; tenants hold no switching right; every attempt is audited.
return scenario {
  name  = "only a signed-in administrator switches a flat",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 10, household = false },
  cases = { attempt = { "no code", "wrong password", "wrong code", "used code", "tenant", "locked out", "expired session" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    local before = bench:count("audit")
    local session
    if case.attempt == "no code" then
      session = bench:sign_in { code = "" }
    elseif case.attempt == "wrong password" then
      session = bench:sign_in { password = "let me in" }
    elseif case.attempt == "wrong code" then
      local code = bench:code("admin")
      session = bench:sign_in { code = string.format("%06d", (tonumber(code) + 1) % 1000000) }
    elseif case.attempt == "used code" then
      local code = bench:code("admin")
      bench:check(bench:sign_in { code = code } ~= nil, "the code is good once")
      session = bench:sign_in { code = code }
    elseif case.attempt == "tenant" then
      local tenant = bench:sign_in { user = "tenant" }
      bench:check(tenant ~= nil, "a tenant may sign in")
      session = tenant:order(flat, "trip") and tenant or nil
    elseif case.attempt == "locked out" then
      for _ = 1, 5 do bench:sign_in { password = "let me in" } end
      session = bench:sign_in()
    else
      local admin = bench:sign_in()
      bench:wait("16 min")
      session = admin:order(flat, "trip") and admin or nil
    end
    bench:check(session == nil, "the attempt is refused")
    bench:check(bench:count("audit") > before, "the attempt is in the audit log")
    bench:expect(flat:tripped()):never_for("10 min")
  end,
}
