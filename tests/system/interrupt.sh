# Ctrl-C in the middle of a run: exit code 2, and the reports hold what ran and what did not.
. "$(dirname "$0")/lib.sh"
need jq xmllint

some_passed() {
    [ "$(grep -c '^passed' "$work/out")" -ge 3 ]
}

repeat=30
[ -z "${METERBENCH_SANITIZE:-}" ] || repeat=4 # slower, and so is the list of the cases
start "$meterbench" test scenarios/billing --repeat $repeat --junit "$work/junit.xml" --json "$work/run.json"
poll 60 some_passed || fail "no case passed within a minute"
kill -0 "$pid" || fail "the run was over before it could be interrupted"
kill -INT "$pid"
finish "$pid"
expect_same "exit code after Ctrl-C" 2 "$got"
expect_text "$work/out" " not run"

expect_junit "$work/junit.xml"
total=$(jq '.cases | length' "$work/run.json")
passed=$(jq .outcomes.passed "$work/run.json")
not_run=$(jq '.outcomes["not run"]' "$work/run.json")
[ "$passed" -ge 3 ] && [ "$not_run" -gt 0 ] || fail "$passed passed and $not_run not run"
expect_same "cases passed and not run" "$total" $((passed + not_run))
expect_same "cases in the JUnit file" "$total" "$(xmllint --xpath 'count(//testcase)' "$work/junit.xml")"
expect_same "skipped in the JUnit file" "$not_run" "$(xmllint --xpath 'count(//testcase/skipped)' "$work/junit.xml")"
