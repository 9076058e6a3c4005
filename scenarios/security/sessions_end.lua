-- Claim 11: a session ends when it should, and what it asks for afterwards changes nothing.
return scenario {
  name  = "a session that is over switches nothing",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 8, household = false, people = { password_cost = 16 } },
  cases = { ["end"] = { "15 min without an act", "12 h with acts", "signed out", "revoked", "password changed", "factor renewed" } },
  run = function(bench, case)
    local flat, over = bench:flat(7), case["end"]
    local operator = bench:sign_in { user = "operator" }
    local admin = bench:sign_in()
    bench:check(operator:ask("see readings", flat), "the session is good")
    if over == "15 min without an act" then
      bench:wait("899 s")
      bench:check(operator:ask("see readings", flat), "it is good for 15 min")
      bench:wait("15 min")
    elseif over == "12 h with acts" then
      for _ = 1, 12 * 6 - 1 do
        bench:wait("10 min")
        if not operator:ask("see readings", flat) then bench:check(false, "an act every ten minutes keeps it good") end
      end
      bench:wait("10 min")
    elseif over == "signed out" then
      bench:check(operator:sign_out(), "signed out")
    elseif over == "revoked" then
      bench:check(admin:revoke("operator"), "revoked")
    elseif over == "password changed" then
      bench:check(operator:change_password { old = "seven meters deep", new = "eight meters deep" }, "changed")
    else
      bench:check(operator:renew_factor(), "renewed")
    end
    bench:check(operator:expired(), "the session is over")
    local order, why = operator:order(flat, "trip")
    bench:check(order == nil and why == "the session is over", "its order is refused")
    bench:expect(flat:tripped()):never_for("1 min")
    bench:check(#bench:audit { who = "operator", action = "trip", why = "the session is over" } == 1, "and is in the audit log")
    local again = bench:sign_in { user = "operator" }
    bench:check((again ~= nil) == (over ~= "revoked"), "who is not revoked can sign in again")
    if again then
      bench:expect(flat:tripped()):within("5 s", again:order(flat, "trip"))
    end
  end,
}
