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
