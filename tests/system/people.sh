# What a platform can do wrong with its people and its audit log, planted: the scenarios of claim 11 notice each.
. "$(dirname "$0")/lib.sh"
need jq
security="$source_dir/scenarios/security"

# notices BUG SCENARIO...: passes as it is, fails with the bug
notices() {
    bug=$1
    shift
    for scenario in "$@"; do
        sed "s/^  run = function(bench.*/&\n    bench:bug(\"$bug\")/" "$security/$scenario.lua" >"$work/$scenario.lua"
        expect_exit 0 "$meterbench" test "$security/$scenario.lua" --quiet
        expect_exit 1 "$meterbench" test "$work/$scenario.lua" --quiet
    done
}
notices codes_unchecked sign_in_matrix codes_serve_once sign_in
notices codes_reusable codes_serve_once sign_in
notices never_locks_out lock_out guessing_codes sign_in
notices sessions_never_end sessions_end sign_in
notices scopes_ignored rights rights_beside_orders
notices tenants_may_switch rights rights_beside_orders sign_in
notices audits_nothing audit_complete sign_in_matrix lock_out rights people_managed sessions_end

# mistake TEXT PEOPLE [LINE]: a fleet with this table of people, or this line in its script, is told what is wrong
mistake() {
    text=$1
    cat >"$work/mistake.lua" <<LUA
return scenario {
  name  = "a mistake",
  fleet = { flats = 8, people = { $2 } },
  run = function(bench)
    ${3:-}
    bench:check(true, "nothing was wrong")
  end,
}
LUA
    expect_exit 1 "$meterbench" test "$work/mistake.lua"
    expect_text "$work/out" "$text"
}
mistake 'fleet.people.rights.tenant: a tenant never switches, so not "trip"' 'rights = { tenant = { trip = true } }'
mistake 'not "fly"' 'rights = { operator = { fly = true } }'
mistake "fleet.people.rights: tables by role" 'rights = { janitor = { trip = true } }'
mistake "fleet.people.password_cost: a power of 2" 'password_cost = 100'
mistake "fleet.people.failures: a number from 1 to 1000" 'failures = 0'
mistake 'fleet.people.lock: a duration such as "15 min"' 'lock = 15'
mistake 'fleet.people: unknown field "locks"' 'locks = 15'
mistake "role: administrator, operator, landlord or tenant" "" 'bench:person { name = "li", role = "king", password = "three green doors" }'
mistake "one that nobody has yet" "" 'bench:person { name = "admin", role = "operator", password = "three green doors" }'
mistake "li cannot be added: the password does not follow the policy" "" 'bench:person { name = "li", role = "operator", password = "short" }'
mistake "it has flats 1 to 8" "" 'bench:person { name = "li", role = "tenant", password = "three green doors", flats = 9 }'
mistake "floors: a number from 0 up" "" 'bench:person { name = "li", role = "tenant", password = "three green doors", floors = { "one" } }'
mistake "secret: base32" "" 'bench:person { name = "li", role = "operator", password = "three green doors", secret = "1!" }'
mistake 'there is nobody called "li"' "" 'bench:code("li")'
mistake 'there is no right "fly"' "" 'bench:sign_in():ask("fly")'
mistake 'there is no option "whom" here' "" 'bench:audit { whom = "admin" }'
mistake "the audit log has lines 1 to" "" 'bench:tamper_audit("cut", 99)'
