-- Claim 11: whoever has the password and guesses codes without a pause has five tries in 15 minutes. Three codes in a million are
-- right at any time, so a day of guessing succeeds with 480 x 3 in a million: 0.14 %.
return scenario {
  name  = "who has the password can try five codes in a quarter of an hour",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 4, household = false, people = { password_cost = 16 } },
  cases = { with = { "the password", "no password" } },
  run = function(bench, case)
    local tries, hours = 0, 3
    for _ = 1, hours * 60 do
      for _ = 1, 10 do
        tries = tries + 1
        bench:sign_in { password = case.with == "no password" and "a guess" or nil, code = string.format("%06d", math.random(0, 999999)) }
      end
      bench:wait("1 min")
    end
    local ignored = #bench:audit { who = "admin", action = "sign in", why = "locked after too many failures" }
    bench:check(tries - ignored <= hours * 4 * 5, tries - ignored .. " of " .. tries .. " tries were looked at, at most 20 an hour")
    bench:check(#bench:audit { who = "admin", action = "sign in" } == tries, "each is in the audit log")
  end,
}
