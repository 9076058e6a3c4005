-- Claim 11: who guesses is locked out after five failures in a row, for 15 minutes, and nobody else is.
return scenario {
  name  = "five failures in a row lock a person out for 15 minutes",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 4, household = false, people = { password_cost = 16 } },
  cases = {
    guess = { "password", "code", "used code", "old password" },
    role = { "administrator", "operator" },
  },
  run = function(bench, case)
    local user = case.role == "operator" and "operator" or "admin"
    local session = bench:sign_in { user = user }
    local used = bench:code(user)
    bench:wait("1 min")
    local function guess()
      if case.guess == "old password" then
        return session:change_password { old = "a guess", new = "mine from now on" }
      end
      return bench:sign_in {
        user = user, password = case.guess == "password" and "a guess" or nil,
        code = case.guess == "code" and "000000" or case.guess == "used code" and used or nil,
      }
    end
    for _ = 1, 4 do bench:check(guess() == nil, "a guess fails") end
    bench:check(bench:sign_in { user = user } ~= nil, "after four the right ones still serve, and begin the count anew")
    bench:wait("1 min")
    for _ = 1, 5 do guess() end
    local locked = bench:now()
    bench:check(#bench:audit { who = user, action = "locked out" } == 1, "the audit log says once that the person is locked")
    bench:check(bench:sign_in { user = user } == nil, "after five they do not")
    bench:check(bench:sign_in { user = "landlord" } ~= nil, "others sign in meanwhile")
    bench:wait("899 s")
    bench:check(bench:sign_in { user = user } == nil, "a second before the end they do not")
    bench:check(#bench:audit { who = user, why = "locked after too many failures", since = locked } == 2, "the reason is told to the audit log")
    bench:wait("1 s")
    bench:check(bench:sign_in { user = user } ~= nil, "after 15 minutes they do")
  end,
}
