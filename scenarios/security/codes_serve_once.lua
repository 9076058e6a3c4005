-- Claim 11: a one-time code serves once, and none of a step before it serves after it (RFC 6238, 5.2).
return scenario {
  name  = "a one-time code serves once",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 4, household = false, people = { password_cost = 16 } },
  cases = { again = { "the same", "the step before", "the same after 20 s", "the same after half a minute", "by another session" } },
  run = function(bench, case)
    bench:wait("10 min")
    local before, code = bench:code("admin", "-30 s"), bench:code("admin")
    local first = bench:sign_in { code = code }
    bench:check(first ~= nil, "the code is good once")
    if case.again == "the same after 20 s" then bench:wait("20 s") end
    if case.again == "the same after half a minute" then bench:wait("30 s") end
    if case.again == "by another session" then bench:check(first:sign_out(), "the first session is over") end
    local second = bench:sign_in { code = case.again == "the step before" and before or code }
    bench:check(second == nil, "the second time it is refused")
    bench:check(#bench:audit { why = "the one-time code was used before" } == 1, "the audit log says that it was used")
    bench:wait("30 s")
    bench:check(bench:sign_in() ~= nil, "the next code is good")
  end,
}
