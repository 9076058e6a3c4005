-- Claim 11: a password that is guessed first is not taken, neither for a new person nor for one who changes it.
local weak = {
  ["too short"] = "seven77", ["empty"] = "", ["everybody's first guess"] = "password", ["digits in a row"] = "1234567890",
  ["with the name in it"] = "I am Wang, hello", ["too long"] = string.rep("long ", 26),
}
local good = { ["eight characters"] = "3 red ca", ["of eight characters that are no letters"] = "三号楼的红色大门", ["with blanks"] = "a b c d e" }
local names = {}
for _, list in ipairs { weak, good } do
  for name in pairs(list) do names[#names + 1] = name end
end

return scenario {
  name  = "weak passwords are not taken",
  claim = 11,
  tags  = { "security" },
  fleet = { flats = 4, household = false, people = { password_cost = 16 } },
  cases = { password = names },
  run = function(bench, case)
    local taken = good[case.password] ~= nil
    local password = taken and good[case.password] or weak[case.password]
    local admin, reason = bench:sign_in(), "the password does not follow the policy"
    local name, why = admin:add_person { name = "wang", role = "operator", password = password }
    bench:check((name ~= nil) == taken and (taken or why == reason), "of a new person: " .. (taken and "taken" or "refused"))
    bench:check((bench:sign_in { user = "wang", password = password } ~= nil) == taken, "who has it signs in, who was refused does not")
    if not taken then admin:add_person { name = "wang", role = "operator", password = "three green doors" } end
    bench:wait("1 min")
    local wang = bench:sign_in { user = "wang" }
    local changed = wang:change_password { old = taken and password or "three green doors", new = taken and password .. "!" or password }
    bench:check((changed ~= nil) == taken, "of somebody who changes it: " .. (taken and "taken" or "refused"))
    bench:check(wang:expired() == taken, taken and "who changed it has to sign in again" or "the session goes on")
  end,
}
