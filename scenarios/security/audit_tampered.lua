-- Claim 11: an audit log that somebody takes a line out of, changes or cuts says so, and where.
return scenario {
  name  = "an audit log that somebody tampers with says where",
  about = "forge takes a line out and works out all numbers and hashes behind it anew: only the platform's own last hash, or a seal, tells",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  cases = { how = { "remove", "change", "insert", "swap", "cut", "forge" }, where = { "the first", "in the middle", "the last" } },
  run = function(bench, case)
    local admin = bench:sign_in()
    for number = 1, 8 do admin:order(bench:flat(number), number % 2 == 0 and "keep_power_on" or "trip") end
    bench:wait("1 min")
    local lines = bench:audit()
    bench:check(#lines >= 9 and bench:audit_intact(), "the log is whole")
    local last = lines[#lines].line
    local at = case.where == "the first" and lines[1].line or case.where == "the last" and last or lines[#lines // 2].line
    if case.how == "swap" and at == last then at = at - 1 end
    bench:tamper_audit(case.how, at)
    local whole, line, why = bench:audit_intact()
    bench:check(whole == false, "it shows")
    local first_wrong = case.how == "insert" and at + 1 or case.how == "forge" and last or at
    bench:check(line == first_wrong, "at line " .. first_wrong .. ": " .. tostring(why))
  end,
}
